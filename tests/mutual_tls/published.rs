//! Certificates that clients publish at their `jwks_uri` (RFC 8705 section 2.2).

use std::sync::Arc;

use grantor::{Client, ClientRejection, Fetcher, ManualClock, MemoryStore, MutualTls};
use serde_json::json;

use crate::certificates::{Certified, key, self_signed, usual};
use crate::common::{Approves, Peer, START};
use crate::script::{Answer, Script, URL};
use crate::{MACHINE, ask, jwk, peer, said, server, unverified, with_chain};

fn document(of: &[&Certified]) -> Answer {
    let keys: Vec<_> = of.iter().map(|certified| with_chain(jwk(certified), certified)).collect();
    Answer::json(json!({"keys": keys}).to_string())
}

fn client() -> Client {
    let client = Client::with_self_signed_certificate("self").grant_types(["client_credentials"]).jwks_uri(URL);
    client.build().expect("a client")
}

macro_rules! fetching {
    ($answers:expr) => {{
        let (clock, script) = (ManualClock::new(START), Arc::new(Script::of($answers)));
        let fetcher = Fetcher::with(script.clone());
        let server = server!(MemoryStore::new(), clock, enable(MutualTls::new()), fetcher(fetcher));
        server.register_client(client()).await.expect("a registration");
        (Peer::new(server, Approves, clock), script)
    }};
}

#[tokio::test]
async fn a_client_replaces_its_certificate_where_it_publishes_it() {
    let (old, new) = (self_signed(&usual("self"), key()), self_signed(&usual("self"), key()));
    let (peer, script) = fetching!([document(&[&old]), document(&[&new])]);
    for _ in 0..5 {
        assert_eq!(said(&ask(&peer, "self", &MACHINE, unverified(&old)).await), "200 Bearer");
    }
    assert_eq!(script.requests(), 1, "fetched once for many requests");
    peer.clock.advance(31);
    assert_eq!(said(&ask(&peer, "self", &MACHINE, unverified(&new)).await), "200 Bearer");
    assert_eq!(script.requests(), 1, "and once more");
    assert_eq!(said(&ask(&peer, "self", &MACHINE, unverified(&old)).await), "401 invalid_client");
}

#[tokio::test]
async fn where_they_cannot_be_fetched_nobody_knows_and_strangers_are_told_no_more() {
    let certified = self_signed(&usual("self"), key());
    let (peer, _) = fetching!([Answer::status(500)]);
    assert_eq!(said(&ask(&peer, "self", &MACHINE, unverified(&certified)).await), "503 temporarily_unavailable");
    // Nothing is fetched for a request without a certificate.
    let (peer, script) = fetching!([document(&[&certified])]);
    assert_eq!(said(&ask(&peer, "self", &MACHINE, None).await), "401 invalid_client");
    assert_eq!(script.requests(), 0);
}

#[tokio::test]
async fn a_server_that_fetches_nothing_does_not_register_it() {
    let rejected = peer!().server.check_client(client()).expect_err("no fetcher");
    assert_eq!(rejected.reasons(), [ClientRejection::CertificatesElsewhere]);
}
