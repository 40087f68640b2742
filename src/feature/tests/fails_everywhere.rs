//! A failure in each phase, with each grant of the library and each response type: nothing is burned, and no row is left.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use serde_json::json;

use super::fails::{AIM, APPROVE, BIND, CHECK, ENCODE, FORMAT, Fails, NARROW, NEVER, Now, PROVE, RESOLVE, RESPOND, UNPACK};
use super::{Alice, Host, Own, QUERY, SECRET, START, VERIFIER};
use crate::jose::{Algorithm, KeyPair};
use crate::storage::{ClientRegistry as _, PurgeExpired as _};
use crate::values::clock::{ManualClock, Timestamp};
use crate::{
    Approval, Assertion, AssertionDecision, AssertionPolicy, AuthorizationCode, AuthorizationServer, CheckedClient, Client,
    ClientCredentials, Code, CodeToken, Development, DeviceCode, Exchange, ExchangeDecision, ExchangePolicy, Implicit,
    Introspection, Jwks, JwtBearer, MemoryStore, Password, RefreshToken, Rfc6749, StoreError, Subject, Token, TokenExchange,
    TrustedIssuer, TrustedIssuers, issuer,
};

const IDP: &str = "https://idp.example.com";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Permits everything.
struct Everybody;

impl AssertionPolicy for Everybody {
    async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Subject::new(assertion.subject()).map(AssertionDecision::to).map_err(StoreError::failed)
    }
}

impl ExchangePolicy for Everybody {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::delegate())
    }
}

type Grants = (
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    Password<Alice>,
    Own,
    DeviceCode,
    JwtBearer<Jwks, Everybody>,
    TokenExchange<Everybody>,
    Implicit,
);
type Hosted = Host<(Fails, Introspection), MemoryStore, Grants, (Code, Token, CodeToken)>;

/// The key of the identity provider.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(Algorithm::Es256).unwrap())
}

async fn hosted(now: &Now) -> Hosted {
    let idp = TrustedIssuer::new(IDP, Jwks::of([key().public_key()]));
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(Password::new(Alice))
        .grant(Own)
        .grant(DeviceCode::new())
        .grant(JwtBearer::new(TrustedIssuers::new([idp]).unwrap(), Everybody))
        .grant(TokenExchange::new(Everybody))
        .grant(Implicit::new())
        .response_type(Code)
        .response_type(Token)
        .response_type(CodeToken)
        .enable(Fails::when(now))
        .enable(Introspection::new())
        .build();
    let host = Host(server).ready().await;
    let keyed = Client::with_keys("keyed").jwks(json!({"keys": [{"kty": "EC", "kid": "its"}]}));
    let keyed =
        keyed.redirect_uri("https://app.example.com/cb").scope("read").grant_types(["authorization_code", "refresh_token"]);
    host.0.storage().put_client(host.0.issuer(), CheckedClient::new(keyed.build().unwrap())).await.unwrap();
    host
}

/// All rows there are: a purge at the end of time removes them.
async fn rows(host: &Hosted) -> u64 {
    host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap()
}

const GRANTS: [&str; 8] =
    ["authorization_code", "refresh_token", "client_credentials", "password", "urn:example:own", DEVICE, JWT_BEARER, EXCHANGE];

/// The rest of a token request of `app`, with what it needs.
async fn prepared(host: &Hosted, grant: &str) -> String {
    let more = match grant {
        "authorization_code" => {
            format!("code={}&code_verifier={VERIFIER}&redirect_uri=https://app.example.com/cb", host.code().await)
        }
        "refresh_token" => {
            let tokens = host.redeem(&[], &host.code().await).await;
            format!("refresh_token={}", tokens.member("refresh_token"))
        }
        "password" => "username=alice&password=x".to_owned(),
        DEVICE => format!("device_code={}", approved_device(host).await),
        JWT_BEARER => format!("assertion={}&scope=read", assertion()),
        EXCHANGE => {
            let token = host.token(&[], "grant_type=urn:example:own&scope=read").await.member("access_token");
            format!("subject_token={token}&subject_token_type=urn:ietf:params:oauth:token-type:access_token")
        }
        _ => String::new(),
    };
    format!("grant_type={grant}&{more}")
}

