//! Such a client at the endpoints that not every server has, beside one that the operator registered.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    Algorithm, Assertion, AssertionDecision, AssertionPolicy, Claims, ClaimsFor, ClaimsSource, Client, ClientHosts,
    ClientMetadataDocuments, DeviceCode, Es256, Exchange, ExchangeDecision, ExchangePolicy, Fetcher, Jwks, JwtBearer, KeyPair,
    ManualClock, OpenId, PushedAuthorizationRequests, RequestObjects, Resource, ResourceIndicators, Resources, RpInitiatedLogout,
    Rs256, ServesOAuth, SignOut, SignedIn, SigningKeys, StandardClaims, StoreError, TokenExchange, TrustedIssuer, TrustedIssuers,
};
use http::{HeaderMap, Request};
use serde_json::{Value, json};

use crate::common::{Answer, Decides, PKCE, Peer, START, subject, with};
use crate::jws;
use crate::script::Script;
use crate::{CALLBACK, ID, consents, document, given, redemption, request, scope};

const ISSUER: &str = "https://as.example.com";
const IDP: &str = "https://idp.example.com";
const API: &str = "https://api.example.com";
const AFTER: &str = "https://app.example.com/signed-out";
/// One that the operator registered, with the same metadata.
const THEIRS: &str = "theirs";

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const GRANTS: [&str; 5] = ["authorization_code", "refresh_token", DEVICE, EXCHANGE, JWT_BEARER];

/// Everybody is somebody here, and may do what they ask for; about nobody is anything known, and nobody is signed in.
struct Everybody;

impl AssertionPolicy for Everybody {
    async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::to(subject(assertion.subject())))
    }
}

impl ExchangePolicy for Everybody {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::delegate())
    }
}

impl ClaimsSource for Everybody {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims<()>, StoreError> {
        Ok(Claims::new(StandardClaims::default(), ()))
    }
}

impl SignOut for Everybody {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(None)
    }
    async fn sign_out(&self, _: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        Ok(HeaderMap::new())
    }
}

/// What both clients say of themselves.
fn members(key: &KeyPair) -> Value {
    let mut jwk = jws::jwk(key);
    jwk["kid"] = json!("one");
    json!({"grant_types": GRANTS, "post_logout_redirect_uris": [AFTER], "jwks": {"keys": [jwk]}})
}

/// A server with all of them, for a client of this key, which is that of the identity provider, too; and the hosts of the documents.
macro_rules! whole {
    ($key:expr) => {{
        let script = Arc::new(Script::of([given(&document(members($key)))]));
        let clock = ManualClock::new(START);
        let issuers = TrustedIssuers::new([TrustedIssuer::new(IDP, Jwks::of([$key.public_key()]))]).expect("an issuer");
        let documents = ClientMetadataDocuments::new(ClientHosts::any()).grant_types(GRANTS);
        let server = grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage(grantor::MemoryStore::new())
            .clock(clock.clone())
            .fetcher(Fetcher::with(script.clone()))
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .grant(DeviceCode::new())
            .grant(TokenExchange::new(Everybody).public_clients())
            .grant(JwtBearer::id_jag(issuers, Everybody).public_clients())
            .response_type(grantor::Code)
            .enable(SigningKeys::ephemeral().algorithm(Rs256).algorithm(Es256))
            .enable(OpenId::new(Everybody))
            .enable(RpInitiatedLogout::new(Everybody))
            .enable(ResourceIndicators::new(Resources::new([Resource::new(API).expect("a resource")]).expect("resources")))
            .enable(PushedAuthorizationRequests::new())
            .enable(RequestObjects::inline_keys())
            .enable(documents.scope(scope("read write openid")).default_scope(scope("read")))
            .build();
        let theirs = json!({"client_id": THEIRS, "redirect_uris": [CALLBACK], "scope": "read write openid"});
        let mut theirs = with_members(theirs, members($key));
        theirs["token_endpoint_auth_method"] = json!("none");
        let theirs = serde_json::from_value::<grantor::ClientMetadata>(theirs).expect("metadata");
        server.register_client(Client::try_from(theirs).expect("a client")).await.expect("a registration");
        (Peer::new(server, Decides(consents), clock), script)
    }};
}

fn with_members(mut base: Value, more: Value) -> Value {
    base.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    base
}

