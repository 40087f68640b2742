//! The modules of the plan `oidcc-dynamic-certification-test-plan` that registration is about, by their names: `CONFORMANCE.md`. Those
//! of request objects come with them, and those of logout are where logout is.

mod common;
#[path = "common/jws.rs"]
mod jws;
#[path = "common/provider.rs"]
mod provider;
#[path = "fetcher/script.rs"]
mod script;

use std::sync::Arc;

use bytes::Bytes;
use common::{Decides, Peer, START, basic, subject, with};
use grantor::jose::{CompactJws, IdTokenJwt, TokenType, UserinfoJwt};
use grantor::{
    Algorithm, AnyClient, Approval, AuthorizationCode, AuthorizationServer, Clock as _, Code, CodeIdToken, CodeIdTokenToken,
    CodeToken, Development, DynamicRegistration, Es256, Fetcher, IdToken, IdTokenToken, Implicit, Jwks, KeyPair, ManualClock,
    MasterKeys, MemoryStore, OpenId, PrivateKeyJwt, RefreshToken, Rfc6749, Rs256, Scope, ServesOAuth, SigningKeys, SystemClock,
    Timestamp, issuer,
};
use http::{Request, header};
use provider::{People, SECTOR_KEY};
use script::Script;
use serde_json::{Value, json};

const CALLBACK: &str = "https://client.example/callback";

/// A server with all that the plan needs, the clock, and what it gets from the client's host.
struct Provider<Sv> {
    peer: Peer<Sv, Decides>,
    host: Arc<Script>,
}

async fn provider(host: Script) -> Provider<impl ServesOAuth> {
    let (clock, host) = (ManualClock::new(START), Arc::new(host));
    let scope = Scope::parse("openid profile email offline_access").expect("a scope");
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .master_keys(MasterKeys::parse(SECTOR_KEY).expect("a key"))
        .fetcher(Fetcher::with(host.clone()))
        .scopes(scope)
        .grant(AuthorizationCode::new().pkce_optional())
        .grant(RefreshToken::new())
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(CodeIdToken)
        .response_type(CodeToken)
        .response_type(CodeIdTokenToken)
        .response_type(IdToken)
        .response_type(IdTokenToken)
        .enable(SigningKeys::ephemeral().algorithm(Rs256).algorithm(Es256))
        .enable(OpenId::new(People::default()).pairwise_subjects())
        .enable(PrivateKeyJwt::new())
        .enable(DynamicRegistration::new(AnyClient::new()).grant_types(["authorization_code", "implicit", "refresh_token"]))
        .build();
    let approves = Decides(|request| {
        request.approve(Approval::by(subject("alice")).authenticated_at(Timestamp::from_unix(START.as_unix() - 9)).consented())
    });
    Provider { peer: Peer::new(server, approves, clock), host }
}

/// As the suite registers.
fn metadata() -> Value {
    json!({
        "client_name": "oidcc", "redirect_uris": [CALLBACK], "contacts": ["certification@oidf.org"],
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "response_types": ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"],
    })
}

fn and(mut metadata: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("an object") };
    metadata.as_object_mut().expect("an object").extend(changes);
    metadata
}

fn request<'c>(client: &'c Value, changes: &[(&'c str, &'c str)]) -> Vec<(&'c str, &'c str)> {
    let id = client["client_id"].as_str().expect("an identifier");
    let uri = client["redirect_uris"][0].as_str().expect("a URI");
    let pairs = [
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", uri),
        ("scope", "openid email"),
        ("state", "s"),
        ("nonce", "n"),
    ];
    with(&pairs, changes)
}

impl<Sv: ServesOAuth> Provider<Sv> {
    async fn post(&self, metadata: &Value) -> common::Answer {
        let request = Request::post("/register").header(header::CONTENT_TYPE, "application/json");
        self.peer.send(request.body(Bytes::from(metadata.to_string())).expect("a request")).await
    }

