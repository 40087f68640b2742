//! Token exchange (RFC 8693) and assertions of other issuers (RFC 7523 section 2.1), read once more.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use grantor::{
    Algorithm, Assertion, AssertionDecision, AssertionPolicy, AuthorizationServer, Client, ClientCredentials, ClientSecret,
    Development, Exchange, ExchangeDecision, ExchangePolicy, Introspection, Jwks, JwtBearer, KeyPair, ManualClock, MemoryStore,
    OAuth21, Resource, ResourceIndicators, Resources, ServesOAuth, StoreError, Subject, TokenExchange, TrustedIssuer,
    TrustedIssuers, issuer,
};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::servers::{ISSUER, START, run};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-fuzzing";
const IDP: &str = "https://idp.example.com";
const MCP: &str = "https://mcp.example.com";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(Algorithm::EdDsa).expect("a key"));

/// Permits everything, and knows everybody.
struct Anything;

impl ExchangePolicy for Anything {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::delegate())
    }
}

impl AssertionPolicy for Anything {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::to(Subject::new("alice").map_err(StoreError::failed)?))
    }
}

fn secret() -> ClientSecret {
    ClientSecret::parse(SECRET).expect("a secret")
}

async fn post(server: &impl ServesOAuth, path: &str, body: String) -> (u16, Value) {
    let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = server.handle(request.body(Bytes::from(body)).expect("a request")).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Parameters of an exchange, in which `SUBJECT` and `ACTOR` stand for good tokens of the client. Whatever is asked for, what comes is for
/// no more than the subject token: `read`, at one API, for a minute.
pub fn exchange(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (status, answer, claims) = run(async {
        let resources = Resources::new([Resource::new(MCP).expect("a resource")]).expect("resources");
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(START))
            .grant(ClientCredentials::new())
            .grant(TokenExchange::new(Anything))
            .enable(ResourceIndicators::new(resources))
            .enable(Introspection::new())
            .build();
        let agent = Client::confidential("agent", &secret()).scope("read write").introspects_any_token();
        let agent = agent.access_token_lifetime(grantor::lifetime!(AccessTokenLifetime, 60));
        let agent = agent.grant_types([EXCHANGE, "client_credentials"]).build().expect("a client");
        server.register_client(agent).await.expect("a registration");
        let own = [("client_id", "agent"), ("client_secret", SECRET)];
        let asking = [("grant_type", "client_credentials"), ("scope", "read"), ("resource", MCP)];
        let (_, token) = post(&server, "/token", form(&[&own[..], &asking].concat())).await;
        let token = token["access_token"].as_str().expect("a token").to_owned();
        let asked = text.replace("SUBJECT", &token).replace("ACTOR", &token);
        let body = format!("{}&grant_type={}&{asked}", form(&own), form(&[("", EXCHANGE)]).trim_start_matches('='));
        let (status, answer) = post(&server, "/token", body).await;
        let issued = answer["access_token"].as_str().unwrap_or_default().to_owned();
        let asking = form(&[&own[..], &[("token", &issued)]].concat());
        let claims = if issued.is_empty() { Value::Null } else { post(&server, "/introspect", asking).await.1 };
        (status, answer, claims)
    });
    if status != 200 {
        assert!(matches!(status, 400 | 401 | 413 | 415), "{status}: {text}");
        assert!(answer["access_token"].is_null(), "{text}");
        return;
    }
    assert!(text.contains("SUBJECT"), "of nothing: {text}");
    assert_eq!(answer["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert!(answer["expires_in"].as_u64().is_some_and(|seconds| seconds <= 60), "{text}");
    assert_eq!(
        (&claims["scope"], &claims["aud"], &claims["client_id"]),
        (&json!("read"), &json!(MCP), &json!("agent")),
        "{text}"
    );
    assert!(answer["refresh_token"].is_null(), "{text}");
}

/// A header, a line break and claims, which the trusted issuer signs here; or an ID-JAG as it is, which nobody has signed.
pub fn id_jag(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let signed = text.split_once('\n');
    let assertion = signed.map_or_else(|| text.to_owned(), |(header, claims)| sign(header, claims));
    let (status, answer) = run(async {
        let issuers = TrustedIssuers::new([TrustedIssuer::new(IDP, Jwks::of([KEY.public_key()]))]).expect("an issuer");
        let resources = Resources::new([Resource::new(MCP).expect("a resource")]).expect("resources");
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(START))
            .grant(JwtBearer::id_jag(issuers, Anything))
            .enable(ResourceIndicators::new(resources))
            .build();
        let client = Client::confidential("app", &secret()).scope("read write").grant_types([JWT_BEARER]);
        server.register_client(client.build().expect("a client")).await.expect("a registration");
        let pairs = [("client_id", "app"), ("client_secret", SECRET), ("grant_type", JWT_BEARER), ("assertion", &*assertion)];
        post(&server, "/token", form(&pairs)).await
    });
    if status != 200 {
        assert_eq!(status, 400, "{text}");
        return;
    }
    let Some((header, claims)) = signed else { panic!("nobody signed it: {text}") };
    assert!(says_what_it_must(header, claims), "{text}");
    assert!(answer["refresh_token"].is_null(), "{text}");
    assert!(answer["resource"].is_null() || answer["resource"] == MCP, "{text}");
}

fn sign(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = KEY.sign(input.as_bytes()).expect("a signature");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
}

fn says_what_it_must(header: &str, claims: &str) -> bool {
    let (Ok(header), Ok(claims)) = (serde_json::from_str::<Value>(header), serde_json::from_str::<Value>(claims)) else {
        return false;
    };
    let typ = header["typ"].as_str().unwrap_or_default().to_lowercase();
    let seconds = |name: &str| claims[name].as_f64();
    let now = START.as_unix() as f64;
    let aud = &claims["aud"];
    typ.strip_prefix("application/").unwrap_or(&typ) == "oauth-id-jag+jwt"
        && claims["iss"] == IDP
        && (aud == ISSUER || *aud == json!([ISSUER]))
        && claims["client_id"] == "app"
        && claims["sub"].as_str().is_some_and(|sub| !sub.is_empty())
        && claims["jti"].as_str().is_some_and(|jti| !jti.is_empty())
        && seconds("iat").is_some_and(|iat| iat < now + 11.0)
        && seconds("exp").is_some_and(|exp| exp > now && exp < now + 3_611.0)
        && claims.get("cnf").is_none()
}