fn of<'a>(client: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    with(&request(&[("client_id", client)]), changes)
}

/// The tokens for a code of the client.
async fn redeemed<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>, client: &str, authorized: &Answer) -> Answer {
    let code = authorized.query().remove("code").unwrap_or_else(|| panic!("no code in {authorized:?}"));
    let answer = peer.token(&with(&redemption(&code), &[("client_id", client)])).await;
    answer.assert_ok();
    answer
}

#[tokio::test]
async fn it_pushes_its_request() {
    let (peer, script) = whole!(&jws::key(Algorithm::Es256));
    let pushed = peer.post("/par", None, &request(&[])).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let request_uri = pushed.member("request_uri");
    let answer = peer.authorize(&[("client_id", ID), ("request_uri", &request_uri)]).await;
    assert_eq!(redeemed(&peer, ID, &answer).await.member("scope"), "read");
    // What is wrong with it is said where it is pushed; and nobody comes with that of another client.
    peer.post("/par", None, &request(&[("redirect_uri", "https://evil.example/")])).await.assert_error(400, "invalid_request");
    let others = peer.post("/par", None, &of(THEIRS, &[])).await.member("request_uri");
    peer.authorize(&[("client_id", ID), ("request_uri", &others)]).await.assert_page(400);
    assert_eq!(script.requests(), 1);
}

#[tokio::test]
async fn it_asks_as_a_device() {
    let (peer, script) = whole!(&jws::key(Algorithm::Es256));
    let asked = peer.post("/device_authorization", None, &[("client_id", ID), ("scope", "write")]).await;
    asked.assert_ok();
    let poll = async || {
        peer.clock.advance(10);
        peer.token(&[("grant_type", DEVICE), ("client_id", ID), ("device_code", &asked.member("device_code"))]).await
    };
    poll().await.assert_error(400, "authorization_pending");
    let page = Request::post("/device").header("sec-fetch-site", "same-origin").body(Bytes::new()).expect("a request");
    let mut browser = grantor::testing::Browser::default();
    let typed = peer.server.devices().enter(&asked.member("user_code"), &page).await.expect("a code");
    browser.store(typed.set_cookie());
    let shown = peer.server.devices().resume(typed.handle(), &browser.headers()).await.expect("a request");
    assert_eq!((shown.request().client_is_vetted(), &*shown.request().client_name()), (false, "App"));
    peer.server.devices().approve(shown, grantor::Approval::by(subject("alice")).consented()).await.expect("an approval");
    let answer = poll().await;
    answer.assert_ok();
    assert_eq!((answer.member("scope"), script.requests()), ("write".to_owned(), 1));
}

