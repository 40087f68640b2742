//! JWT access tokens over HTTP, with every grant, on a storage that keeps no access tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use serde::Serialize;
use serde_json::{Value, json};

use super::binds::Binds;
use super::formats::NoAccessTokens;
use super::{Answer, Host, QUERY, SECRET, START, host};
use crate::feature::{ExternalKeys, JwtAccessTokens, SigningKeys};
use crate::jose::{
    AccessTokenJwt, Algorithm, CompactJws, Es256, IdTokenJwt, KeyPair, PublicKey, Signature, Signer, SignerError, TokenSigner,
    TokenType,
};
use crate::storage::{FamilyId, FamilyStore as _, PurgeExpired as _};
use crate::values::clock::Timestamp;
use crate::{AccessTokenClaims, Approval, Introspection, MemoryStore, NewAccessToken, Revocation, StoreError, Subject};

const ISSUER: &str = "https://as.example.com";
const API: &str = "https://api.example.com";

type Keys = SigningKeys<(Es256,), ExternalKeys<Shared>>;
type Jwts<C = ()> = Host<(Introspection, Keys, JwtAccessTokens<C>, Revocation), NoAccessTokens>;

/// A key that stays elsewhere, and what becomes of a request to sign.
#[derive(Clone)]
struct Shared(Arc<(TokenSigner<KeyPair>, AtomicU8)>);

const SIGNS: u8 = 0;
const UNAVAILABLE: u8 = 1;
const FAILS: u8 = 2;
const WRONG: u8 = 3;

impl Shared {
    fn new() -> Self {
        let key = KeyPair::generate(Algorithm::Es256).unwrap();
        Self(Arc::new((TokenSigner::new(key), AtomicU8::new(SIGNS))))
    }

    fn set(&self, now: u8) {
        self.0.1.store(now, Ordering::Relaxed);
    }

    fn issuer(&self) -> &TokenSigner<KeyPair> {
        &self.0.0
    }
}

impl Signer for Shared {
    fn key(&self) -> &PublicKey {
        self.issuer().public_key()
    }

    async fn sign(&self, input: &[u8]) -> Result<Signature, SignerError> {
        match self.0.1.load(Ordering::Relaxed) {
            SIGNS => self.issuer().key().sign(input),
            WRONG => KeyPair::generate(Algorithm::Es256).unwrap().sign(input),
            UNAVAILABLE => Err(SignerError::Unavailable { retry_after: None }),
            _ => Err(SignerError::failed("down")),
        }
    }
}

async fn jwts() -> (Jwts, Shared) {
    with(JwtAccessTokens::new(API)).await
}

async fn with<C: AccessTokenClaims>(tokens: JwtAccessTokens<C>) -> (Jwts<C>, Shared) {
    let keys = Shared::new();
    let store = NoAccessTokens(MemoryStore::new());
    let signing = SigningKeys::external(Es256, keys.clone()).unwrap();
    let host = host!(on store; Introspection::new(), signing, tokens, Revocation::new());
    (host, keys)
}

/// Header and claims, whose signature is right.
fn read(keys: &Shared, token: &str) -> Value {
    let jws = CompactJws::decode(token).unwrap();
    let unverified = jws.unverified::<AccessTokenJwt>(&[Algorithm::Es256]).unwrap();
    assert_eq!(unverified.header().key_id(), Some(keys.issuer().public_key().key_id().as_str()));
    unverified.verify(keys.issuer().public_key()).unwrap().deserialize().unwrap()
}

fn claims(keys: &Shared, answer: &Answer) -> Value {
    read(keys, &answer.member("access_token"))
}

async fn revoke(host: &Jwts, token: &str) -> u16 {
    host.post("/revoke", &[], &format!("client_id=app&client_secret={SECRET}&token={token}")).await.status
}

async fn is_active<C: AccessTokenClaims>(host: &Jwts<C>, token: &str) -> bool {
    host.introspect(&[], token).await.json()["active"] == true
}

