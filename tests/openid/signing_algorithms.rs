//! A key of RSA beside one of an elliptic curve: which of them signs for which API, and for which client.

use std::sync::Arc;

use bytes::Bytes;
use grantor::jose::{CompactJws, IntrospectionJwt};
use grantor::{
    Algorithm, Approval, AuthorizationCode, AuthorizationServer, Client, ClientBuilder, ClientCredentials, ClientRejection,
    ClientSecret, Code, Development, Es256, Introspection, JwtAccessTokens, JwtIntrospection, JwtVerifier, ManualClock,
    MemoryStore, OAuth21, Presented, RegisterError, Rs256, ServesOAuth, SigningKeys, TokenVerifier, issuer,
};
use http::{Request, Response, header};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::{CALLBACK, PKCE, REQUEST, SECRET, START, VERIFIER, form, subject, with};

const API: &str = "https://api.example.com";
const BILLING: &str = "https://billing.example.com";
const ISSUER: &str = "https://auth.example.com";
const SIGNED: &str = "application/token-introspection+jwt";

macro_rules! server {
    ($store:expr, $keys:expr, $($feature:expr),*) => {
        AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://auth.example.com"))
            .storage($store)
            .clock(ManualClock::new(START))
            .grant(AuthorizationCode::new())
            .grant(ClientCredentials::new())
            .response_type(Code)
            .enable($keys)
            .enable(Introspection::new())
            $(.enable($feature))*
            .build()
    };
}

fn both() -> SigningKeys<(Es256, Rs256), grantor::EphemeralKeys> {
    SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256)
}

fn client(id: &str) -> ClientBuilder {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential(id, &secret).redirect_uri(CALLBACK).scope("scope");
    client.grant_types(["authorization_code", "client_credentials"]).introspects_any_token()
}

async fn post(server: &impl ServesOAuth, path: &str, pairs: &[(&str, &str)], accept: &str) -> Response<Bytes> {
    let body = form(&with(&[("client_id", "pub"), ("client_secret", SECRET)], pairs));
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.handle(request.header(header::ACCEPT, accept).body(Bytes::from(body)).expect("a request")).await
}

fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

/// The answer to the code of an approval for these resources.
async fn redeemed(server: &impl ServesOAuth, resources: &[&str]) -> Response<Bytes> {
    let request = Browser::default().request(server, &with(&REQUEST, &PKCE)).await;
    let approval = Approval::by(subject("alice")).audience(resources.iter().copied());
    let answer = server.complete(request.approve(approval)).await;
    let location = answer.headers()[header::LOCATION].to_str().expect("a URL").to_owned();
    let code = location.split_once("code=").and_then(|(_, rest)| rest.split('&').next()).expect("a code");
    let redeem = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    post(server, "/token", &redeem, "*/*").await
}

