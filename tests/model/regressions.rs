//! Sequences that once told the model and the servers apart, on purpose or not, as small as they could be made. Each is played on
//! both stores.

use super::op::{
    Again, Apis, At, By, Case, Decided, Moment, Nth, Op, Person, Pkce, Response, Scopes, Secret, Setup, SignIn, Thing, Uri, Who,
};
use super::{in_memory, on_file, runtime};

const AT: At = At::Home;
const OWNER: By = By::Owner(Secret::Basic);
const REDEEM: Op = Op::Redeem { code: Nth(0), at: AT, by: OWNER, uri: Again::Same, verifier: Again::Same, apis: Apis::NONE };

fn authorize(who: Who, response: Response) -> Op {
    let decided = Decided::Approve(Person::Alice);
    let sign_in = SignIn::UNNAMED;
    Op::Authorize { issuer: 0, who, response, pkce: Pkce::S256, uri: Uri::First, scope: None, apis: Apis(0b11), decided, sign_in }
}

/// In the first of the person's sign-ins; with `later` for when they are away, too.
fn signed_in(who: Who, later: bool) -> Op {
    let (apis, decided) = (Apis::NONE, Decided::Approve(Person::Alice));
    let scope = Some(if later { Scopes::READ_WRITE } else { Scopes::READ_WRITE.without(Scopes::OFFLINE) });
    let sign_in = SignIn { session: Some(0), consent: later };
    Op::Authorize { issuer: 0, who, response: Response::Code, pkce: Pkce::S256, uri: Uri::First, scope, apis, decided, sign_in }
}

const SIGN_OUT: Op = Op::SignOut { issuer: 0, person: Person::Alice, session: Some(0) };

fn deliver(fails: bool) -> Op {
    Op::Deliver { issuer: 0, fails }
}

fn refresh(n: u8) -> Op {
    refresh_for(n, Apis::NONE)
}

fn refresh_for(n: u8, apis: Apis) -> Op {
    Op::Refresh { token: Nth(n), at: AT, by: OWNER, scope: None, apis }
}

#[track_caller]
fn replay(first: Setup, ops: Vec<Op>) {
    let (runtime, case) = (runtime(), Case { setups: [first, Setup::Legacy(0)], ops });
    for verdict in [in_memory(&runtime, &case), on_file(&runtime, &case)] {
        if let Err(why) = verdict {
            panic!("{why}");
        }
    }
}

#[test]
fn a_code_is_replayed_after_a_purge_has_passed_over_its_expiry() {
    let later = Op::WaitUntil(Moment::Expiry(Thing::Code(Nth(0))), 0);
    replay(Setup::Legacy(0), vec![authorize(Who::App, Response::CodeToken), REDEEM, later, Op::Purge, REDEEM]);
}

#[test]
fn a_retry_comes_in_the_second_in_which_the_window_closes() {
    for by in [-1, 0, 1] {
        let closing = Op::WaitUntil(Moment::WindowEnd(Nth(0)), by);
        replay(Setup::Modern(2), vec![authorize(Who::App, Response::Code), REDEEM, refresh(0), closing, refresh(1)]);
    }
}

#[test]
fn tokens_for_another_api_outlive() {
    let (one, other) = (Apis(0b01), Apis(0b10));
    let all = Apis::NONE;
    for apis in [[one, other, one], [other, other, one], [one, all, other], [all, one, other], [one, other, all]] {
        let refreshes = apis.map(|apis| refresh_for(0, apis));
        // Once more in the window.
        let ops = [vec![authorize(Who::App, Response::Code), REDEEM], refreshes.to_vec(), vec![refresh_for(1, one)]].concat();
        replay(Setup::Modern(5), ops);
    }
}

#[test]
fn another_client_revokes() {
    let foreign = |token| Op::Revoke { token, at: AT, by: By::Client(Who::App, Secret::Basic), hint: None };
    let ops = vec![foreign(Thing::Access(Nth(0))), foreign(Thing::Refresh(Nth(0)))];
    replay(Setup::Legacy(0), [vec![authorize(Who::Twin, Response::Code), REDEEM], ops].concat());
}

#[test]
fn two_redeem_one_code_at_the_same_time() {
    for turns in [0, 0b10, 0b100, 0b1_0000, 0b101_0101, u32::MAX] {
        let both = Op::Together(Box::new(REDEEM), Box::new(REDEEM), turns);
        replay(Setup::Legacy(5), vec![authorize(Who::App, Response::CodeToken), both, REDEEM]);
    }
}

#[test]
fn the_person_takes_back_what_is_being_refreshed() {
    for turns in [0, 0b10, 0b100, 0b1_0000, 0b101_0101, u32::MAX] {
        let back = Op::TakeBack { authorization: Nth(0), at: AT, by: Person::Alice };
        let both = Op::Together(Box::new(refresh(0)), Box::new(back), turns);
        replay(Setup::Modern(5), vec![authorize(Who::App, Response::Code), REDEEM, both, refresh(0)]);
    }
}

#[test]
fn signing_out_ends_what_was_not_for_later_and_each_client_is_told_until_it_takes_it() {
    let begun = [signed_in(Who::App, false), REDEEM, signed_in(Who::Web, true), REDEEM, signed_in(Who::Once, false), REDEEM];
    let ended = [SIGN_OUT, SIGN_OUT, refresh(0), refresh(1), deliver(true), deliver(true), Op::Wait(9), deliver(false)];
    let told = [Op::Wait(1), deliver(true), Op::Wait(20), deliver(false), deliver(false)];
    replay(Setup::Modern(5), [&begun[..], &ended, &told].concat());
}

#[test]
fn somebody_signs_out_while_something_is_used_or_begun() {
    for turns in [0, 0b10, 0b100, 0b1_0000, 0b101_0101, u32::MAX] {
        for other in [refresh(0), signed_in(Who::Web, false), signed_in(Who::Web, true), deliver(false), SIGN_OUT] {
            let both = Op::Together(Box::new(other), Box::new(SIGN_OUT), turns);
            let after = [REDEEM, refresh(0), deliver(false)];
            replay(Setup::Modern(5), [&[signed_in(Who::App, false), REDEEM, both][..], &after].concat());
        }
    }
}
