//! What the profile says beyond the modules: who may be a client, what is signed how, how long things live.

use grantor::{
    Algorithm, ApplicationType, Assertion, AssertionDecision, AssertionPolicy, AuthorizationCode, AuthorizationServer, Client,
    ClientCredentials, ClientRejection, ClientSecret, Code, Development, Dpop, Fapi2, Introspection, Jwks, JwtBearer,
    ManualClock, MemoryStore, OAuth21, PrivateKeyJwt, PushedAuthorizationRequests, RefreshToken, RequestBytes, SqliteStore,
    StoreError, TrustedIssuer, TrustedIssuers, issuer, lifetime,
};
use http::Request;
use serde_json::{Value, json};

use crate::bank::{ONE, key, machines, plain, redeeming, replaced};
use crate::common::{Approves, CALLBACK, CHALLENGE, Peer, SECRET, START, basic, form, subject};
use crate::jws;

/// Neither is registered, nor served if another server put it into the storage.
// shows: FAPI2-SP-5.3.2.1-03
#[tokio::test]
async fn clients_with_secrets_and_public_clients_do_not_exist() {
    let store = MemoryStore::new();
    let lax = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .grant(ClientCredentials::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let confidential = || Client::confidential("secretive", &secret).grant_types(["client_credentials"]).scope("accounts");
    lax.register_client(confidential().build().expect("a client")).await.expect("a registration");
    let clock = ManualClock::new(START);
    let strict = AuthorizationServer::builder()
        .profile(Development::<Fapi2>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::required())
        .build();
    let public = Client::public("public").redirect_uri(CALLBACK).grant_types(["authorization_code"]);
    for client in [confidential().build().expect("a client"), public.build().expect("a client")] {
        let rejected = strict.check_client(client).expect_err("no such client").to_string();
        assert!(rejected.contains("authenticat"), "{rejected}");
    }
    let peer = Peer::new(strict, Approves, clock);
    let request = [("grant_type", "client_credentials")];
    peer.post("/token", Some(&basic("secretive", SECRET)), &request).await.assert_error(401, "invalid_client");
    let posted = [("grant_type", "client_credentials"), ("client_id", "secretive"), ("client_secret", SECRET)];
    peer.post("/token", None, &posted).await.assert_error(401, "invalid_client");
}

/// Where a chain names an algorithm that the profile does not have, it is not accepted.
// shows: FAPI2-SP-5.4.1-02
#[tokio::test]
async fn algorithms_are_those_of_the_profile() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Fapi2>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys().algorithms([Algorithm::Rs256, Algorithm::Es256]))
        .enable(Dpop::required().algorithms([Algorithm::Rs256, Algorithm::Es384, Algorithm::Ps256]))
        .build();
    let document = server.metadata().document();
    let document = serde_json::to_value(document).expect("JSON");
    assert_eq!(document["token_endpoint_auth_signing_alg_values_supported"], json!(["ES256"]));
    assert_eq!(document["dpop_signing_alg_values_supported"], json!(["PS256"]));
    let mut jwk = jws::jwk(&jws::key(Algorithm::Rs256));
    jwk["alg"] = json!("RS256");
    let client = Client::with_keys("rsa").jwks(json!({"keys": [jwk]})).grant_types(["client_credentials"]);
    assert!(server.check_client(client.build().expect("a client")).is_err());
    let client = Client::with_keys("named").jwks(json!({"keys": [jws::jwk(key())]})).grant_types(["client_credentials"]);
    let client = client.token_endpoint_auth_signing_alg("RS256").build().expect("a client");
    let rejected = server.check_client(client).expect_err("no such algorithm").to_string();
    assert!(rejected.contains("RS256"), "{rejected}");
}

/// A bank with this grant of codes, and with requests that are pushed so.
macro_rules! bank {
    ($codes:expr, $pushed:expr) => {{
        let clock = ManualClock::new(START);
        let server = AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            .grant($codes)
            .grant(RefreshToken::new().reusable())
            .response_type(Code)
            .enable(Introspection::new())
            .enable($pushed)
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::required())
            .build();
        crate::bank::around!(server, clock, "accounts", false)
    }};
}

/// A minute at most, whatever the grant says (FAPI 2.0 Security Profile section 5.3.2.1).
// shows: FAPI2-SP-5.3.2.1-11
#[tokio::test]
async fn a_code_lives_a_minute_at_most() {
    for (chosen, lives) in [(lifetime!(CodeLifetime, 600), 60), (lifetime!(CodeLifetime, 30), 30)] {
        let bank = bank!(AuthorizationCode::new().code_lifetime(chosen), PushedAuthorizationRequests::required());
        for (after, good) in [(lives - 1, true), (lives, false)] {
            let code = bank.code(&[]).await;
            bank.peer.clock.advance(after);
            assert_eq!(bank.token(&redeeming(&code)).await.status.is_success(), good, "{after} of {lives} seconds");
        }
    }
}

