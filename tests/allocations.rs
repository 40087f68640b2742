//! Heap allocations for each operation, from request bytes to response bytes on the memory store, and the heap that a token takes
//! there, pinned. They are the same on every machine, so they show a regression that time would hide.

#[path = "../benches/common/mod.rs"]
mod common;
#[path = "../benches/common/jwt.rs"]
mod jwt;
#[path = "../benches/common/openid.rs"]
mod openid;

use allocation_counter::measure;
use common::{Bench, Floor};
use grantor::{Algorithm, KeyPair, MemoryStore, Scope};
use jwt::JwtBench;

/// The most frequent count of many: a map that grows now and then does not count.
fn usual(mut operation: impl FnMut() -> u64) -> u64 {
    let mut counts: Vec<u64> = (0..101).map(|_| operation()).collect();
    counts.sort_unstable();
    counts[counts.len() / 2]
}

fn count<T>(operation: impl FnOnce() -> T) -> u64 {
    let mut result = None;
    let info = measure(|| result = Some(operation()));
    drop(result);
    info.count_total
}

#[test]
fn allocations_of_each_operation() {
    let bench = Bench::new(MemoryStore::new());
    let mut floor = Floor::default();
    // The store is in shards, and each has its first row once.
    for _ in 0..3_000 {
        bench.redeem(bench.redemption_request(&bench.authorize()));
    }
    let tokens = bench.redeem(bench.redemption_request(&bench.authorize()));
    let (request, required) = (bench.bearer(&tokens), Scope::parse("read").expect("a scope"));
    let prepared = |make: &dyn Fn() -> http::Request<bytes::Bytes>,
                    run: &dyn Fn(http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes>| {
        usual(|| {
            let request = make();
            count(|| run(request))
        })
    };
    let measured = [
        ("floor", usual(|| count(|| floor.issue())), 1),
        ("client credentials", prepared(&|| bench.client_credentials_request(), &|request| bench.client_credentials(request)), 6),
        ("code to tokens", prepared(&|| bench.redemption_request(&bench.authorize()), &|request| bench.redeem(request)), 6),
        (
            "refresh",
            prepared(&|| bench.refresh_request(&bench.redeem(bench.redemption_request(&bench.authorize()))), &|request| {
                bench.refresh(request)
            }),
            7,
        ),
        ("introspection", prepared(&|| bench.introspection_request(&tokens), &|request| bench.introspect(request)), 6),
        ("bearer check", usual(|| count(|| bench.check_bearer(&request, &required))), 0),
    ];
    for (operation, allocations, most) in measured {
        println!("{operation}: {allocations} allocations (at most {most})");
    }
    for (operation, allocations, most) in measured {
        assert!(allocations <= most, "{operation}: {allocations} allocations, at most {most}");
    }
}

/// Of JWTs. Four are the signature's own, in aws-lc-rs; what that library takes in C is not counted.
#[test]
fn allocations_of_jwt_access_tokens() {
    let key = KeyPair::generate(Algorithm::Es256).expect("a key").to_pkcs8().expect("a document");
    let bench = JwtBench::new(&key);
    for _ in 0..3_000 {
        bench.issue(bench.request());
    }
    let issue = usual(|| {
        let request = bench.request();
        count(|| bench.issue(request))
    });
    let (request, required) = (JwtBench::presenting(&bench.token()), Scope::parse("read").expect("a scope"));
    let check = usual(|| count(|| bench.check(&request, &required)));
    println!("client credentials with a JWT: {issue} allocations; an API's check of it: {check}");
    assert!(issue <= 12, "client credentials with a JWT: {issue} allocations, at most 12");
    assert!(check <= 13, "an API's check of a JWT: {check} allocations, at most 13");
}

/// Of an OpenID Provider. Those of the signature are in it; what that takes in C is not counted.
#[test]
fn allocations_of_an_openid_provider() {
    use openid::{answer, discovery, post, redemption, userinfo};
    let server = openid::server(KeyPair::generate(Algorithm::Es256).expect("a key"));
    for _ in 0..3_000 {
        answer(&server, redemption(&server, "read"));
    }
    let token = common::member(&answer(&server, redemption(&server, "openid")), "access_token");
    answer(&server, discovery());
    let counted = |make: &dyn Fn() -> http::Request<bytes::Bytes>| {
        usual(|| {
            let request = make();
            count(|| answer(&server, request))
        })
    };
    // What a feature answers at a path of its own is in a box, where the server and not its handle is asked.
    let measured = [
        ("code to tokens with an ID token", counted(&|| redemption(&server, "openid")), 17),
        ("userinfo", counted(&|| userinfo(&token)), 5),
        ("introspection", counted(&|| post("/introspect", format!("token={token}"))), 7),
        ("discovery, from its document", counted(&discovery), 4),
    ];
    for (operation, allocations, most) in measured {
        println!("{operation}: {allocations} allocations (at most {most})");
    }
    for (operation, allocations, most) in measured {
        assert!(allocations <= most, "{operation}: {allocations} allocations, at most {most}");
    }
}

/// A live token is an access token of the client credentials grant with all that is kept for it: its family, its place in both
/// tables, its share of what tables and chunks have in reserve. The client is there before, and not counted.
#[test]
fn heap_of_a_live_token() {
    const MOST: u64 = 200;
    let bench = Bench::new(MemoryStore::new());
    let (mut tokens, mut heap) = (0, 0);
    // So many steps that tables are met just before they grow and just after it.
    for step in 1..=12 {
        let more = 2_500 * step;
        heap +=
            measure(|| (0..more).for_each(|_| drop(bench.client_credentials(bench.client_credentials_request())))).bytes_current;
        tokens += more;
        let each = heap as f64 / tokens as f64;
        println!("{tokens} live tokens: {each:.1} bytes of heap each");
        assert!(tokens < 50_000 || each <= MOST as f64, "{tokens} live tokens: {each:.1} bytes each, at most {MOST}");
    }
}