// shows: RFC9068-2.1-01, RFC9068-2.1-02, RFC9068-2.1-03, RFC9068-2.1-05, RFC9068-2.1-06, RFC9068-2.2-01, RFC9068-2.2-02, RFC9068-2.2-03, RFC9068-2.2-04, RFC9068-2.2-05, RFC9068-2.2-06, RFC9068-2.2-07, RFC9068-2.2-08, RFC9068-2.2-09, RFC9068-2.2.3-01, RFC9068-3-03, RFC9068-4-01, RFC9700-4.15-02, RFC8725-3.9-01
#[tokio::test]
async fn tokens_of_every_grant_say_what_rfc_9068_asks_and_introspection_the_same() {
    let (host, keys) = jwts().await;
    let answers = host.every_grant(&[]).await;
    let subjects = ["alice", "alice", "client:app", "alice", "alice"];
    let mut seen = Vec::new();
    for (answer, subject) in answers.iter().zip(subjects) {
        let token = answer.member("access_token");
        let header: Value = serde_json::from_slice(&decode(token.split('.').next().unwrap())).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")), "{header}");
        let mut claims = read(&keys, &token);
        let jti = claims["jti"].as_str().unwrap().to_owned();
        let expires_in = answer.json()["expires_in"].as_u64().unwrap();
        let mut expected = json!({
            "iss": ISSUER, "sub": subject, "aud": API, "client_id": "app", "jti": jti,
            "iat": START.as_unix(), "exp": START.as_unix() + expires_in,
        });
        if let Some(scope) = answer.json().get("scope") {
            expected["scope"] = scope.clone();
        }
        assert_eq!(claims, expected, "{}", answer.text);
        assert_eq!(answer.member("token_type"), "Bearer");

        let introspected = host.introspect(&[], &token).await.json();
        let own = claims.as_object_mut().unwrap();
        if subject == "client:app" {
            assert_eq!(introspected["sub"], Value::Null);
            own.remove("sub");
        }
        // The first has been refreshed, and ends with that.
        if answer.text == answers[0].text {
            assert_eq!(introspected, json!({"active": false}));
        } else {
            for (name, value) in own {
                assert_eq!(introspected[name.as_str()], *value, "{name} of {introspected}");
            }
            assert_eq!(introspected["active"], true);
        }
        seen.push(jti);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), answers.len());
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

// shows: RFC9068-2.2.1-01, RFC9068-2.2.1-02, RFC9068-3-01
#[tokio::test]
async fn what_was_approved_is_in_the_token_and_in_those_that_follow() {
    let (host, keys) = jwts().await;
    let Ok(request) = host.asks(QUERY).await else { panic!("refused") };
    let approval = Approval::by(Subject::new("alice").unwrap()).audience(["https://a.example", "https://b.example"]);
    let decision = request.approve(approval.authenticated_at(Timestamp::from_unix(1_699_999_000)));
    let location = host.0.authorization().complete(decision).await.headers()["location"].to_str().unwrap().to_owned();
    let code = location.split_once("code=").unwrap().1.split('&').next().unwrap();
    let first = host.redeem(&[], code).await;
    let second = host.refresh(&[], &first.member("refresh_token")).await;
    for answer in [&first, &second] {
        let claims = claims(&keys, answer);
        assert_eq!(claims["aud"], json!(["https://a.example", "https://b.example"]));
        assert_eq!((&claims["auth_time"], &claims["scope"]), (&json!(1_699_999_000), &json!("read")));
    }
    let introspected = host.introspect(&[], &second.member("access_token")).await.json();
    assert_eq!(introspected["aud"], json!(["https://a.example", "https://b.example"]));
}

#[tokio::test]
async fn revoking_a_token_revokes_what_it_descends_from_at_once() {
    let (host, _) = jwts().await;
    let tokens = host.redeem(&[], &host.code().await).await;
    let other = host.redeem(&[], &host.code().await).await;
    let (token, other_token) = (tokens.member("access_token"), other.member("access_token"));
    assert!(is_active(&host, &token).await);
    assert_eq!(revoke(&host, &token).await, 200);
    assert!(!is_active(&host, &token).await && is_active(&host, &other_token).await);
    assert_eq!(host.refresh(&[], &tokens.member("refresh_token")).await.error(), "400 invalid_grant");
    // And the other way round.
    assert_eq!(revoke(&host, &other.member("refresh_token")).await, 200);
    assert!(!is_active(&host, &other_token).await);
    // A token of a client for itself as well.
    let own = host.token(&[], "grant_type=client_credentials").await.member("access_token");
    assert!(is_active(&host, &own).await);
    assert_eq!(revoke(&host, &own).await, 200);
    assert!(!is_active(&host, &own).await);
    assert_eq!(revoke(&host, &own).await, 200);
}

#[tokio::test]
async fn rotation_ends_the_access_tokens_before_it() {
    let (host, _) = jwts().await;
    let first = host.redeem(&[], &host.code().await).await;
    let second = host.refresh(&[], &first.member("refresh_token")).await;
    assert!(!is_active(&host, &first.member("access_token")).await);
    assert!(is_active(&host, &second.member("access_token")).await);
    // The retry within the window brings another access token of the same generation.
    let again = host.refresh(&[], &first.member("refresh_token")).await;
    assert_eq!(again.member("refresh_token"), second.member("refresh_token"));
    assert_ne!(again.member("access_token"), second.member("access_token"));
    assert!(is_active(&host, &second.member("access_token")).await && is_active(&host, &again.member("access_token")).await);
}

