//! What an approval says of how a person proved who they are, from the authorization to whoever gets the token: as opaque token, as JWT,
//! at introspection, and in the list of what was authorized.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    Approval, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code, Development, Es256,
    Introspection, JwtAccessTokens, JwtVerifier, LocalVerifier, ManualClock, MemoryStore, OAuth21, Presented, RefreshToken,
    ServesOAuth, SigningKeys, SqliteStore, Timestamp, TokenClaims, TokenVerifier, issuer,
};
use http::{Request, header};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::{CALLBACK, PKCE, REQUEST, SECRET, START, VERIFIER, form, subject, with};

const AUTH_TIME: u64 = 1_699_990_000;

fn said(approval: Approval) -> Approval {
    approval.authenticated_at(Timestamp::from_unix(AUTH_TIME)).acr("phr").amr(["pwd", "hwk"])
}

/// What each place has to say.
fn expected() -> Value {
    json!({"auth_time": AUTH_TIME, "acr": "phr", "amr": ["pwd", "hwk"]})
}

/// Those three members, if they are there.
fn of(claims: &Value) -> Value {
    let members = ["auth_time", "acr", "amr"].into_iter();
    members.filter_map(|name| Some((name.to_owned(), claims.get(name)?.clone()))).collect::<serde_json::Map<_, _>>().into()
}

/// The same by the accessors.
fn read(claims: &TokenClaims) -> Value {
    let amr: Vec<&str> = claims.amr().collect();
    json!({"auth_time": claims.auth_time().map(Timestamp::as_unix), "acr": claims.acr(), "amr": amr})
}

fn client() -> Client {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("pub", &secret).redirect_uri(CALLBACK).scope("scope");
    client.grant_types(["authorization_code", "refresh_token", "client_credentials"]).build().expect("a client")
}

async fn post(server: &impl ServesOAuth, path: &str, pairs: &[(&str, &str)]) -> Value {
    let body = form(&with(pairs, &[("client_id", "pub"), ("client_secret", SECRET)]));
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = server.handle(request.body(Bytes::from(body)).expect("a request")).await;
    assert_eq!(response.status(), 200, "{:?}", response.body());
    serde_json::from_slice(response.body()).expect("JSON")
}

/// The tokens for an approval, and those for their refresh token.
async fn tokens(server: &impl ServesOAuth, approval: Approval) -> [Value; 2] {
    let request = Browser::default().request(server, &with(&REQUEST, &PKCE)).await;
    let answer = server.complete(request.approve(approval)).await;
    let location = answer.headers()[header::LOCATION].to_str().expect("a URL").to_owned();
    let code = location.split_once("code=").and_then(|(_, rest)| rest.split('&').next()).expect("a code");
    let redeem = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    let first = post(server, "/token", &redeem).await;
    let refresh = first["refresh_token"].as_str().expect("a token");
    let second = post(server, "/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    [first, second]
}

fn access_token(tokens: &Value) -> &str {
    tokens["access_token"].as_str().expect("a token")
}

async fn verified(verifier: &impl TokenVerifier, token: &str) -> TokenClaims {
    let (parts, ()) = Request::new(()).into_parts();
    verifier.verify(&Presented::bearer(token, &parts)).await.expect("an answer").expect("a good token")
}

// shows: RFC9068-2.2.1-01
#[tokio::test]
async fn introspection_says_it_of_an_opaque_token_and_of_those_that_a_refresh_brings() {
    let directory = tempfile::tempdir().expect("a directory");
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        // From a text on a disk, not from memory.
        .storage(SqliteStore::open(directory.path().join("auth.db")).expect("a store"))
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .build();
    server.register_client(client()).await.expect("registered");
    let local = LocalVerifier::new(server.storage().clone(), server.issuer().clone()).clock(clock);

    let [_, tokens_of_alice] = tokens(&server, said(Approval::by(subject("alice")))).await;
    let introspected = post(&server, "/introspect", &[("token", access_token(&tokens_of_alice))]).await;
    assert_eq!(of(&introspected), expected());
    // As a resource server reads that answer, and as one beside the store has it.
    let remote: TokenClaims = serde_json::from_value(introspected).expect("claims");
    assert_eq!(read(&remote), expected());
    let beside = verified(&local, access_token(&tokens_of_alice)).await;
    assert_eq!((read(&beside), beside == remote), (expected(), true));
    let [record] = &server.authorizations(&subject("alice")).await.expect("authorizations")[..] else { panic!() };
    let amr: Vec<&str> = record.amr().collect();
    assert_eq!(
        (record.auth_time(), record.acr(), &amr[..]),
        (Some(Timestamp::from_unix(AUTH_TIME)), Some("phr"), &["pwd", "hwk"][..])
    );

    // Nobody said anything; and nobody proved anything.
    let [_, tokens_of_bob] = tokens(&server, Approval::by(subject("bob"))).await;
    let alone = post(&server, "/token", &[("grant_type", "client_credentials")]).await;
    for tokens in [&tokens_of_bob, &alone] {
        assert_eq!(of(&post(&server, "/introspect", &[("token", access_token(tokens))]).await), json!({}));
    }
}

// shows: RFC9068-2.2.1-01, RFC9068-2.2.1-02, RFC9068-2.2.1-03, RFC9068-2.2.1-04
#[tokio::test]
async fn a_jwt_says_it_itself_and_so_does_the_one_that_a_refresh_brings() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(SigningKeys::ephemeral().algorithm(Es256))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .build();
    server.register_client(client()).await.expect("registered");
    let server = Arc::new(server);
    let verifier = JwtVerifier::new("https://auth.example.com", "https://api.example.com", server.clone()).clock(clock);

    let both = tokens(&*server, said(Approval::by(subject("alice")))).await;
    for tokens in &both {
        let claims = verified(&verifier, access_token(tokens)).await;
        assert_eq!(read(&claims), expected());
        assert_eq!(of(&serde_json::to_value(&claims).expect("JSON")), expected());
        assert!(["auth_time", "acr", "amr"].iter().all(|name| claims.get(name).is_none()), "they have accessors");
    }
    assert_eq!(of(&post(&*server, "/introspect", &[("token", access_token(&both[1]))]).await), expected());

    let [tokens_of_bob, _] = tokens(&*server, Approval::by(subject("bob"))).await;
    let alone = post(&*server, "/token", &[("grant_type", "client_credentials")]).await;
    for tokens in [&tokens_of_bob, &alone] {
        let claims = verified(&verifier, access_token(tokens)).await;
        assert_eq!(of(&serde_json::to_value(&claims).expect("JSON")), json!({}));
    }
}

/// What releases before this one wrote is read as it was meant, and written again as it was.
#[test]
fn records_of_before_are_read() {
    for text in
        [r#"{"v":1,"subject":"alice","username":"Alice","scope":"read","audience":["https://api"],"auth_time":5}"#, r#"{"v":1}"#]
    {
        let details = grantor::storage::TokenDetails::from_json(text).expect("details");
        assert_eq!(details.to_json().expect("JSON"), text);
    }
}
