//! What becomes of codes and tokens: redemption, rotation, revocation.

use super::*;

pub(super) fn of_two_redemptions_one_wins_and_the_other_revokes<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
    assert_eq!(active(&*store, &issuer, "a0", 5), Some(true));
    assert_eq!(redeem(&*store, &issuer, access("other", 0), 5), "already");
    assert_eq!(active(&*store, &issuer, "a0", 5), Some(false));
    assert_eq!(active(&*store, &issuer, "other", 5), None);
    assert_eq!(redeem(&*store, &issuer, access("other", 0), 5), "already");
}

pub(super) fn a_redeemed_code_is_recognised_while_its_family_is_remembered<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "redeemed");
    for purges in [false, true] {
        if purges {
            ok(store.purge_expired(t(999)));
        }
        assert!(ok(store.find_code(&issuer, &hash("c"), t(999))).unwrap().redeemed);
        assert!(ok(store.find_code(&issuer, &hash("c"), t(1000))).is_none());
        assert_eq!(redeem(&*store, &issuer, tokens(0), 1000), "dead");
    }
    assert_eq!(redeem(&*store, &issuer, tokens(0), 999), "already");
    assert_eq!(active_refresh(&*store, &issuer, "r0", 999), Some(false));
    ok(store.purge_expired(t(1000)));
    assert_eq!(store.rows(), 0);
}

pub(super) fn rotations<S: Whole>() {
    // (generation presented, now, answer), one after the other on one family with a retry window of ten seconds.
    let cases: &[&[(u32, u64, &str)]] = &[
        &[(0, 20, "rotated"), (1, 21, "rotated"), (2, 22, "rotated")],
        // The first salt and the first window count, however often the client retries.
        &[(0, 20, "rotated"), (0, 21, "retried 20"), (0, 29, "retried 20"), (0, 30, "replayed"), (1, 30, "dead")],
        // Once the successor was used nobody may retry.
        &[(0, 20, "rotated"), (1, 21, "rotated"), (0, 22, "replayed"), (2, 22, "dead")],
        // The salt is gone once somebody came too late, even if a clock then goes back; so it is after a revocation.
        &[(0, 20, "rotated"), (0, 30, "replayed"), (0, 25, "dead")],
        &[(5, 20, "dead")],
    ];
    for case in cases {
        let (store, issuer) = with_tokens::<S>();
        for (step, &(generation, now, answer)) in case.iter().enumerate() {
            let mut issue = tokens(generation + 1);
            // A retry proposes the same refresh token as the rotation did, and a new access token.
            issue.access_token = Some(token(&format!("access {step}"), generation + 1, 100));
            assert_eq!(rotate(&*store, &issuer, generation, issue, now), answer, "step {step} of {case:?}");
            let stored = answer == "rotated" || answer.starts_with("retried");
            assert_eq!(
                active(&*store, &issuer, &format!("access {step}"), now),
                stored.then_some(true),
                "step {step} of {case:?}"
            );
        }
    }
}

pub(super) fn an_expired_refresh_token_cannot_be_rotated_though_its_family_is_remembered<S: Whole>() {
    let (store, issuer) = (S::empty(), issuer("a"));
    let issue = Issue { keep_family_until: t(1000), ..Issue::new(None, None, Some(token("r0", 0, 50))) };
    ok(store.begin_family(&issuer, family(FAMILY), issue, t(0)));
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 50), "dead");
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 49), "rotated");
}

pub(super) fn a_family_is_remembered_until_the_latest_moment_it_was_told<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    assert_eq!(rotate(&*store, &issuer, 0, access("a1", 1), 20), "rotated");
    assert_eq!(active_refresh(&*store, &issuer, "r0", 999), Some(false));
    let late = Issue::new(None, Some(token("late", 1, 2000)), None);
    assert_eq!(rotate(&*store, &issuer, 0, late, 21), "retried 20");
    assert_eq!(active(&*store, &issuer, "late", 1999), Some(true));
}

pub(super) fn rotation_ends_the_generation_before<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "rotated");
    assert_eq!((active(&*store, &issuer, "a0", 20), active_refresh(&*store, &issuer, "r0", 20)), (Some(false), Some(false)));
    assert_eq!((active(&*store, &issuer, "a1", 20), active_refresh(&*store, &issuer, "r1", 20)), (Some(true), Some(true)));
}

pub(super) fn without_a_window_every_second_rotation_is_a_replay<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    let proposal = || {
        let (presented, retry_until) = (hash("r0"), t(20));
        RotationProposal { presented, family: FAMILY, generation: 0, salt: salt(1), retry_until, issue: tokens(1) }
    };
    assert!(matches!(ok(store.rotate_refresh_token(&issuer, proposal(), t(20))), Rotation::Rotated(_)));
    // An instance whose clock is behind does not open the window.
    assert!(matches!(ok(store.rotate_refresh_token(&issuer, proposal(), t(19))), Rotation::Replayed));
}

pub(super) fn purging_erases_the_salt_and_keeps_what_recognises_a_replay<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "rotated");
    assert_eq!(ok(store.purge_expired(t(30))), 0);
    // The salt is gone, so it is a replay even by a clock that is behind.
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 25), "replayed");
    assert_eq!(active_refresh(&*store, &issuer, "r1", 25), Some(false));
}

pub(super) fn nothing_can_be_issued_in_a_revoked_family<S: Whole>() {
    let (store, issuer) = with_code::<S>();
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(redeem(&*store, &issuer, tokens(0), 5), "dead");
    assert!(ok(store.find_code(&issuer, &hash("c"), t(5))).unwrap().family.revoked);

    let (store, issuer) = with_tokens::<S>();
    ok(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(rotate(&*store, &issuer, 0, tokens(1), 20), "dead");
    assert_eq!((active(&*store, &issuer, "a0", 1), active_refresh(&*store, &issuer, "r0", 1)), (Some(false), Some(false)));
}

pub(super) fn an_access_token_is_revoked_alone<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    for _ in 0..2 {
        ok(store.revoke_access_token(&issuer, &hash("a0"), t(1)));
        assert_eq!((active(&*store, &issuer, "a0", 1), active_refresh(&*store, &issuer, "r0", 1)), (Some(false), Some(true)));
    }
    ok(store.revoke_access_token(&issuer, &hash("unknown"), t(1)));
}

pub(super) fn a_dropped_future_leaves_nothing_or_the_whole_step<S: Whole>() {
    let (store, issuer) = with_tokens::<S>();
    drop(store.revoke_family(&issuer, &FAMILY, t(1)));
    assert_eq!(active(&*store, &issuer, "a0", 1), Some(true));
    // Polled once: by the end of a later step it has happened, or it never will.
    {
        let redeeming = pin!(store.revoke_family(&issuer, &FAMILY, t(1)));
        let _ = redeeming.poll(&mut Context::from_waker(Waker::noop()));
    }
    ok(store.put_client(&issuer, client()));
    let alive = active(&*store, &issuer, "a0", 1);
    assert_eq!(active_refresh(&*store, &issuer, "r0", 1), alive);
}