fn assertion() -> String {
    let (header, now) = (json!({"alg": "ES256", "typ": "JWT"}), START.as_unix());
    let claims = json!({
        "iss": IDP, "sub": "alice", "aud": "https://as.example.com", "iat": now, "exp": now + 60, "jti": "the only one",
    });
    let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature = key().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
}

/// The device code of a request that `alice` has approved.
async fn approved_device(host: &Hosted) -> String {
    let asking = format!("client_id=app&client_secret={SECRET}&scope=read");
    let asked = host.post("/device_authorization", &[], &asking).await;
    let devices = || host.0.devices();
    let page = Request::post("/device").header("sec-fetch-site", "same-origin").body(Bytes::new()).unwrap();
    let typed = devices().enter(&asked.member("user_code"), &page).await.unwrap();
    let cookie = typed.set_cookie().to_str().unwrap().split(';').next().unwrap().parse().unwrap();
    let headers = HeaderMap::from_iter([(http::header::COOKIE, cookie)]);
    let request = devices().resume(typed.handle(), &headers).await.unwrap();
    devices().approve(request, Approval::by(Subject::new("alice").unwrap())).await.unwrap();
    asked.member("device_code")
}

const OF_TOKENS: [u8; 5] = [AIM, NARROW, BIND, FORMAT, RESPOND];