/// Less than ten minutes, whatever the chain says (section 5.3.2.2).
// shows: FAPI2-SP-5.3.2.2-12
#[tokio::test]
async fn a_pushed_request_lives_less_than_ten_minutes() {
    for (chosen, lives) in [(lifetime!(PushedRequestLifetime, 600), 599), (lifetime!(PushedRequestLifetime, 90), 90)] {
        let bank = bank!(AuthorizationCode::new(), PushedAuthorizationRequests::required().lifetime(chosen));
        let pushed = bank.post("/par", &bank.request(), Some(&bank.assertion(ONE)), None).await;
        assert_eq!((pushed.status.as_u16(), pushed.json()["expires_in"].as_u64()), (201, Some(lives)), "{pushed:?}");
    }
}

/// Nothing travels over a network that is not encrypted: `http` is for native applications, on a loopback host. Neither is another registered,
/// nor served if another server put it into the storage. On a developer's machine there is no network, so `Development` permits it.
// shows: FAPI2-SP-5.3.2.2-08
#[tokio::test]
async fn http_is_for_native_applications_alone() {
    const LOOPBACK: &str = "http://127.0.0.1/callback";
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    let clock = ManualClock::new(START);
    macro_rules! server {
        ($profile:expr) => {
            AuthorizationServer::builder()
                .profile($profile)
                .issuer(issuer!("https://as.example.com"))
                .storage(open())
                .clock(clock.clone())
                .grant(AuthorizationCode::new())
                .grant(RefreshToken::new().reusable())
                .response_type(Code)
                .enable(PushedAuthorizationRequests::required())
                .enable(PrivateKeyJwt::inline_keys())
                .enable(Dpop::required())
                .build()
        };
    }
    let (strict, lax) = (server!(Fapi2), server!(Development::<Fapi2>::new()));
    let peer = Peer::new(strict, Approves, clock.clone());
    for (id, kind, permitted) in
        [("untold", None, false), ("web", Some(ApplicationType::Web), false), ("native", Some(ApplicationType::Native), true)]
    {
        let client = Client::with_keys(id).jwks(json!({"keys": [jws::jwk(key())]})).scope("accounts");
        let client = client.redirect_uri(LOOPBACK).grant_types(["authorization_code"]);
        let client = match kind {
            Some(kind) => client.application_type(kind),
            None => client,
        };
        let client = client.build().expect("a client");
        let checked = peer.server.check_client(client.clone());
        assert_eq!(checked.is_ok(), permitted, "{id}");
        if let Err(rejected) = checked {
            assert_eq!(rejected.reasons(), [ClientRejection::HttpRedirectUri(LOOPBACK.to_owned())]);
        }
        lax.register_client(client).await.expect("a registration");
        let claims = json!({"iss": id, "sub": id, "aud": "https://as.example.com", "exp": START.as_unix() + 60, "jti": id});
        let assertion = jws::signed(&json!({"alg": "ES256"}).to_string(), &claims.to_string(), key());
        let pairs = [
            ("client_id", id),
            ("response_type", "code"),
            ("redirect_uri", LOOPBACK),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &*assertion),
        ];
        let pushed = peer.post("/par", None, &pairs).await;
        match permitted {
            true => assert_eq!(pushed.status, 201, "{pushed:?}"),
            false => {
                pushed.assert_error(400, "invalid_request");
                assert!(pushed.member("error_description").contains("redirect"), "{pushed:?}");
            }
        }
    }
}

/// A `state` and a `nonce` of a thousand characters each are not refused, whatever the chain says of the size of requests.
// shows: FAPI2-SP-5.3.2.2-17
#[tokio::test]
async fn requests_have_room_for_long_values() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Fapi2>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .request_bytes(RequestBytes::new(1_024).expect("a limit"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().reusable())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(PushedAuthorizationRequests::required())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::required())
        .build();
    let bank = crate::bank::around!(server, clock, "accounts", false);
    let long = "0123456789".repeat(100);
    assert_eq!(bank.authorized(&[("state", &long), ("nonce", &long)]).await.query()["state"], long);
}

struct Alice;

impl AssertionPolicy for Alice {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::to(subject("alice")))
    }
}

