//! Rows 28, 30 and 31: clients without a browser. Machines with a key or a secret, and people whom their company's identity provider
//! vouches for.

use std::sync::OnceLock;

use grantor::{
    Algorithm, Assertion, AssertionDecision, AssertionPolicy, Claims, ClaimsFor, ClaimsSource, Es256, IdJag, IdJagDecision,
    IdJagPolicy, IdJagRequest, Jwks, JwtBearer, KeyPair, OpenId, PrivateKeyJwt, Rs256, SigningKeys, StandardClaims, StoreError,
    TokenExchange, TrustedIssuer, TrustedIssuers,
};
use serde_json::{Value, json};

use super::*;
use crate::common::{basic, subject};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const CLIENT_ASSERTION: (&str, &str) = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
const IDP: &str = "https://idp.example.com";
const OTHER: &str = "https://other.example.com";
const PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";

/// The key of the identity provider, and of the client that has one.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

/// Knows `u-1` of the identity provider.
struct Accounts;

impl AssertionPolicy for Accounts {
    async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(if assertion.subject() == "u-1" { AssertionDecision::to(subject("alice")) } else { AssertionDecision::deny() })
    }
}

async fn accepting() -> Peer<impl ServesOAuth, Approves> {
    let clock = ManualClock::new(START);
    let issuers = TrustedIssuers::new([TrustedIssuer::new(IDP, Jwks::of([key().public_key()]))]).expect("an issuer");
    let server = AuthorizationServer::builder()
        .profile(Development::<Mcp>::new())
        .issuer(Issuer::parse(ISSUER).expect("an issuer"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .scopes(scope("notes:read notes:write"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(JwtBearer::id_jag(issuers, Accounts))
        .response_type(Code)
        .enable(resources())
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Introspection::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let app = |client: ClientBuilder| client.scope("notes:read notes:write").default_scope("notes:read");
    let grants = [JWT_BEARER, "client_credentials"];
    let keyed = app(Client::with_keys("keyed").jwks(json!({"keys": [jws::jwk(key())]})));
    let more = [
        app(Client::confidential("machine", &secret)).grant_types(grants),
        app(Client::confidential("narrow", &secret)).scope("notes:read").grant_types(grants),
        keyed.grant_types(grants),
    ];
    for client in more.into_iter().map(|client| client.build().expect("a client")).chain(clients()) {
        server.register_client(client).await.expect("a registration");
    }
    Peer::new(server, Approves, clock)
}

/// With a key, as the SDKs sign: the first says `typ: JWT`, crate `rmcp` the type of its own; both name the issuer as audience.
// shows: MCP-CC-2.2-02
#[tokio::test]
async fn row_28_machines_sign_with_a_key() {
    let peer = accepting().await;
    let found = metadata(&peer, "/.well-known/oauth-authorization-server").await.expect("metadata");
    let has = |name: &str, value: &str| found[name].as_array().is_some_and(|values| values.contains(&value.into()));
    assert!(has("token_endpoint_auth_methods_supported", "private_key_jwt"), "{found}");
    assert!(has("token_endpoint_auth_signing_alg_values_supported", "ES256"), "{found}");
    assert!(has("grant_types_supported", "client_credentials"), "{found}");
    let now = START.as_unix();
    let asking = async |typ: &str, audience: Value, jti: &str| {
        let claims = json!({"iss": "keyed", "sub": "keyed", "aud": audience, "iat": now, "exp": now + 300, "jti": jti});
        let header = json!({"alg": "ES256", "typ": typ}).to_string();
        let assertion = jws::signed(&header, &claims.to_string(), key());
        let pairs = [("grant_type", "client_credentials"), ("resource", MCP), CLIENT_ASSERTION, ("client_assertion", &assertion)];
        peer.token(&pairs).await
    };
    for (typ, jti) in [("JWT", "1"), ("client-authentication+jwt", "2")] {
        let answer = asking(typ, json!(ISSUER), jti).await;
        answer.assert_ok();
        let known = peer.introspect(&answer.member("access_token")).await;
        assert_eq!((&known["aud"], &known["client_id"], &known["scope"]), (&json!(MCP), &json!("keyed"), &json!("notes:read")));
        assert!(answer.json().get("refresh_token").is_none());
        // Once.
        asking(typ, json!(ISSUER), jti).await.assert_error(401, "invalid_client");
    }
    // What was signed for another server, and what is no assertion of a client.
    asking("JWT", json!("https://elsewhere.example.com"), "3").await.assert_error(401, "invalid_client");
    asking("JWT", json!(MCP), "4").await.assert_error(401, "invalid_client");
    asking("oauth-id-jag+jwt", json!(ISSUER), "5").await.assert_error(401, "invalid_client");
    // A client that has a key does without none.
    let pairs = [("grant_type", "client_credentials"), ("resource", MCP), ("client_id", "keyed")];
    peer.token(&pairs).await.assert_error(401, "invalid_client");
}

/// With other claims than a good one of `machine`; `null` takes one away.
fn id_jag(typ: &str, changes: &Value) -> String {
    let now = START.as_unix();
    let mut claims = json!({
        "iss": IDP, "sub": "u-1", "aud": ISSUER, "client_id": "machine", "jti": "one", "iat": now, "exp": now + 300,
        "resource": MCP, "scope": "notes:read notes:write",
    });
    let members = claims.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    jws::signed(&json!({"alg": "ES256", "typ": typ}).to_string(), &claims.to_string(), key())
}

/// The assertion and nothing else, as crate `rmcp` sends it.
async fn present(peer: &Peer<impl ServesOAuth, Approves>, client: &str, assertion: &str) -> Answer {
    peer.post("/token", Some(&basic(client, SECRET)), &[("grant_type", JWT_BEARER), ("assertion", assertion)]).await
}

// shows: MCP-EMA-5-01, MCP-EMA-5-02, MCP-EMA-5.1-01
#[tokio::test]
async fn row_30_an_id_jag_is_good_for_a_token_of_its_client_for_its_resource() {
    let peer = accepting().await;
    let good = |changes: Value| id_jag("oauth-id-jag+jwt", &changes);
    let both = "notes:read notes:write";
    for (client, changes, aud, expected) in [
        ("machine", json!({}), MCP, both),
        ("machine", json!({"resource": OTHER}), OTHER, both),
        ("machine", json!({"scope": "notes:write admin"}), MCP, "notes:write"),
        ("narrow", json!({"client_id": "narrow"}), MCP, "notes:read"),
        // Without `resource` it is for what the server says.
        ("machine", json!({"resource": null}), MCP, both),
    ] {
        let answer = present(&peer, client, &good(changes.clone())).await;
        answer.assert_ok();
        let known = peer.introspect(&answer.member("access_token")).await;
        let said = (&known["sub"], &known["aud"], &known["scope"], &known["client_id"]);
        assert_eq!(said, (&json!("alice"), &json!(aud), &json!(expected), &json!(client)), "{changes}");
        assert!(answer.json().get("refresh_token").is_none(), "{answer:?}");
    }
    for changes in [
        json!({"aud": [ISSUER, OTHER]}),
        json!({"aud": format!("{ISSUER}/token")}),
        json!({"client_id": "narrow"}),
        json!({"client_id": null}),
        json!({"sub": "u-2"}),
        json!({"exp": START.as_unix()}),
    ] {
        present(&peer, "machine", &good(changes.clone())).await.assert_error(400, "invalid_grant");
    }
    for typ in ["JWT", "at+jwt", "client-authentication+jwt"] {
        present(&peer, "machine", &id_jag(typ, &json!({}))).await.assert_error(400, "invalid_grant");
    }
}

/// Nobody has any claims.
struct Nobody;

impl ClaimsSource for Nobody {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        Ok(StandardClaims::default().into())
    }
}

/// Its clients may go everywhere, under the same name.
struct Everywhere;

impl IdJagPolicy for Everywhere {
    async fn decide(&self, request: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        Ok(IdJag::new(request.audience(), request.client().id().as_str()).into())
    }
}

impl grantor::ExchangePolicy for Everywhere {
    async fn decide(&self, _: grantor::Exchange<'_>) -> Result<grantor::ExchangeDecision, StoreError> {
        Ok(grantor::ExchangeDecision::deny())
    }
}

// shows: MCP-EMA-6-01
#[tokio::test]
async fn row_31_the_metadata_says_that_id_jags_are_accepted_or_issued() {
    let found = metadata(&accepting().await, "/.well-known/oauth-authorization-server").await.expect("metadata");
    assert_eq!(found["authorization_grant_profiles_supported"], json!([PROFILE]));
    assert!(found["grant_types_supported"].as_array().is_some_and(|grants| grants.contains(&JWT_BEARER.into())));
    assert!(found.get("identity_chaining_requested_token_types_supported").is_none());
    // A server without the grant says nothing of it.
    let without = metadata(&peer().await, "/.well-known/oauth-authorization-server").await.expect("metadata");
    assert!(without.get("authorization_grant_profiles_supported").is_none());

    let provider = AuthorizationServer::builder()
        .profile(Development::<Mcp>::new())
        .issuer(Issuer::parse(IDP).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(TokenExchange::new(Everywhere).id_jags(Everywhere))
        .response_type(Code)
        .enable(resources())
        .enable(SigningKeys::ephemeral().algorithm(Rs256).algorithm(Es256))
        .enable(OpenId::new(Nobody))
        .build();
    let provider = Peer::new(provider, Approves, ManualClock::new(START));
    for place in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let found = metadata(&provider, place).await.expect("metadata");
        let types = &found["identity_chaining_requested_token_types_supported"];
        assert_eq!(types, &json!(["urn:ietf:params:oauth:token-type:id-jag"]), "{place}");
        assert!(found["grant_types_supported"].as_array().is_some_and(|grants| grants.contains(&EXCHANGE.into())), "{place}");
    }
}