async fn token(server: &impl ServesOAuth, resources: &[&str]) -> String {
    let answer = json(&redeemed(server, resources).await);
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// With which of the keys of the server is it good for that API?
async fn good_under<S: grantor::VerificationKeys>(keys: &Arc<S>, audience: &str, token: &str) -> Vec<Algorithm> {
    let mut good = Vec::new();
    for algorithm in Algorithm::ALL {
        let verifier = JwtVerifier::new(ISSUER, audience, keys.clone()).algorithms([algorithm]).clock(ManualClock::new(START));
        let (parts, ()) = Request::new(()).into_parts();
        let claims = verifier.verify(&Presented::bearer(token, &parts)).await.expect("an answer");
        good.extend(claims.map(|_| algorithm));
    }
    good
}

#[tokio::test]
async fn each_resource_gets_tokens_under_its_algorithm() {
    // A resource is the same however it is spelled.
    let tokens = JwtAccessTokens::new(API).algorithm_for(Rs256, [BILLING, "HTTPS://Old.example.com:443/"]);
    let server = Arc::new(server!(MemoryStore::new(), both(), tokens));
    server.register_client(client("pub").build().expect("a client")).await.expect("registered");
    for (resources, audience, algorithm) in [
        (&[][..], API, Algorithm::Es256),
        (&[API], API, Algorithm::Es256),
        (&["https://other.example.com"], "https://other.example.com", Algorithm::Es256),
        (&[BILLING], BILLING, Algorithm::Rs256),
        (&[BILLING, "https://old.example.com"], BILLING, Algorithm::Rs256),
        (&[API, "https://other.example.com"], API, Algorithm::Es256),
    ] {
        let token = token(&*server, resources).await;
        assert_eq!(good_under(&server, audience, &token).await, [algorithm], "{resources:?}");
        // The server knows both.
        let introspected = json(&post(&*server, "/introspect", &[("token", &token)], "*/*").await);
        assert_eq!(introspected["active"], true, "{introspected}");
    }
    // One of them would refuse it.
    let refused = redeemed(&*server, &[API, BILLING]).await;
    assert_eq!((refused.status().as_u16(), &json(&refused)["error"]), (500, &json!("server_error")));
    let keys = json(&server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await);
    let algorithms: Vec<&Value> = keys["keys"].as_array().expect("keys").iter().map(|key| &key["alg"]).collect();
    assert_eq!(algorithms, ["ES256", "RS256"]);
}

#[tokio::test]
async fn the_setting_counts_and_without_one_the_first_key() {
    macro_rules! signs_under {
        ($tokens:expr) => {{
            let server = Arc::new(server!(MemoryStore::new(), both(), $tokens));
            server.register_client(client("pub").build().expect("a client")).await.expect("registered");
            let answer = json(&post(&*server, "/token", &[("grant_type", "client_credentials")], "*/*").await);
            good_under(&server, API, answer["access_token"].as_str().expect("a token")).await
        }};
    }
    assert_eq!(signs_under!(JwtAccessTokens::new(API)), [Algorithm::Es256]);
    assert_eq!(signs_under!(JwtAccessTokens::new(API).algorithm(Rs256)), [Algorithm::Rs256]);
    assert_eq!(signs_under!(JwtAccessTokens::new(API).algorithm(Rs256).algorithm_for(Es256, [API])), [Algorithm::Es256]);
}

/// Under which algorithm an introspection response is signed for this client.
async fn signed_for(server: &impl ServesOAuth, id: &str) -> String {
    let response = post(server, "/introspect", &[("client_id", id), ("token", "x")], SIGNED).await;
    assert_eq!(response.status(), 200, "{:?}", response.body());
    let text = std::str::from_utf8(response.body()).expect("text");
    let keys = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
    let jws = CompactJws::decode(text).expect("a JWT");
    let unverified = jws.unverified::<IntrospectionJwt>(&Algorithm::ALL).expect("an introspection response");
    let algorithm = unverified.header().algorithm().to_string();
    unverified.verify(&grantor::Jwks::parse(keys.body()).expect("keys")).expect("signed");
    algorithm
}

// shows: RFC9701-6-01
#[tokio::test]
async fn introspection_responses_are_signed_as_the_client_registered() {
    let server = server!(MemoryStore::new(), both(), JwtIntrospection::new());
    for (id, registered, signed) in [("ec", Some("ES256"), "ES256"), ("rsa", Some("RS256"), "RS256"), ("none", None, "RS256")] {
        let client = match registered {
            Some(algorithm) => client(id).introspection_signed_response_alg(algorithm),
            None => client(id),
        };
        server.register_client(client.build().expect("a client")).await.expect("registered");
        assert_eq!(signed_for(&server, id).await, signed, "{id}");
    }
    // Where there is no RS256, the default is what there is.
    let server = server!(MemoryStore::new(), SigningKeys::ephemeral().algorithm(Es256), JwtIntrospection::new());
    server.register_client(client("none").build().expect("a client")).await.expect("registered");
    assert_eq!(signed_for(&server, "none").await, "ES256");
}

// shows: RFC9701-7-01
#[tokio::test]
async fn an_algorithm_that_is_not_advertised_cannot_be_registered() {
    let store = Arc::new(MemoryStore::new());
    let server = server!(store.clone(), both(), JwtIntrospection::new());
    let document = serde_json::to_value(server.metadata().document()).expect("JSON");
    assert_eq!(document["introspection_signing_alg_values_supported"], json!(["ES256", "RS256"]));
    for algorithm in ["PS256", "EdDSA", "none", "HS256", "es256", ""] {
        let client = client("pub").introspection_signed_response_alg(algorithm).build().expect("a client");
        let refused = match server.register_client(client).await {
            Err(RegisterError::Rejected(refused)) => refused,
            other => panic!("{algorithm}: {other:?}"),
        };
        let [ClientRejection::UnknownSigningAlgorithm { member, algorithm: named, metadata }] = refused.reasons() else {
            panic!("{refused}");
        };
        assert_eq!((*member, &**named), ("introspection_signed_response_alg", algorithm));
        assert!(document.get(metadata).is_some(), "{metadata}");
    }

    // A server that signs no responses does not understand the member (RFC 7591 section 2).
    let plain = server!(store.clone(), both(), JwtAccessTokens::new(API));
    let client = client("pub").introspection_signed_response_alg("PS256").build().expect("a client");
    plain.register_client(client).await.expect("registered");
    let response = post(&plain, "/introspect", &[("token", "x")], SIGNED).await;
    assert_eq!((response.status().as_u16(), json(&response)), (200, json!({"active": false})));
    // One that signs some now, and finds that client in the database, signs nothing under another algorithm than was asked for.
    let response = post(&server, "/introspect", &[("token", "x")], SIGNED).await;
    assert_eq!((response.status().as_u16(), &json(&response)["error"]), (500, &json!("server_error")));
    let response = post(&server, "/introspect", &[("token", "x")], "application/json").await;
    assert_eq!((response.status().as_u16(), json(&response)), (200, json!({"active": false})));
}
