//! What `.ci/instructions` counts under callgrind: each operation a number of times, in a function of its own whose name begins with
//! `counted_`; requests are prepared outside of them. Each has a text of its own in its body, so that the compiler does not make one
//! function of two that do the same. Prints how often each was called.

#[path = "../../common/mod.rs"]
mod common;

use std::hint::black_box;

use common::{Bench, Floor, LookupFloor};
use grantor::{MemoryStore, Scope};
use http::request::Parts;
use http::{Request, Response};

type Body = bytes::Bytes;
type Memory = Bench<MemoryStore>;

const TIMES: usize = 500;

#[inline(never)]
fn counted_issue_floor(floor: &mut Floor) {
    black_box("issue floor");
    floor.issue();
}

#[inline(never)]
fn counted_lookup_floor(floor: &LookupFloor, token: &str) -> Vec<u8> {
    black_box("lookup floor");
    floor.look_up(token)
}

#[inline(never)]
fn counted_client_credentials(bench: &Memory, request: Request<Body>) -> Response<Body> {
    black_box("client credentials");
    bench.client_credentials(request)
}

#[inline(never)]
fn counted_code_to_tokens(bench: &Memory, request: Request<Body>) -> Response<Body> {
    black_box("code to tokens");
    bench.redeem(request)
}

#[inline(never)]
fn counted_refresh(bench: &Memory, request: Request<Body>) -> Response<Body> {
    black_box("refresh");
    bench.refresh(request)
}

#[inline(never)]
fn counted_introspection(bench: &Memory, request: Request<Body>) -> Response<Body> {
    black_box("introspection");
    bench.introspect(request)
}

#[inline(never)]
fn counted_bearer_check(bench: &Memory, request: &Parts, required: &Scope) {
    black_box("bearer check");
    bench.check_bearer(request, required);
}

fn main() {
    let bench = Bench::new(MemoryStore::new());
    let mut floor = Floor::default();
    // The store is in shards, and each has its first row once.
    for _ in 0..2_000 {
        bench.refresh(bench.refresh_request(&bench.redeem(bench.redemption_request(&bench.authorize()))));
    }
    let tokens = bench.client_credentials(bench.client_credentials_request());
    let (lookup, access_token) = (LookupFloor::new(&tokens), common::member(&tokens, "access_token"));
    let (request, required) = (bench.bearer(&tokens), Scope::parse("read").expect("a scope"));
    for _ in 0..TIMES {
        counted_issue_floor(&mut floor);
        black_box(counted_lookup_floor(&lookup, &access_token));
        black_box(counted_client_credentials(&bench, bench.client_credentials_request()));
        let redeemed = counted_code_to_tokens(&bench, bench.redemption_request(&bench.authorize()));
        black_box(counted_refresh(&bench, bench.refresh_request(&redeemed)));
        black_box(counted_introspection(&bench, bench.introspection_request(&tokens)));
        counted_bearer_check(&bench, &request, &required);
    }
    println!("{TIMES}");
}