#[tokio::test]
async fn the_authorization_is_remembered_for_as_long_as_its_tokens_live() {
    let (host, keys) = jwts().await;
    let token = host.token(&[], "grant_type=client_credentials").await;
    let claims = claims(&keys, &token);
    let family: FamilyId = claims["jti"].as_str().unwrap().split('.').next().unwrap().parse().unwrap();
    let expires_at = claims["exp"].as_u64().unwrap();
    let store = host.0.storage();
    let at = |moment| store.family(host.0.issuer(), &family, Timestamp::from_unix(moment));
    assert!(at(expires_at - 1).await.unwrap().is_some_and(|family| family.is_live(Timestamp::from_unix(expires_at - 1))));
    assert!(at(expires_at).await.unwrap().is_none_or(|family| !family.is_live(Timestamp::from_unix(expires_at))));
}

#[tokio::test]
async fn a_token_that_is_bound_says_to_what() {
    let keys = Shared::new();
    let signing = SigningKeys::external(Es256, keys.clone()).unwrap();
    let store = NoAccessTokens(MemoryStore::new());
    let host = host!(on store; JwtAccessTokens::new(API), Binds, Introspection::new(), signing);
    let key = [("x-key", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")];
    let last = host.every_grant(&key).await;
    for answer in &last {
        assert_eq!(answer.member("token_type"), "DPoP");
        assert_eq!(claims(&keys, answer)["cnf"], json!({"jkt": key[0].1}));
    }
    let introspected = host.introspect(&[], &last[4].member("access_token")).await.json();
    assert_eq!((&introspected["token_type"], &introspected["cnf"]), (&json!("DPoP"), &json!({"jkt": key[0].1})));
    let free = host.token(&[], "grant_type=client_credentials").await;
    assert_eq!(claims(&keys, &free).get("cnf"), None);
    assert_eq!(host.introspect(&[], &free.member("access_token")).await.json()["token_type"], "Bearer");
}

/// Tokens made by hand, each wrong in one place and rightly signed: none is active, and revoking one ends nothing.
// shows: RFC7662-4-05
#[tokio::test]
async fn what_this_server_did_not_issue_is_not_active() {
    let (host, keys) = jwts().await;
    let tokens = host.redeem(&[], &host.code().await).await;
    let token = tokens.member("access_token");
    let claims = read(&keys, &token);
    let sign = |claims: &Value| keys.issuer().sign_now::<AccessTokenJwt>(claims.to_string().as_bytes()).unwrap().to_string();
    assert!(is_active(&host, &sign(&claims)).await, "what is signed by hand counts, if nothing is wrong with it");
    let jti = claims["jti"].as_str().unwrap();
    let family = jti.split('.').next().unwrap();
    for (name, value) in [
        ("iss", json!("https://other.example.com")),
        ("iss", Value::Null),
        ("exp", json!(START.as_unix())),
        ("exp", Value::Null),
        ("aud", json!([])),
        ("sub", json!("client:other")),
        ("sub", json!("")),
        ("client_id", json!("other")),
        ("jti", json!("x")),
        ("jti", json!(jti.replace(family, &FamilyId::from_bytes([9; 16]).to_string()))),
        ("jti", json!(jti.replace(".0.", ".1."))),
        ("scope", json!(["read"])),
        ("cnf", json!("x")),
    ] {
        let mut wrong = claims.clone();
        wrong[name] = value;
        let wrong = sign(&wrong);
        assert!(!is_active(&host, &wrong).await, "{name} of {wrong}");
        if name != "jti" {
            assert_eq!(revoke(&host, &wrong).await, 200);
        }
    }
    // Another key; a key that the token does not name; another type; a claim changed after it was signed.
    let stranger = TokenSigner::new(KeyPair::generate(Algorithm::Es256).unwrap());
    let other = stranger.sign_now::<AccessTokenJwt>(claims.to_string().as_bytes()).unwrap().to_string();
    let as_id_token = keys.issuer().sign_now::<IdTokenJwt>(claims.to_string().as_bytes()).unwrap().to_string();
    let unnamed = unnamed(&keys, &claims);
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let swapped = sign(&json!({"sub": "mallory"}));
    let changed = format!("{header}.{}.{signature}", swapped.split('.').nth(1).unwrap());
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{payload}.");
    for wrong in [other, as_id_token, unnamed, changed, none, format!("{header}.{payload}"), format!("{token}a"), "a.b.c".into()]
    {
        assert!(!is_active(&host, &wrong).await, "{wrong}");
        assert_eq!(revoke(&host, &wrong).await, 200);
    }
    assert!(is_active(&host, &token).await);
}

/// Signed with the key of the server, which it does not name.
fn unnamed(keys: &Shared, claims: &Value) -> String {
    use base64::Engine as _;
    let encode = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let header = json!({"alg": "ES256", "typ": AccessTokenJwt::TYP}).to_string();
    let input = format!("{}.{}", encode(header), encode(claims.to_string()));
    let signature = keys.issuer().key().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature.as_bytes()))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Own {
    None,
    Roles { roles: Vec<String>, client: String, resource: Vec<String>, scope_of: String },
    Reserved { exp: u64 },
    Long { x: String },
    Any { own: Value },
    Many(serde_json::Map<String, Value>),
}

/// Claims by who it is.
struct Source;

impl AccessTokenClaims for Source {
    type Claims = Own;
    async fn claims(&self, token: NewAccessToken<'_>) -> Result<Own, StoreError> {
        Ok(match token.subject().map(Subject::as_str) {
            None => Own::None,
            Some("alice") => Own::Roles {
                roles: vec!["admin".into()],
                client: token.client_id().to_string(),
                resource: token.audience().map(str::to_owned).collect(),
                scope_of: token.scope().to_string(),
            },
            Some("mallory") => Own::Reserved { exp: u64::MAX },
            // What this library itself would not read again.
            Some("wide") => {
                Own::Any { own: (0..65).map(|name| (name.to_string(), json!(0))).collect::<serde_json::Map<_, _>>().into() }
            }
            Some("deep") => Own::Any { own: (0..16).fold(json!(0), |inner, _| json!([inner])) },
            Some("many") => Own::Many((0..43).map(|name| (name.to_string(), json!(0))).collect()),
            Some("full") => Own::Any { own: (0..14).fold(json!({}), |inner, _| json!([inner])) },
            Some("verbose") => Own::Long { x: "x".repeat(16 * 1024) },
            Some(_) => return Err(StoreError::Unavailable { retry_after: None }),
        })
    }
}

// shows: RFC9068-2.2.2-01, RFC9068-2.2.3.1-01, RFC9701-5-09
#[tokio::test]
async fn claims_of_the_application_are_in_the_token_and_at_introspection_and_override_nothing() {
    let (host, keys) = with(JwtAccessTokens::new(API).claims(Source)).await;
    let tokens = host.redeem(&[], &host.code().await).await;
    let claims = claims(&keys, &tokens);
    let introspected = host.introspect(&[], &tokens.member("access_token")).await.json();
    for said in [&claims, &introspected] {
        assert_eq!(said["roles"], json!(["admin"]), "{said}");
        assert_eq!((&said["client"], &said["resource"], &said["scope_of"]), (&json!("app"), &json!([API]), &json!("read")));
    }
    assert_eq!(introspected["active"], true);
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.status, 200);

    let password = |name: &str| format!("grant_type=password&username={name}&password=x");
    let refused = ["mallory", "verbose", "wide", "deep", "many"].map(|name| (name, "500 server_error"));
    for (name, expected) in refused.into_iter().chain([("bob", "503 temporarily_unavailable")]) {
        rows(&host).await;
        assert_eq!(host.token(&[], &password(name)).await.error(), expected, "{name}");
        assert_eq!(rows(&host).await, 0, "it was to leave nothing");
    }
}

