//! Too many requests: who is refused, when, and how; and who is not.

#[path = "../common/mod.rs"]
mod common;

mod own;
mod process;
mod seam;

use bytes::Bytes;
use common::{Answer, Approves, CALLBACK, Peer, SECRET, START, form};
use grantor::{
    AnyClient, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code, Development, DeviceCode,
    DynamicRegistration, Introspection, ManualClock, MemoryStore, OAuth21, PushedAuthorizationRequests, RateLimits,
    RequestSource, Revocation, issuer,
};
use http::Request;

/// From where requests come.
const HERE: &str = "192.0.2.1";
const THERE: &str = "198.51.100.7";

const TV: &str = "urn:ietf:params:oauth:grant-type:device_code";
const MACHINE: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "read")];

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, ClientCredentials, DeviceCode),
    (Code,),
    (Introspection, Revocation, PushedAuthorizationRequests, DynamicRegistration<AnyClient>),
    Development<OAuth21>,
>;

/// With every endpoint that asks, and the clients `conf` and `other`, which have a secret, and `tv`, which has none.
async fn limited(limits: impl RateLimits) -> Peer<Server> {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .rate_limits(limits)
        .grant(AuthorizationCode::new())
        .grant(ClientCredentials::new())
        .grant(DeviceCode::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .enable(PushedAuthorizationRequests::new())
        .enable(DynamicRegistration::new(AnyClient::new()))
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    for id in ["conf", "other"] {
        let client = Client::confidential(id, &secret).redirect_uri(CALLBACK).scope("read");
        let client = client.grant_types(["authorization_code", "client_credentials"]).build().expect("a client");
        server.register_client(client).await.expect("a registration");
    }
    let tv = Client::public("tv").scope("read").grant_types([TV]).build().expect("a client");
    server.register_client(tv).await.expect("a registration");
    Peer::new(server, Approves, clock)
}

/// A POST from an address.
fn post(source: &str, path: &str, authorization: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let content_type = if path == "/register" { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request::post(path).header("content-type", content_type).header("origin", "https://app.example.com");
    let mut request = request.extension(RequestSource::new(source.parse().expect("an address")));
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    request.body(body.into()).expect("a request")
}

/// A token request of a client with a secret.
async fn token(peer: &Peer<Server>, source: &str, client: &str, secret: &str) -> Answer {
    peer.send(post(source, "/token", &common::basic(client, secret), form(&MACHINE))).await
}

/// Refused for so many seconds, as every endpoint does it.
#[track_caller]
fn assert_too_many(answer: &Answer, code: &str, retry_after: &str) {
    answer.assert_error(429, code);
    assert_eq!(answer.header("retry-after"), retry_after, "{answer:?}");
    // So that a program in a browser sees the answer, and for how long it is to wait.
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.header("access-control-expose-headers").contains("Retry-After"));
}
