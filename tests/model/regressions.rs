//! Sequences that once told the model and the servers apart, on purpose or not, as small as they could be made. Each is played on
//! both stores.

use super::op::{Again, Apis, At, By, Case, Decided, Moment, Nth, Op, Person, Pkce, Response, Secret, Setup, Thing, Uri, Who};
use super::{in_memory, on_file, runtime};

const AT: At = At::Home;
const OWNER: By = By::Owner(Secret::Basic);
const REDEEM: Op = Op::Redeem { code: Nth(0), at: AT, by: OWNER, uri: Again::Same, verifier: Again::Same, apis: Apis::NONE };

fn authorize(who: Who, response: Response) -> Op {
    let decided = Decided::Approve(Person::Alice);
    Op::Authorize { issuer: 0, who, response, pkce: Pkce::S256, uri: Uri::First, scope: None, apis: Apis(0b11), decided }
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
