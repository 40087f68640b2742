//! Where a token or an assertion is given for a token: what is wider covers what is narrower in each of the bounds.

use std::sync::{Arc, Mutex};

use super::*;
use grantor::{
    Administers, Algorithm, Assertion, AssertionDecision, AssertionPolicy, Exchange, ExchangeDecision, ExchangePolicy, Jwks,
    JwtBearer, KeyPair, Mcp, ResourceIdentifier, TokenExchange, TrustedIssuer, TrustedIssuers,
};
use serde_json::json;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const IDP: &str = "https://idp.example.com";

/// Permits at most this, or everything.
#[derive(Default)]
struct AtMost(Mutex<Option<Scope>>);

impl AtMost {
    fn set(&self, bound: Option<&str>) {
        *self.0.lock().expect("a lock") = bound.map(scope);
    }

    fn get(&self) -> Option<Scope> {
        self.0.lock().expect("a lock").clone()
    }
}

impl ExchangePolicy for AtMost {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        let yes = ExchangeDecision::impersonate();
        Ok(self.get().map_or_else(|| yes.clone(), |bound| yes.clone().scope(bound)))
    }
}

impl AssertionPolicy for AtMost {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        let yes = AssertionDecision::to(subject("alice"));
        Ok(self.get().map_or_else(|| yes.clone(), |bound| yes.clone().scope(bound)))
    }
}

fn issuers(key: &KeyPair) -> TrustedIssuers<Jwks> {
    TrustedIssuers::new([TrustedIssuer::new(IDP, Jwks::of([key.public_key()]))]).expect("an issuer")
}

macro_rules! exchanging {
    ($profile:ty, $policy:expr, $key:expr) => {
        AuthorizationServer::builder()
            .profile(Development::<$profile>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(START))
            .scope_hierarchy(hierarchy())
            .grant(AuthorizationCode::new())
            .grant(ClientCredentials::new())
            .grant(TokenExchange::new($policy.clone()))
            .grant(JwtBearer::id_jag(issuers(&$key), $policy.clone()))
            .response_type(Code)
            .enable(
                ResourceIndicators::new(Resources::new([Resource::new("https://x.example.com").expect("one")]).expect("some"))
                    .default_resource(ResourceIdentifier::parse("https://x.example.com").expect("one")),
            )
            .build()
    };
}

fn machine(own: &str) -> Client {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let grants = ["client_credentials", EXCHANGE, JWT_BEARER];
    Client::confidential("app", &secret).scope(own).grant_types(grants).build().expect("a client")
}