/// What others sign is signed as the profile says, too.
// shows: FAPI2-SP-5.4.1-02
#[tokio::test]
async fn others_sign_by_the_algorithms_of_the_profile() {
    const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let (clock, idp, now) = (ManualClock::new(START), "https://idp.example.com", START.as_unix());
    for (algorithm, good) in [(Algorithm::Es384, false), (Algorithm::Rs256, false), (Algorithm::Ps256, true)] {
        let its = jws::key(algorithm);
        let issuers = TrustedIssuers::new([TrustedIssuer::new(idp, Jwks::of([its.public_key()]))]).expect("an issuer");
        let server = AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            .grant(JwtBearer::new(issuers, Alice))
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::required())
            .build();
        let client = Client::with_keys("app").jwks(json!({"keys": [jws::jwk(key())]})).grant_types([GRANT]).scope("read");
        server.register_client(client.default_scope("read").build().expect("a client")).await.expect("a registration");
        let peer = Peer::new(server, Approves, clock.clone());
        let sign = |header: Value, claims: Value, key| jws::signed(&header.to_string(), &claims.to_string(), key);
        let own = json!({"alg": key().public_key().algorithm().as_str()});
        let (audience, until) = ("https://as.example.com", now + 60);
        let proves = sign(own.clone(), json!({"iss": "app", "sub": "app", "aud": audience, "exp": until, "jti": "a"}), key());
        let assertion = sign(
            json!({"alg": algorithm.as_str()}),
            json!({"iss": idp, "sub": "u-1", "aud": audience, "exp": until, "iat": now, "jti": "b"}),
            &its,
        );
        let proof = sign(
            json!({"typ": "dpop+jwt", "alg": own["alg"], "jwk": jws::jwk(key())}),
            json!({"htm": "POST", "htu": "https://as.example.com/token", "iat": now, "jti": "c"}),
            key(),
        );
        let pairs = [
            ("grant_type", GRANT),
            ("assertion", &*assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &*proves),
        ];
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded").header("dpop", proof);
        let answer = peer.send(request.body(form(&pairs)).expect("a request")).await;
        match good {
            true => answer.assert_ok(),
            false => answer.assert_error(400, "invalid_grant"),
        }
    }
}

/// Without a word of it in the request (section 5.3.2.1: client credentials come without a refresh token, RFC 6749 section 4.4.3).
#[tokio::test]
async fn machines_get_no_refresh_token() {
    let bank = machines().await;
    assert!(bank.tokens().await.get("refresh_token").is_none());
}

/// Pushed or not: without the client's key nothing is pushed (section 5.3.2.2).
// shows: FAPI2-SP-5.3.2.2-04
#[tokio::test]
async fn nobody_pushes_who_does_not_authenticate() {
    async fn refused<Sv: grantor::ServesOAuth>(bank: crate::bank::Bank<Sv>) {
        bank.post("/par", &bank.request(), None, None).await.assert_error(401, "invalid_client");
        let proof = bank.proof(crate::bank::PAR);
        bank.post("/par", &bank.request(), None, Some(&proof)).await.assert_error(401, "invalid_client");
    }
    refused(plain().await).await;
    refused(crate::bank::plain_tls_dpop().await).await;
    refused(crate::bank::plain_jwt_tls().await).await;
}

/// The password grant does not exist (section 5.3.2.1).
// shows: FAPI2-SP-5.3.2.1-02
#[tokio::test]
async fn other_grants_are_refused() {
    let bank = plain().await;
    let request = replaced(&Vec::new(), &[("grant_type", "password"), ("username", "alice"), ("password", "secret")]);
    bank.token(&request).await.assert_error(400, "unsupported_grant_type");
}

/// Who introspects has a key, too; a token with which nobody proves anything stays what it is.
#[tokio::test]
async fn the_token_endpoint_alone_wants_proofs_of_clients() {
    let bank = plain().await;
    let token = bank.access_token().await;
    let pairs = replaced(&Vec::new(), &[("token", &token)]);
    let said = bank.post("/introspect", &pairs, Some(&bank.assertion(ONE)), None).await;
    assert_eq!((said.json()["active"].clone(), said.json()["token_type"].clone()), (json!(true), json!("DPoP")));
    assert!(bank.is_good(&token).await);
}

/// Only the header is read, and what a token is not for is 403.
// shows: FAPI2-SP-5.3.4-02, FAPI2-SP-5.3.4-03, FAPI2-SP-5.3.4-04
#[tokio::test]
async fn an_api_reads_the_header_alone_and_asks_for_enough() {
    let bank = plain().await;
    let token = bank.access_token().await;
    assert_eq!(bank.ask_at(&format!("/accounts?access_token={token}"), "accounts", None, &[]).await, "401 ");
    let proof = bank.account_proof(&token);
    let bound = format!("DPoP {token}");
    assert_eq!(bank.ask_at("/accounts", "payments", Some(&bound), &[&proof]).await, "403 insufficient_scope");
    bank.peer.clock.advance(600);
    assert_eq!(bank.ask(&bound, &[&bank.account_proof(&token)]).await, "401 invalid_token", "it has expired");
}

/// The authorization endpoint has no CORS (section 5.2.3).
// shows: FAPI2-SP-5.2.3-02
#[tokio::test]
async fn no_other_site_reads_the_authorization_endpoint() {
    let bank = plain().await;
    let request_uri = bank.pushed(&[]).await;
    let url = format!("/authorize?{}", crate::common::form(&[("client_id", ONE), ("request_uri", &request_uri)]));
    let request = http::Request::get(url).header("origin", "https://ownauth.com").body(String::new()).expect("a request");
    let answer = bank.peer.send(request).await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{answer:?}");
}
