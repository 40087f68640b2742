//! Access tokens and refresh tokens. The cases are those of
//! [`rotate_refresh_token`](crate::RefreshTokenStore::rotate_refresh_token).

use super::Capability::{AccessTokens, RefreshTokens};
use super::*;
use crate::storage::{Issue, RotationProposal};

pub(in super::super) const RULES: &[Rule] = &[
    Rule {
        name: "an access token is revoked alone",
        sentence: "Revokes this access token alone. One that is gone, or revoked already, is not an error.",
        needs: &[AccessTokens],
        kind: Kind::InTurn,
        scenarios: revoked_alone,
    },
    Rule {
        name: "a dead refresh token is dead and nothing changes",
        sentence: "The token is unknown or expired, or the family revoked or forgotten: `Rotation::Dead`; nothing changes. So a \
                   replay in a family that is revoked already is `Dead`, not `Replayed`.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: dead_refresh_token,
    },
    Rule {
        name: "rotating moves the generation on",
        sentence: "`g == f`: set the family's generation to `g + 1`, store the issue, and keep salt and `retry_until` with the \
                   family in place of earlier ones, but no salt if `retry_until <= now`: `Rotation::Rotated`.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: rotating,
    },
    Rule {
        name: "rotating keeps what outlives it",
        sentence: "What outlives by the proposal takes the place of what did.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: outliving,
    },
    Rule {
        name: "a retry gets the salt that was kept",
        sentence: "`g + 1 == f`, the salt still there and `now < retry_until` (both as kept): store the issue's access token, \
                   but not its refresh token: `Rotation::Retried` with the salt kept.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: retrying,
    },
    Rule {
        name: "without a retry window no salt is kept",
        sentence: "But no salt if `retry_until <= now`.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: without_a_window,
    },
    Rule {
        name: "a refresh token that stays renews access tokens",
        sentence: "A proposal without a salt leaves the token what it is: case 2 leaves generation and salt as they are, stores the \
                   issue, and answers `Rotation::Rotated` to every caller; case 3 does not apply.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: renewing,
    },
    Rule {
        name: "a replay revokes the family",
        sentence: "Else it is a replay: revoke the family in the same step: `Rotation::Replayed`.",
        needs: &[RefreshTokens],
        kind: Kind::InTurn,
        scenarios: replaying,
    },
];

fn revoked_alone(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([w.revoke_access(0, "a0"), w.with_tokens(), w.look(1, "a0")]),
        Scenario::in_turn([
            w.with_tokens(),
            w.revoke_access(1, "a0"),
            w.look(1, "a0 r0 s"),
            w.revoke_access(2, "a0"),
            w.look(99, "a0 r0"),
            w.revoke_access(100, "a0"),
            w.revoke_access(100, "r0"),
            w.look(100, "r0"),
        ]),
        // One of two in a family.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 0, w.pair("again", 1)),
            w.revoke_access(22, "again"),
            w.look(22, "a0 a1 again r1"),
        ]),
    ]
}

fn dead_refresh_token(w: &World) -> Vec<Scenario> {
    let dead = |now: u64| [w.rotate(now, 0, w.kept(3000, w.tokens(1))), w.look(now, "a0 r0 a1 r1 s")].concat();
    vec![
        Scenario::in_turn([dead(5)]),
        Scenario::in_turn([w.with_tokens(), dead(1000)]),
        Scenario::in_turn([
            w.begin(0, w.family("f"), w.kept(2000, w.tokens(0))),
            dead(1000),
            w.look(1999, "s"),
            w.look(2000, "s"),
        ]),
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), dead(5), w.purge_all()]),
        // A replay in a family that is revoked already; a retry there.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 1, w.tokens(2)),
            w.revoke(22, "f"),
            w.rotate(23, 0, w.pair("more", 1)),
            w.look(23, "more"),
        ]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.revoke(21, "f"),
            w.rotate(22, 0, w.pair("more", 1)),
            w.look(22, "more"),
        ]),
    ]
}

fn rotating(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.look(20, "a0 r0 a1 r1 s"),
            w.rotate(21, 1, w.tokens(2)),
            w.rotate(22, 2, w.tokens(3)),
            w.look(22, "a0 r0 a1 r1 a2 r2 a3 r3"),
        ]),
        // At the same second, and when the retry window has closed.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(20, 1, w.tokens(2)),
            w.look(20, "a1 r1 a2 r2"),
        ]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(30, 1, w.tokens(2)),
            w.look(30, "a1 r1 a2 r2"),
        ]),
        // More often than a byte can count.
        Scenario::in_turn([
            w.with_tokens(),
            (0..260).flat_map(|g| w.rotate(20, g, w.tokens(g + 1))).collect(),
            w.look(20, "a4 r4 a260 r260 s"),
        ]),
        // Only an access token; nothing at all.
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.access("a1", 1)), w.look(20, "a0 r0 a1")]),
        Scenario::in_turn([w.with_tokens(), w.rotate(20, 0, w.kept(50, Issue::new(None, None, None))), w.look(20, "a0 r0 s")]),
    ]
}

fn outliving(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate_for(20, 0, "https://api.example.com/"),
            w.look(20, "a0 r0 a1 r1 f"),
            // Of a retry nothing is kept, and a renewal changes nothing.
            w.rotate_for(21, 0, "https://other.example.com/"),
            w.look(21, "f"),
            w.renew(22, 1, w.access("more", 1)),
            w.look(22, "a0 a1 f"),
            w.rotate_for(23, 1, "urn:\u{e9} '\"\\"),
            w.look(23, "a0 a1 a2 f"),
            w.rotate(24, 2, w.tokens(3)),
            w.look(24, "a0 a3 r3 f"),
        ]),
        // Nor is it there where the family is revoked.
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.rotate_for(20, 0, "urn:a"), w.look(20, "a0 f")]),
    ]
}