/// What of the case is bounded by what: the subject token or the assertion, the client, the policy, the request.
type Case = (&'static str, &'static str, Option<&'static str>, Option<&'static str>, &'static str);

/// The bounds that both grants have in common.
const BOUNDS: [Case; 13] = [
    ("admin", "admin", None, None, "admin"),
    ("admin", "write", None, None, "write"),
    ("write", "admin", None, None, "write"),
    ("admin", "read audit", None, None, "read audit"),
    ("audit", "write", None, None, "invalid_scope"),
    ("admin", "admin", None, Some("read"), "read"),
    ("admin", "write", None, Some("read"), "read"),
    ("write", "admin", None, Some("audit"), "invalid_scope"),
    ("admin", "admin", Some("read"), None, "read"),
    ("read", "admin", Some("admin"), None, "read"),
    ("admin", "admin", Some("write"), Some("read"), "read"),
    ("admin", "admin", Some("write"), Some("audit"), "invalid_scope"),
    ("admin", "admin", Some("other"), None, "invalid_scope"),
];

#[tokio::test]
async fn an_exchange_is_bounded_by_what_each_side_implies() {
    let (policy, key) = (Arc::new(AtMost::default()), jws::key(Algorithm::Es256));
    let server = exchanging!(OAuth21, policy, key);
    for (token, own, bound, asked, expected) in
        BOUNDS.into_iter().chain([("write", "admin", None, Some("admin"), "invalid_scope")])
    {
        server.register_client(machine(token)).await.expect("registered");
        let subject = post(&server, &[("grant_type", "client_credentials")]).await.member("access_token");
        server.register_client(machine(own)).await.expect("registered");
        policy.set(bound);
        let mut pairs = vec![("grant_type", EXCHANGE), ("subject_token", &*subject), ("subject_token_type", ACCESS_TOKEN)];
        pairs.extend(asked.map(|asked| ("scope", asked)));
        assert_eq!(said(&post(&server, &pairs).await), expected, "{token}, {own}, {bound:?}, {asked:?}");
    }
}

fn id_jag(key: &KeyPair, said: &str) -> String {
    let now = START.as_unix();
    let claims = json!({
        "iss": IDP, "sub": "u-1", "aud": "https://as.example.com", "client_id": "app", "jti": said, "iat": now, "exp": now + 300,
        "scope": said, "resource": "https://x.example.com",
    });
    jws::signed(r#"{"alg":"ES256","typ":"oauth-id-jag+jwt"}"#, &claims.to_string(), key)
}

#[tokio::test]
async fn so_is_an_assertion() {
    let (policy, key) = (Arc::new(AtMost::default()), jws::key(Algorithm::Es256));
    let server = exchanging!(OAuth21, policy, key);
    for (token, own, bound, asked, expected) in BOUNDS.into_iter().chain([
        // What is asked for too wide is narrowed here (draft-ietf-oauth-identity-assertion-authz-grant section 4.4.1).
        ("write", "admin", None, Some("admin"), "write"),
        ("read audit", "write", None, Some("read"), "read"),
    ]) {
        server.register_client(machine(own)).await.expect("registered");
        policy.set(bound);
        let assertion = id_jag(&key, token);
        let mut pairs = vec![("grant_type", JWT_BEARER), ("assertion", &*assertion)];
        pairs.extend(asked.map(|asked| ("scope", asked)));
        assert_eq!(said(&post(&server, &pairs).await), expected, "{token}, {own}, {bound:?}, {asked:?}");
    }
}

/// Under `Mcp` what is asked for too wide is granted as far as it may be, by what it implies as well.
#[tokio::test]
async fn where_a_profile_narrows_what_is_implied_is_left() {
    let (policy, key) = (Arc::new(AtMost::default()), jws::key(Algorithm::Es256));
    let (narrows, strict) = (exchanging!(Mcp, policy, key), exchanging!(OAuth21, policy, key));
    for (token, own, asked, expected) in [
        ("write", "admin", "admin", "write"),
        ("write", "admin", "read audit", "read"),
        ("read", "write", "admin", "read"),
        ("read", "write", "audit", "invalid_scope"),
    ] {
        assert_eq!(exchanged(&narrows, token, own, asked).await, expected, "{token}, {own}, {asked}");
        assert_eq!(exchanged(&strict, token, own, asked).await, "invalid_scope", "{token}, {own}, {asked}");
    }
    // The same where nothing is exchanged.
    narrows.register_client(machine("write")).await.expect("registered");
    for (asked, expected) in [("admin", "write"), ("audit read", "read"), ("audit", "invalid_scope")] {
        assert_eq!(said(&post(&narrows, &[("grant_type", "client_credentials"), ("scope", asked)]).await), expected, "{asked}");
    }
}

async fn exchanged(server: &impl Administers, token: &str, own: &str, asked: &str) -> String {
    server.register_client(machine(token)).await.expect("registered");
    let subject = post(server, &[("grant_type", "client_credentials")]).await.member("access_token");
    server.register_client(machine(own)).await.expect("registered");
    let subject = [("subject_token", &*subject), ("subject_token_type", ACCESS_TOKEN)];
    said(&post(server, &with(&subject, &[("grant_type", EXCHANGE), ("scope", asked)])).await)
}
