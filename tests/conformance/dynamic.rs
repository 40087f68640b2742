//! The modules of the plan `oidcc-dynamic-certification-test-plan` that registration is about, by their names: `CONFORMANCE.md`. Those
//! of request objects come with them, and those of logout are where logout is.

use std::sync::Arc;

use bytes::Bytes;
use grantor::jose::{CompactJws, IdTokenJwt, TokenType, UserinfoJwt};
use grantor::{
    Algorithm, AnyClient, Approval, AuthorizationCode, AuthorizationServer, Clock as _, Code, CodeIdToken, CodeIdTokenToken,
    CodeToken, Development, DynamicRegistration, Es256, Fetcher, IdToken, IdTokenToken, Implicit, Jwks, KeyPair, ManualClock,
    MasterKeys, MemoryStore, OpenId, PrivateKeyJwt, RefreshToken, RequestObjects, Rfc6749, Rs256, Scope, ServesOAuth,
    SigningKeys, SystemClock, Timestamp, issuer,
};
use http::{Request, header};
use serde_json::{Value, json};

use crate::common::{self, Decides, Peer, START, basic, subject, with};
use crate::jws;
use crate::provider::{People, SECTOR_KEY};
use crate::script::{self, Answer, Script};

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
        .enable(RequestObjects::new())
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

/// The answer at a client whose redirect URI has a query, to a request with this one.
async fn with_query(requested: &str) -> common::Answer {
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({"redirect_uris": [format!("{CALLBACK}?foo=bar")]})).await;
    provider.peer.authorize(&request(&client, &[("redirect_uri", requested)])).await
}

#[tokio::test]
async fn oidcc_redirect_uri_query_ok() {
    let ok = with_query("https://client.example/callback?foo=bar").await;
    assert!(ok.location().starts_with("https://client.example/callback?foo=bar&code="), "{ok:?}");
}

#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    for other in ["https://client.example/callback", "https://client.example/callback?bar=foo"] {
        with_query(other).await.assert_page(400);
    }
}

#[tokio::test]
async fn oidcc_redirect_uri_query_added() {
    with_query("https://client.example/callback?foo=bar&x=y").await.assert_page(400);
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({})).await;
    let added = format!("{CALLBACK}?foo=bar");
    provider.peer.authorize(&request(&client, &[("redirect_uri", &added)])).await.assert_page(400);
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let provider = provider(Script::of([])).await;
    let with_fragment = json!({"redirect_uris": [format!("{CALLBACK}#foobar")]});
    provider.post(&and(metadata(), with_fragment)).await.assert_error(400, "invalid_redirect_uri");
}

/// A page of the client is kept and told, for the application to show.
async fn page_is_kept(member: &str) {
    let provider = provider(Script::of([])).await;
    let page = json!({member: "https://client.example/page"});
    let client = provider.register(page.clone()).await;
    assert_eq!(client[member], page[member]);
    provider.redeemed(&client).await;
}

#[tokio::test]
async fn oidcc_registration_logo_uri() {
    page_is_kept("logo_uri").await;
}

#[tokio::test]
async fn oidcc_registration_policy_uri() {
    page_is_kept("policy_uri").await;
}

#[tokio::test]
async fn oidcc_registration_tos_uri() {
    page_is_kept("tos_uri").await;
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

/// A client that authenticates with the keys at its `jwks_uri`.
async fn keyed<Sv: ServesOAuth>(provider: &Provider<Sv>) -> Value {
    let keyed =
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": script::URL, "scope": "openid offline_access"});
    let client = provider.register(keyed).await;
    assert_eq!(client["jwks_uri"], script::URL);
    client
}

/// It signs in, and redeems a code with this key.
async fn redeemed_with<Sv: ServesOAuth>(provider: &Provider<Sv>, client: &Value, key: (&KeyPair, &str)) -> common::Answer {
    let code = provider.peer.code_for(&request(client, &[("scope", "openid offline_access")])).await;
    let redeem = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CALLBACK)];
    let tokens = signed_in(provider, client, key, &redeem).await;
    tokens.assert_ok();
    tokens
}

#[tokio::test]
async fn oidcc_registration_jwks_uri() {
    let (key, other) = (jws::key(Algorithm::Es256), jws::key(Algorithm::Es256));
    let provider = provider(Script::of([key_set(&key, "one")])).await;
    let client = keyed(&provider).await;
    let code = provider.peer.code_for(&request(&client, &[("scope", "openid")])).await;
    let redeem = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CALLBACK)];
    signed_in(&provider, &client, (&other, "one"), &redeem).await.assert_error(401, "invalid_client");
    provider.peer.clock.advance(1);
    signed_in(&provider, &client, (&key, "one"), &redeem).await.assert_ok();
    assert_eq!(provider.host.requests(), 1);
}

#[tokio::test]
async fn oidcc_refresh_token_rp_key_rotation() {
    let (old, new) = (jws::key(Algorithm::Es256), jws::key(Algorithm::Es256));
    let provider = provider(Script::of([key_set(&old, "one")])).await;
    let client = keyed(&provider).await;
    let tokens = redeemed_with(&provider, &client, (&old, "one")).await;
    provider.host.then(key_set(&new, "two"));
    provider.peer.clock.advance(60);
    let refresh_token = tokens.member("refresh_token");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    signed_in(&provider, &client, (&new, "two"), &refresh).await.assert_ok();
}

/// Its assertions are for the issuer, as those of this plan all are; one for the token endpoint is refused.
#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let key = jws::key(Algorithm::Es256);
    let provider = provider(Script::of([key_set(&key, "one")])).await;
    let client = keyed(&provider).await;
    redeemed_with(&provider, &client, (&key, "one")).await;
}