/// As much as is permitted is read again.
#[tokio::test]
async fn what_the_application_may_say_is_read_again() {
    let (host, _) = with(JwtAccessTokens::new(API).claims(Source)).await;
    let token = host.token(&[], "grant_type=password&username=full&password=x").await.member("access_token");
    assert_eq!(host.introspect(&[], &token).await.json()["active"], true);
}

/// What a purge at the end of time removes: whatever there was before is gone with it.
async fn rows<C: AccessTokenClaims>(host: &Jwts<C>) -> u64 {
    host.0.storage().inner().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap()
}

#[tokio::test]
async fn what_does_not_sign_burns_nothing_and_leaves_no_row() {
    const LATER: &str = "503 temporarily_unavailable";
    for (state, expected) in [(UNAVAILABLE, LATER), (FAILS, LATER), (WRONG, "500 server_error")] {
        let (host, keys) = jwts().await;
        let code = host.code().await;
        keys.set(state);
        assert_eq!(host.redeem(&[], &code).await.error(), expected);
        keys.set(SIGNS);
        let tokens = host.redeem(&[], &code).await;
        let refresh_token = tokens.member("refresh_token");
        keys.set(state);
        assert_eq!(host.refresh(&[], &refresh_token).await.error(), expected);
        assert!(is_active(&host, &tokens.member("access_token")).await);
        keys.set(SIGNS);
        let refreshed = host.refresh(&[], &refresh_token).await;
        assert!(is_active(&host, &refreshed.member("access_token")).await);

        rows(&host).await;
        keys.set(state);
        for body in
            ["grant_type=client_credentials", "grant_type=password&username=alice&password=x", "grant_type=urn:example:own"]
        {
            assert_eq!(host.token(&[], body).await.error(), expected);
        }
        assert_eq!(rows(&host).await, 0);
    }
}
