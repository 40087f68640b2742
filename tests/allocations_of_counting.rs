//! What it costs to count: heap allocations beside those of `allocations.rs`, of the library and not of whoever records. In a binary of its
//! own, as metrics are on for a whole process.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use bytes::Bytes;
use grantor::{
    AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, ManualClock, MemoryStore, OAuth21,
    ProcessRateLimits, RateQuota, RequestSource, ServesOAuth, Timestamp, issuer,
};
use http::Request;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";

/// Records nothing: what is left is the library's.
struct Nowhere;

impl Recorder for Nowhere {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// Nothing here waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn server(limits: Option<ProcessRateLimits>) -> impl ServesOAuth {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(Timestamp::from_unix(1_700_000_000)))
        .rate_limits(limits)
        .grant(ClientCredentials::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client =
        Client::confidential("conf", &secret).scope("read").grant_types(["client_credentials"]).build().expect("a client");
    ready(server.register_client(client)).expect("a registration");
    server
}

/// The most frequent count of many, once each shard of the store has its first row.
fn allocations(server: &impl ServesOAuth) -> u64 {
    let mut counts: Vec<u64> = (0..6_001)
        .map(|_| {
            let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
            let request =
                request.header("authorization", "Basic Y29uZjphLXNlY3JldC1vZi1tb3JlLXRoYW4tMzItY2hhcmFjdGVycy1mb3ItdGVzdHM=");
            let request = request.extension(RequestSource::new([192, 0, 2, 1].into()));
            let request = request.body(Bytes::from_static(b"grant_type=client_credentials&scope=read")).expect("a request");
            let mut response = None;
            let counted = measure(|| response = Some(ready(server.handle(request)))).count_total;
            assert_eq!(response.expect("a response").status(), 200);
            counted
        })
        .collect();
    counts.sort_unstable();
    counts[counts.len() / 2]
}

#[test]
fn allocations_of_each_way_to_count() {
    let quota = RateQuota::new(1_000_000, 1).expect("a quota");
    let limits = || ProcessRateLimits::new().per_source("token", quota).per_client("token", quota);
    let (plain, limited) = (server(None), server(Some(limits())));
    // Limits that are switched off are none; those that are on are asked twice, of the source and of the client: a future in a box each time.
    let without = allocations(&plain);
    assert_eq!(allocations(&limited), without + 2);
    metrics::set_global_recorder(Nowhere).expect("the only recorder");
    assert_eq!(allocations(&plain), without, "nobody wants to know yet");
    grantor::emit_metrics();
    // The labels of a counter and the text of one of them, and the labels of the histogram.
    assert_eq!(allocations(&plain), without + 3);
}