#[tokio::test]
async fn it_presents_what_an_identity_provider_signed_for_it() {
    let key = jws::key(Algorithm::Es256);
    let (peer, script) = whole!(&key);
    let now = START.as_unix();
    let id_jag = |client: &str| {
        let claims = json!({
            "iss": IDP, "sub": "u-1", "aud": ISSUER, "client_id": client, "jti": "one", "iat": now, "exp": now + 300,
            "resource": API, "scope": "read",
        });
        jws::signed(r#"{"alg":"ES256","typ":"oauth-id-jag+jwt"}"#, &claims.to_string(), &key)
    };
    let present =
        async |assertion: &str| peer.token(&[("grant_type", JWT_BEARER), ("client_id", ID), ("assertion", assertion)]).await;
    let answer = present(&id_jag(ID)).await;
    answer.assert_ok();
    assert_eq!((answer.member("scope"), answer.member("resource")), ("read".to_owned(), API.to_owned()));
    present(&id_jag(THEIRS)).await.assert_error(400, "invalid_grant");
    present(&id_jag("https://app.example.com/other.json")).await.assert_error(400, "invalid_grant");
    assert_eq!(script.requests(), 1);
}

#[tokio::test]
async fn it_exchanges_its_tokens() {
    let (peer, script) = whole!(&jws::key(Algorithm::Es256));
    let exchange = async |token: &str| {
        let token_type = "urn:ietf:params:oauth:token-type:access_token";
        let pairs = [("grant_type", EXCHANGE), ("client_id", ID), ("subject_token", token), ("subject_token_type", token_type)];
        peer.token(&with(&pairs, &[("scope", "read")])).await
    };
    let authorized = peer.authorize(&of(ID, &[("scope", "read write")])).await;
    let answer = exchange(&redeemed(&peer, ID, &authorized).await.member("access_token")).await;
    answer.assert_ok();
    assert_eq!(answer.member("scope"), "read");
    // That of another client is not its own.
    let authorized = peer.authorize(&of(THEIRS, &[("scope", "read write")])).await;
    exchange(&redeemed(&peer, THEIRS, &authorized).await.member("access_token")).await.assert_error(400, "invalid_request");
    assert_eq!(script.requests(), 1);
}

/// Signed out, people are sent nowhere that nobody but the client says is good.
#[tokio::test]
async fn it_signs_people_out_and_they_stay_here() {
    let (peer, script) = whole!(&jws::key(Algorithm::Es256));
    for (client, location) in [(ID, ""), (THEIRS, AFTER)] {
        let authorized = peer.authorize(&of(client, &[("scope", "openid read")])).await;
        let id_token = redeemed(&peer, client, &authorized).await.member("id_token");
        let ask = async |uri: &str| {
            let pairs = [("id_token_hint", &*id_token), ("client_id", client), ("post_logout_redirect_uri", uri)];
            peer.get(&format!("/end_session?{}", crate::common::form(&pairs))).await
        };
        let answer = ask(AFTER).await;
        assert!(answer.status.as_u16() < 400, "{answer:?}");
        assert_eq!(answer.location(), location, "{client}");
        ask("https://evil.example/").await.assert_page(400);
    }
    assert_eq!(script.requests(), 1);
}

/// Whatever is wrong with a request, and however it came: an error before anybody has signed in is not sent to where a stranger likes
/// (RFC 9700 section 4.11.2). The operator's own client is told of each.
#[tokio::test]
async fn errors_of_any_kind_are_shown_and_not_redirected() {
    let key = jws::key(Algorithm::Es256);
    let (peer, _) = whole!(&key);
    let signed = |client: &str, changes: Value| {
        let now = START.as_unix();
        let mut claims = json!({"iss": client, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300, "client_id": client});
        let parameters = with(&request(&[("client_id", client)]), &PKCE);
        claims
            .as_object_mut()
            .expect("an object")
            .extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        jws::signed(
            r#"{"alg":"ES256","typ":"oauth-authz-req+jwt","kid":"one"}"#,
            &with_members(claims, changes).to_string(),
            &key,
        )
    };
    for client in [ID, THEIRS] {
        let (misdirected, too_wide) =
            (signed(client, json!({"aud": "https://other.example.com"})), signed(client, json!({"scope": "admin"})));
        for (pairs, error) in [
            (of(client, &[("resource", "https://unknown.example.com")]), "invalid_target"),
            (of(client, &[("resource", "/relative")]), "invalid_target"),
            (vec![("client_id", client), ("request", &*misdirected)], "invalid_request_object"),
            (vec![("client_id", client), ("request", &*too_wide)], "invalid_scope"),
            (of(client, &[("claims", "{")]), "invalid_request"),
            (of(client, &[("scope", "openid"), ("prompt", "none login")]), "invalid_request"),
        ] {
            let answer = peer.authorize(&pairs).await;
            if client == THEIRS {
                assert_eq!((answer.status.as_u16(), &*answer.query()["error"]), (302, error), "{pairs:?}");
                continue;
            }
            answer.assert_page(400);
            assert_eq!(answer.location(), "");
            assert!(answer.body.contains(error), "{pairs:?}: {}", answer.body);
        }
    }
}

/// Pushed as well: what became wrong since then is a page.
#[tokio::test]
async fn a_pushed_request_of_what_the_client_was_ends_on_a_page() {
    let (peer, script) = whole!(&jws::key(Algorithm::Es256));
    // Its document is kept for five minutes; pushed requests wait for one.
    peer.code_for(&request(&[])).await;
    peer.clock.advance(299);
    let pushed = peer.post("/par", None, &request(&[])).await.member("request_uri");
    script.then(given(&document(json!({"redirect_uris": ["https://app.example.com/new"]}))));
    peer.clock.advance(2);
    let answer = peer.authorize(&[("client_id", ID), ("request_uri", &pushed)]).await;
    answer.assert_page(400);
    assert_eq!(answer.location(), "");
}