    async fn register(&self, changes: Value) -> Value {
        let answer = self.post(&and(metadata(), changes)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    async fn redeemed(&self, client: &Value) -> Value {
        let code = self.peer.code_for(&request(client, &[])).await;
        let uri = client["redirect_uris"][0].as_str().expect("a URI");
        let redeem = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", uri)];
        let answer = self.token(client, &redeem).await;
        answer.assert_ok();
        answer.json()
    }

    async fn token(&self, client: &Value, pairs: &[(&str, &str)]) -> common::Answer {
        let text = |name: &str| client[name].as_str().expect("a text");
        self.peer.post("/token", Some(&basic(text("client_id"), text("client_secret"))), pairs).await
    }

    async fn verified<T: TokenType>(&self, token: &Value) -> (Algorithm, Value) {
        let keys = Jwks::parse(self.peer.get("/jwks").await.body.as_bytes()).expect("keys");
        let jws = CompactJws::decode(token.as_str().expect("a token")).expect("a JWS");
        let verified = jws.unverified::<T>(&Algorithm::ALL).expect("a token").verify(&keys).expect("a signature");
        (verified.header().algorithm(), verified.deserialize().expect("claims"))
    }
}

// shows: OIDC-DISC-3-17, OIDC-DISC-3-18, OIDC-DISC-3-24, OIDC-DISC-3-27, OIDC-CORE-15.2-01, OIDC-CORE-15.2-02
#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let provider = provider(Script::of([])).await;
    let document = provider.peer.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["registration_endpoint"], "https://as.example.com/register");
    for (member, values) in [
        ("response_types_supported", &["code", "id_token", "id_token token"][..]),
        ("grant_types_supported", &["authorization_code", "implicit"]),
        ("id_token_signing_alg_values_supported", &["RS256"]),
        ("subject_types_supported", &["public", "pairwise"]),
    ] {
        let said = document[member].as_array().expect("a list");
        assert!(values.iter().all(|value| said.contains(&json!(value))), "{member}: {said:?}");
    }
}

// shows: OIDC-CORE-15.2-04, OIDC-CORE-15.3-01
#[tokio::test]
async fn oidcc_server() {
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({})).await;
    for name in ["client_id", "client_secret", "registration_access_token", "registration_client_uri"] {
        assert!(client[name].is_string(), "{client}");
    }
    let tokens = provider.redeemed(&client).await;
    let (_, claims) = provider.verified::<IdTokenJwt>(&tokens["id_token"]).await;
    assert_eq!((&claims["aud"], &claims["sub"], &claims["nonce"]), (&client["client_id"], &json!("alice"), &json!("n")));
}

#[tokio::test]
async fn oidcc_idtoken_rs256() {
    let provider = provider(Script::of([])).await;
    for (changes, expected) in [
        (json!({"id_token_signed_response_alg": "RS256"}), Algorithm::Rs256),
        (json!({"id_token_signed_response_alg": "ES256"}), Algorithm::Es256),
        (json!({}), Algorithm::Rs256),
    ] {
        let tokens = provider.redeemed(&provider.register(changes).await).await;
        assert_eq!(provider.verified::<IdTokenJwt>(&tokens["id_token"]).await.0, expected);
    }
    for other in ["none", "HS256", "PS512"] {
        provider
            .post(&and(metadata(), json!({"id_token_signed_response_alg": other})))
            .await
            .assert_error(400, "invalid_client_metadata");
    }
}

#[tokio::test]
async fn oidcc_userinfo_rs256() {
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({"userinfo_signed_response_alg": "RS256"})).await;
    let tokens = provider.redeemed(&client).await;
    let token = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    let request = Request::get("/userinfo").header(header::AUTHORIZATION, token).body(Bytes::new()).expect("a request");
    let answer = provider.peer.send(request).await;
    assert_eq!(answer.header("content-type"), "application/jwt");
    let (algorithm, claims) = provider.verified::<UserinfoJwt>(&json!(answer.body)).await;
    assert_eq!((algorithm, &claims["sub"], &claims["aud"]), (Algorithm::Rs256, &json!("alice"), &client["client_id"]));
}

#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({"redirect_uris": [CALLBACK, "https://client.example/other"]})).await;
    let request = request(&client, &[]);
    let without: Vec<_> = request.iter().copied().filter(|(name, _)| *name != "redirect_uri").collect();
    provider.peer.authorize(&without).await.assert_page(400);
    assert!(provider.peer.code_for(&request).await.len() > 40);
}

#[tokio::test]
async fn oidcc_redirect_uri_query_ok_mismatch_added() {
    let provider = provider(Script::of([])).await;
    let with_query = format!("{CALLBACK}?foo=bar");
    let client = provider.register(json!({"redirect_uris": [with_query]})).await;
    let ok = provider.peer.authorize(&request(&client, &[])).await;
    assert!(ok.location().starts_with(&format!("{with_query}&code=")), "{ok:?}");
    for other in [
        "https://client.example/callback",
        "https://client.example/callback?bar=foo",
        "https://client.example/callback?foo=bar&x=y",
    ] {
        provider.peer.authorize(&request(&client, &[("redirect_uri", other)])).await.assert_page(400);
    }
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let provider = provider(Script::of([])).await;
    let with_fragment = json!({"redirect_uris": [format!("{CALLBACK}#foobar")]});
    provider.post(&and(metadata(), with_fragment)).await.assert_error(400, "invalid_redirect_uri");
}

