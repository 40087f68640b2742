//! Pushed authorization requests (RFC 9126), through HTTP as clients and browsers send them.

mod attacks;
mod beside_others;
mod browsers;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/jws.rs"]
mod jws;
mod model;
#[path = "../common/peers.rs"]
mod peers;
mod peers_that_push;
mod pushing;
mod redirect_uris;
mod required;
mod stores;

use common::{Answer, CALLBACK, PKCE, Pairs, Peer, REQUEST, SECRET, basic, with};
use grantor::{Client, ClientBuilder, ClientSecret, Interaction, ServesOAuth, SuspendsRequests};

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// A server that takes pushed requests, with what else the chain is given.
macro_rules! server {
    ($store:expr, $clock:expr, $feature:expr $(, $given:ident($argument:expr))*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .response_type(grantor::Code)
            .enable($feature)
            $(.$given($argument))*
            .build()
    };
}
use server;

/// The same with the clients `pub`, `conf` and `other`, and an application that approves.
macro_rules! peer {
    ($feature:expr $(, $given:ident($argument:expr))*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock, $feature $(, $given($argument))*);
        for client in crate::clients() {
            server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
        crate::common::Peer::new(server, crate::common::Approves, clock)
    }};
    () => {
        crate::peer!(grantor::PushedAuthorizationRequests::new())
    };
}
use peer;

fn clients() -> [ClientBuilder; 3] {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let everything = |client: ClientBuilder| {
        client.redirect_uri(CALLBACK).scope("scope read write").grant_types(["authorization_code", "refresh_token"])
    };
    let confidential = |id| everything(Client::confidential(id, &secret));
    [everything(Client::public("pub")), confidential("conf"), confidential("other")]
}

/// A valid request of the client.
fn request(client: &str) -> Pairs<'_> {
    with(&with(&REQUEST, &PKCE), &[("client_id", client)])
}

/// Pushes it, with the secret of a client that has one.
async fn push<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, pairs: &[(&str, &str)]) -> Answer {
    let client = pairs.iter().find(|(name, _)| *name == "client_id").map_or("pub", |(_, value)| value);
    let authorization = (client != "pub").then(|| basic(client, SECRET));
    peer.post("/par", authorization.as_deref(), pairs).await
}

/// The `request_uri` of a request that is good.
async fn pushed<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, pairs: &[(&str, &str)]) -> String {
    let answer = push(peer, pairs).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.member("request_uri")
}

/// What a browser brings.
fn brought<'a>(client: &'a str, request_uri: &'a str) -> Pairs<'a> {
    vec![("client_id", client), ("request_uri", request_uri)]
}

/// A browser comes with it, and whoever is there approves.
async fn bring<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &str, request_uri: &str) -> Answer {
    peer.authorize(&brought(client, request_uri)).await
}

/// It is refused on a page, as a `request_uri` that is none.
#[track_caller]
fn assert_invalid(answer: &Answer) {
    answer.assert_page(400);
    assert!(answer.body.contains("invalid_request_uri"), "{answer:?}");
}

/// Redeems the code of an answer, as the client.
async fn redeem<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &str, answer: &Answer) -> Answer {
    assert_eq!(answer.query().get("state").map(String::as_str), Some("xyz"), "{answer:?}");
    let code = answer.query().remove("code").unwrap_or_else(|| panic!("no code in {answer:?}"));
    let pairs = with(&common::redemption(&code), &[("client_id", client)]);
    let authorization = (client != "pub").then(|| basic(client, SECRET));
    peer.post("/token", authorization.as_deref(), &pairs).await
}

/// Completes a decision as the service would.
async fn decided(server: &impl SuspendsRequests, decision: grantor::Decision) -> Answer {
    Answer::from(server.complete(decision).await)
}