#[tokio::test]
async fn oidcc_refresh_token() {
    let provider = provider(Script::of([])).await;
    let client = provider.register(json!({})).await;
    let tokens = provider.redeemed(&client).await;
    let refresh_token = tokens["refresh_token"].as_str().expect("a refresh token");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    let other = provider.register(json!({})).await;
    provider.token(&other, &refresh).await.assert_error(400, "invalid_grant");
    let refreshed = provider.token(&client, &refresh).await.json();
    let (_, first) = provider.verified::<IdTokenJwt>(&tokens["id_token"]).await;
    let (_, second) = provider.verified::<IdTokenJwt>(&refreshed["id_token"]).await;
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(first[claim], second[claim], "{claim}");
    }
}

/// A new key is published before it signs, and the old one stays while what it signed is good.
#[tokio::test]
async fn oidcc_server_rotate_keys() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .master_keys(MasterKeys::parse(SECTOR_KEY).expect("a key"))
        .grant(AuthorizationCode::new().pkce_optional())
        .response_type(Code)
        .enable(SigningKeys::stored().algorithm(Rs256))
        .enable(OpenId::new(()))
        .build();
    let kids = async || {
        let answer = server.handle(Request::get("/jwks").body(Bytes::new()).expect("a request")).await;
        let keys: Value = serde_json::from_slice(answer.body()).expect("JSON");
        let kid = |key: &Value| key["kid"].as_str().expect("a kid").to_owned();
        keys["keys"].as_array().expect("keys").iter().map(kid).collect::<Vec<_>>()
    };
    server.ready().await.expect("keys");
    let first = kids().await;
    // Until there is another one beside it: an announcement comes within the lifetime of the first.
    for _ in 0..400 {
        clock.advance(24 * 60 * 60);
        server.ready().await.expect("keys");
        let now = kids().await;
        if now != first {
            assert!(now.len() > first.len() && first.iter().all(|kid| now.contains(kid)), "{first:?} {now:?}");
            return;
        }
    }
    panic!("the keys stayed what they were");
}

/// A client registers where its request object will be and its key, as the suite does, and refers to the object.
async fn by_reference(algorithm: Option<Algorithm>) -> (common::Answer, usize) {
    let (key, uri) =
        (jws::key(Algorithm::Rs256), "https://client.example/requesturi/x#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM");
    let provider = provider(Script::of([Answer::json(json!([CALLBACK]).to_string())])).await;
    let client = provider.register(json!({
        "request_uris": [uri], "request_object_signing_alg": "RS256", "jwks": {"keys": [jws::jwk(&key)]},
    }));
    let client = client.await;
    assert_eq!((&client["request_uris"], &client["request_object_signing_alg"]), (&json!([uri]), &json!("RS256")));
    let mut claims: serde_json::Map<String, Value> =
        request(&client, &[]).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    claims.extend([("iss".to_owned(), client["client_id"].clone()), ("aud".to_owned(), json!("https://as.example.com"))]);
    let claims = Value::Object(claims).to_string();
    let object = match algorithm {
        Some(_) => jws::signed(r#"{"alg":"RS256"}"#, &claims, &key),
        None => format!("{}.{}.", jws::encode(r#"{"alg":"none"}"#), jws::encode(&claims)),
    };
    let jwt = Answer::status(200).header("content-type", "application/jwt").piece(script::Piece::Bytes(object.into()));
    provider.host.then(jwt);
    let id = client["client_id"].as_str().expect("an identifier");
    let beside = [("client_id", id), ("response_type", "code"), ("scope", "openid"), ("request_uri", uri)];
    let answer = provider.peer.authorize(&beside).await;
    (answer, provider.host.requests())
}

/// Nothing that is not signed is a request object; the suite skips the module where the metadata have no `none`.
#[tokio::test]
async fn oidcc_request_uri_unsigned() {
    let (answer, _) = by_reference(None).await;
    assert!(answer.body.contains("invalid_request_object"), "{answer:?}");
}

// shows: OIDC-CORE-15.2-08, OIDC-REG-2-39
#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let (answer, requests) = by_reference(Some(Algorithm::Rs256)).await;
    assert_eq!((&*answer.query()["state"], answer.query().contains_key("code"), requests), ("s", true, 1), "{answer:?}");
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let provider = provider(Script::of([])).await;
    let key = jws::key(Algorithm::Rs256);
    let client = provider.register(json!({"request_object_signing_alg": "RS256", "jwks": {"keys": [jws::jwk(&key)]}})).await;
    let mut claims: serde_json::Map<String, Value> =
        request(&client, &[]).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    claims.extend([("iss".to_owned(), client["client_id"].clone()), ("aud".to_owned(), json!("https://as.example.com"))]);
    let object = jws::signed(r#"{"alg":"RS256"}"#, &Value::Object(claims).to_string(), &key);
    let beside = request(&client, &[("redirect_uri", "https://other.example/cb"), ("request", &object)]);
    let answer = provider.peer.authorize(&beside).await;
    assert!(answer.location().starts_with(CALLBACK) && answer.query().contains_key("code"), "{answer:?}");
    // One that nobody signed is none.
    let unsigned = provider.peer.authorize(&request(&client, &[("request", "e30.e30.")])).await;
    assert!(unsigned.body.contains("invalid_request_object"), "{unsigned:?}");
}

#[tokio::test]
async fn oidcc_idtoken_unsigned() {
    let provider = provider(Script::of([])).await;
    let unsigned = and(metadata(), json!({"id_token_signed_response_alg": "none"}));
    provider.post(&unsigned).await.assert_error(400, "invalid_client_metadata");
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