#[tokio::test]
async fn oidcc_registration_logo_uri_policy_uri_tos_uri() {
    let provider = provider(Script::of([])).await;
    for member in ["logo_uri", "policy_uri", "tos_uri"] {
        let page = json!({member: "https://client.example/page"});
        let client = provider.register(page.clone()).await;
        assert_eq!(client[member], page[member]);
        provider.redeemed(&client).await;
    }
}

fn key_set(key: &KeyPair, kid: &str) -> script::Answer {
    let mut jwk = jws::jwk(key);
    jwk["kid"] = json!(kid);
    script::Answer::json(json!({"keys": [jwk]}).to_string())
}

/// What a client with this key sends to the token endpoint.
async fn signed_in<Sv: ServesOAuth>(
    provider: &Provider<Sv>,
    client: &Value,
    key: (&KeyPair, &str),
    pairs: &[(&str, &str)],
) -> common::Answer {
    let (id, now) = (client["client_id"].as_str().expect("an identifier"), provider.peer.clock.now().as_unix());
    let jti = SystemClock.now().as_unix().to_string() + &pairs.len().to_string() + &now.to_string() + key.1;
    let claims = json!({"iss": id, "sub": id, "aud": "https://as.example.com", "iat": now, "exp": now + 60, "jti": jti});
    let assertion = jws::signed(&json!({"alg": "ES256", "kid": key.1}).to_string(), &claims.to_string(), key.0);
    let authentication =
        [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", &*assertion)];
    provider.peer.token(&with(pairs, &authentication)).await
}

#[tokio::test]
async fn oidcc_registration_jwks_uri_and_refresh_token_rp_key_rotation() {
    let (old, new) = (jws::key(Algorithm::Es256), jws::key(Algorithm::Es256));
    let provider = provider(Script::of([key_set(&old, "one")])).await;
    let keyed =
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": script::URL, "scope": "openid offline_access"});
    let client = provider.register(keyed).await;
    assert_eq!(client["jwks_uri"], script::URL);
    let code = provider.peer.code_for(&request(&client, &[("scope", "openid offline_access")])).await;
    let redeem = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CALLBACK)];
    let tokens = signed_in(&provider, &client, (&old, "one"), &redeem).await;
    tokens.assert_ok();
    provider.host.then(key_set(&new, "two"));
    provider.peer.clock.advance(60);
    let refresh_token = tokens.member("refresh_token");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    signed_in(&provider, &client, (&new, "two"), &refresh).await.assert_ok();
}

/// The client reads what it registered.
#[tokio::test]
async fn oidcc_3rdparty_init_login() {
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({"initiate_login_uri": "https://client.example/login"})).await;
    let url = client["registration_client_uri"].as_str().expect("a URL").trim_start_matches("https://as.example.com");
    let token = format!("Bearer {}", client["registration_access_token"].as_str().expect("a token"));
    let read =
        provider.peer.send(Request::get(url).header(header::AUTHORIZATION, token).body(Bytes::new()).expect("a request")).await;
    assert_eq!(read.json()["initiate_login_uri"], "https://client.example/login");
    provider
        .post(&and(metadata(), json!({"initiate_login_uri": "http://client.example/login"})))
        .await
        .assert_error(400, "invalid_client_metadata");
}

/// The document of the sector names the redirect URI.
// shows: OIDC-REG-2-28, OIDC-REG-5-02, OIDC-REG-5-04
#[tokio::test]
async fn oidcc_registration_sector_uri() {
    let listed = script::Answer::json(json!([CALLBACK, "https://other.example/callback"]).to_string());
    let provider = provider(Script::of([listed])).await;
    let client = provider.register(json!({"subject_type": "pairwise", "sector_identifier_uri": script::URL})).await;
    assert_eq!((&client["sector_identifier_uri"], provider.host.requests()), (&json!(script::URL), 1));
}

/// It does not, or there is none.
// shows: OIDC-REG-5-02, OIDC-REG-5-03, OIDC-REG-5-04
#[tokio::test]
async fn oidcc_registration_sector_bad() {
    for answer in [script::Answer::json(json!(["https://other.example/callback"]).to_string()), script::Answer::status(404)] {
        let provider = provider(Script::of([answer])).await;
        let metadata = and(metadata(), json!({"subject_type": "pairwise", "sector_identifier_uri": script::URL}));
        provider.post(&metadata).await.assert_error(400, "invalid_client_metadata");
    }
}