#[tokio::test]
async fn a_failure_burns_nothing_with_which_a_grant_is_asked_for() {
    for phase in OF_TOKENS {
        let now = Now::default();
        let host = hosted(&now).await;
        for grant in GRANTS {
            let body = prepared(&host, grant).await;
            now.set(phase);
            assert_eq!(host.token(&[], &body).await.error(), "500 server_error", "{grant} in phase {phase}");
            now.set(NEVER);
            let answer = host.token(&[], &body).await;
            assert_eq!(answer.status, 200, "{grant} after a failure in phase {phase}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_failure_leaves_no_row_of_any_grant() {
    for grant in GRANTS {
        let now = Now::default();
        let host = hosted(&now).await;
        prepared(&host, grant).await;
        let before = rows(&host).await;
        for phase in OF_TOKENS {
            let body = prepared(&host, grant).await;
            now.set(phase);
            assert_eq!(host.token(&[], &body).await.error(), "500 server_error", "{grant}");
            now.set(NEVER);
            assert_eq!(rows(&host).await, before, "{grant} in phase {phase}");
        }
        // It would be seen.
        let body = prepared(&host, grant).await;
        assert_eq!(host.token(&[], &body).await.status, 200, "{grant}");
        assert_ne!(rows(&host).await, before, "{grant}");
    }
}

/// Of a client that a feature finds, and of one that a feature authenticates.
#[tokio::test]
async fn a_failure_to_find_or_authenticate_a_client_burns_nothing() {
    for (phase, client, headers) in
        [(RESOLVE, "https://app.example.com", &[][..]), (PROVE, "keyed", &[("x-client", "keyed")][..])]
    {
        let now = Now::default();
        let host = hosted(&now).await;
        let query = QUERY.replace("client_id=app", &format!("client_id={client}"));
        let location = host.redirected_from(&query).await;
        let code = location.split("code=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
        let redeeming = format!(
            "client_id={client}&grant_type=authorization_code&code={code}&code_verifier={VERIFIER}&redirect_uri=https://app.example.com/cb"
        );
        let tokens = failing_once(&host, &now, phase, headers, &redeeming).await;
        let refreshing = format!("client_id={client}&grant_type=refresh_token&refresh_token={tokens}");
        failing_once(&host, &now, phase, headers, &refreshing).await;
        if phase == RESOLVE {
            now.set(phase);
            assert_eq!(host.asks(&query).await.unwrap_err(), "500 ");
        }
    }
}

/// The refresh token of the answer to a request that fails, and then does not.
async fn failing_once(host: &Hosted, now: &Now, phase: u8, headers: &[(&str, &str)], body: &str) -> String {
    now.set(phase);
    assert_eq!(host.post("/token", headers, body).await.error(), "500 server_error", "phase {phase}");
    now.set(NEVER);
    host.post("/token", headers, body).await.member("refresh_token")
}

#[tokio::test]
async fn an_authorization_request_that_cannot_be_read_or_checked_leaves_no_row() {
    for (phase, told) in [(UNPACK, "500 "), (CHECK, "302 https://app.example.com/cb?error=server_error")] {
        let now = Now::default();
        let host = hosted(&now).await;
        now.set(phase);
        let refused = host.asks(QUERY).await.unwrap_err();
        assert!(refused.starts_with(told), "phase {phase}: {refused}");
        assert_eq!(rows(&host).await, 0);
        now.set(NEVER);
        assert!(host.asks(QUERY).await.is_ok());
    }
}

/// An approval, at once and after the person was asked to wait.
#[tokio::test]
async fn a_failure_at_the_authorization_endpoint_leaves_no_row_and_the_request_undecided() {
    let alice = || Approval::by(Subject::new("alice").unwrap());
    for response_type in ["code", "token", "code token"] {
        for phase in [APPROVE, AIM, NARROW, FORMAT, RESPOND, ENCODE] {
            // There is no access token for which these would be asked.
            if response_type == "code" && [AIM, NARROW, FORMAT].contains(&phase) {
                continue;
            }
            let now = Now::default();
            let host = hosted(&now).await;
            let mut query = QUERY.replace("response_type=code", &format!("response_type={response_type}"));
            query.push_str(if phase == ENCODE { "&response_mode=plainly" } else { "" });
            let at_once = host.asks(&query).await.unwrap();
            now.set(phase);
            let response = host.0.authorization().complete(at_once.approve(alice())).await;
            assert_failed(&response, phase, response_type);
            assert_eq!(rows(&host).await, 0, "{response_type} in phase {phase}");

            now.set(NEVER);
            let suspended = host.0.authorization().suspend(host.asks(&query).await.unwrap()).await.unwrap();
            let cookie = suspended.set_cookie().to_str().unwrap().split(';').next().unwrap().parse().unwrap();
            let headers = HeaderMap::from_iter([(http::header::COOKIE, cookie)]);
            let resumed = async || host.0.authorization().resume(suspended.handle(), &headers).await.unwrap();
            let request = resumed().await;
            now.set(phase);
            let response = host.0.authorization().complete(request.approve(alice())).await;
            assert_failed(&response, phase, response_type);
            now.set(NEVER);
            let response = host.0.authorization().complete(resumed().await.approve(alice())).await;
            let location = response.headers()["location"].to_str().unwrap();
            for part in response_type.split(' ') {
                let name = if part == "token" { "access_token=" } else { "code=" };
                assert!(location.contains(name), "{response_type} after phase {phase}: {location}");
            }
        }
    }
}

/// An error that says nothing of codes and tokens; to the client, or where not even that can be written, to the person.
fn assert_failed(response: &http::Response<Bytes>, phase: u8, response_type: &str) {
    let location = response.headers().get("location").map_or("", |location| location.to_str().unwrap());
    match phase {
        ENCODE => assert_eq!((response.status().as_u16(), location), (500, ""), "{response_type}"),
        _ => assert!(location.contains("error=server_error"), "{response_type} in phase {phase}: {location}"),
    }
    assert!(!location.contains("code=") && !location.contains("access_token="), "{location}");
}