fn retrying(w: &World) -> Vec<Scenario> {
    let again =
        |now: u64, access: &str| [w.rotate(now, 0, w.pair(access, 1)), w.look(now, &format!("a0 r0 a1 r1 {access} s"))].concat();
    vec![
        // The first salt and the first window count, however often the client retries.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            again(21, "again"),
            again(29, "another"),
            w.look(29, "again"),
        ]),
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            again(21, "again"),
            again(30, "late"),
            w.rotate(30, 1, w.tokens(2)),
        ]),
        // The refresh token of a retry is not stored, also if it is another one.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 0, Issue::new(None, Some(w.token("again", 1, 100)), Some(w.token("r9", 1, 1000)))),
            w.look(21, "r1 r9 again"),
            w.rotate(22, 1, w.tokens(2)),
            w.look(22, "r1 again r2"),
        ]),
        // A rotation takes the place of the one before, with its salt.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate(21, 1, w.tokens(2)),
            w.rotate(22, 1, w.pair("again", 2)),
            w.look(22, "a1 a2 again r2"),
        ]),
    ]
}

fn without_a_window(w: &World) -> Vec<Scenario> {
    let earlier = RotationProposal { retry_until: w.t(15), ..w.proposal(20, 0, w.tokens(1)) };
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate_once(20, 0, w.tokens(1)),
            w.rotate_once(20, 0, w.pair("more", 1)),
            w.look(20, "a1 r1 more"),
        ]),
        // An instance whose clock is behind does not open the window.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate_once(20, 0, w.tokens(1)),
            w.rotate_once(19, 0, w.pair("more", 1)),
            w.look(20, "a1 r1 more"),
        ]),
        Scenario::in_turn([
            w.with_tokens(),
            w.step(20, Operation::RotateRefreshToken(earlier)),
            w.rotate(14, 0, w.pair("more", 1)),
            w.look(20, "a1 r1 more"),
        ]),
        // Nor does the salt of an earlier rotation serve a later one.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.rotate_once(21, 1, w.tokens(2)),
            w.rotate(21, 1, w.pair("more", 2)),
            w.look(21, "a2 r2 more"),
        ]),
    ]
}

fn renewing(w: &World) -> Vec<Scenario> {
    vec![
        Scenario::in_turn([
            w.with_tokens(),
            w.renew(20, 0, w.access("more", 0)),
            w.renew(20, 0, w.access("another", 0)),
            w.look(20, "a0 r0 more another s"),
            // The client may come to rotate again.
            w.rotate(21, 0, w.tokens(1)),
            w.look(21, "a0 r0 more another a1 r1"),
        ]),
        // The family is remembered as long as the issue says.
        Scenario::in_turn([
            w.with_tokens(),
            w.renew(20, 0, w.kept(2000, w.access("more", 0))),
            w.look(1999, "s"),
            w.look(2000, "s"),
        ]),
        // Unknown, expired, revoked.
        Scenario::in_turn([w.renew(5, 0, w.access("more", 0)), w.look(5, "more r0")]),
        Scenario::in_turn([w.with_tokens(), w.renew(1000, 0, w.access("more", 0)), w.look(1000, "more r0")]),
        Scenario::in_turn([w.with_tokens(), w.revoke(1, "f"), w.renew(5, 0, w.access("more", 0)), w.look(5, "more")]),
        // One that was rotated is replayed, also within its window.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.renew(21, 1, w.access("more", 1)),
            w.look(21, "a1 r1 more"),
            w.renew(22, 0, w.access("late", 0)),
            w.look(22, "a0 r0 a1 r1 more late s"),
        ]),
        // A renewal closes no window.
        Scenario::in_turn([
            w.with_tokens(),
            w.rotate(20, 0, w.tokens(1)),
            w.renew(21, 1, w.access("more", 1)),
            w.rotate(22, 0, w.pair("again", 1)),
            w.look(22, "a1 r1 more again"),
        ]),
    ]
}

fn replaying(w: &World) -> Vec<Scenario> {
    let rotated =
        |generations: u32| (0..generations).flat_map(|g| w.rotate(20 + u64::from(g), g, w.tokens(g + 1))).collect::<Vec<_>>();
    let replayed = |now: u64, generation: u32| {
        [w.rotate(now, generation, w.pair("more", generation + 1)), w.look(now, "a0 r0 a1 r1 a2 r2 more s")].concat()
    };
    vec![
        // Too late.
        Scenario::in_turn([w.with_tokens(), rotated(1), replayed(30, 0), replayed(31, 0), w.rotate(31, 1, w.tokens(2))]),
        // The successor was used.
        Scenario::in_turn([w.with_tokens(), rotated(2), replayed(22, 0), w.rotate(22, 2, w.tokens(3))]),
        Scenario::in_turn([w.with_tokens(), rotated(3), replayed(23, 0)]),
        Scenario::in_turn([w.with_tokens(), rotated(3), replayed(23, 1)]),
        // The salt is gone once somebody came too late, even if a clock then goes back.
        Scenario::in_turn([
            w.with_tokens(),
            rotated(1),
            w.rotate(30, 0, w.pair("more", 1)),
            w.rotate(25, 0, w.pair("more", 1)),
            w.look(30, "more"),
        ]),
    ]
}
