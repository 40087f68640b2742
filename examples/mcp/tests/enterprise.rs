//! Enterprise-managed authorization by the official SDKs: an identity provider, which is a server of this library too, vouches for its
//! person, and nobody is asked at the MCP server's own authorization server.

mod common;
#[path = "../../../tests/common/peers.rs"]
mod peers;

use std::sync::Arc;

use bytes::Bytes;
use common::Running;
use grantor::{
    Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Client,
    ClientSecret, Code, Decision, Development, Exchange, ExchangeDecision, ExchangePolicy, IdJag, IdJagDecision, IdJagPolicy,
    IdJagRequest, Interaction, LoopbackIssuer, MemoryStore, OAuth21, OpenId, Rs256, Scope, SigningKeys, StandardClaims,
    StoreError, Subject, SuspendsRequests, TokenExchange, router_with,
};
use http::Request;
use peers::Peer;
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, ContentBlock};
use rmcp::transport::auth::default_oauth_http_client;
use rmcp::transport::auth::enterprise::{
    EmaAccessToken, EmaAuthorizationServer, EmaClientAuthentication, EmaError, EmaExchangeRequest, EmaExchangeStage,
};
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CALLBACK: &str = "https://app.company.example/callback";

/// Alice is signed in.
struct SignedIn;

impl<Sv: SuspendsRequests> Interaction<Sv> for SignedIn {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        request.approve(Approval::by(Subject::new("alice").expect("a subject")))
    }
}

struct Nothing;

impl ClaimsSource for Nothing {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims<()>, StoreError> {
        Ok(Claims::new(StandardClaims::default(), ()))
    }
}

/// The program of the company may act at this authorization server, which calls it `enterprise`.
struct Administrator {
    notes: String,
    /// The most that it may have there, if the administrator says it.
    scope: Option<Scope>,
}

impl ExchangePolicy for Administrator {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::deny())
    }
}

impl IdJagPolicy for Administrator {
    async fn decide(&self, request: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        // The SDK writes the URL of the server, which has a slash at its end.
        if request.audience().trim_end_matches('/') != self.notes {
            return Ok(IdJagDecision::deny());
        }
        let id_jag = IdJag::new(self.notes.as_str(), "enterprise");
        Ok(match &self.scope {
            Some(scope) => id_jag.scope(scope.clone()).into(),
            None => id_jag.into(),
        })
    }
}

/// The identity provider, and an ID token of Alice's for the program `portal`.
async fn identity_provider(listener: TcpListener, notes: &str, secret: &str, scope: Option<&str>) -> String {
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let scope = scope.map(|scope| Scope::parse(scope).expect("a scope"));
    let administrator = || Administrator { notes: notes.to_owned(), scope: scope.clone() };
    let (own, for_jags) = (administrator(), administrator());
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .grant(AuthorizationCode::new())
        .grant(TokenExchange::new(own).id_jags(for_jags))
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Rs256))
        .enable(OpenId::new(Nothing))
        .build();
    let secret = ClientSecret::parse(secret).expect("a secret");
    let grants = ["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"];
    let portal = Client::confidential("portal", &secret).redirect_uri(CALLBACK).scope("openid").grant_types(grants);
    server.register_client(portal.build().expect("a client")).await.expect("a registration");
    let router = router_with(Arc::new(server), SignedIn);
    tokio::spawn(async move { axum::serve(listener, router).await });
    id_token(&issuer, secret.expose()).await
}

/// What the program got when Alice signed in to it.
async fn id_token(issuer: &str, secret: &str) -> String {
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
    let form = |pairs: &[(&str, &str)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let query = form(&[
        ("response_type", "code"),
        ("client_id", "portal"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ]);
    let answer = http.get(format!("{issuer}/authorize?{query}")).send().await.expect("an answer");
    let location = answer.headers()["location"].to_str().expect("text").to_owned();
    let code = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).expect("a code");
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "portal"),
        ("client_secret", secret),
    ]);
    let request = http.post(format!("{issuer}/token")).header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.expect("an answer").text().await.expect("text");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    answer["id_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn ask(order: Value) -> Option<Value> {
    tokio::task::spawn_blocking(move || Peer::Node("mcp_enterprise_peer.mjs").ask(&order)).await.expect("an answer")
}

async fn vouched_for(introspect: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let idp = format!("http://{}", listener.local_addr().expect("an address"));
    let running = common::serve(|options| {
        options.introspect = introspect;
        options.enterprise = Some(idp.clone());
    });
    let Running { issuer, resource, secret } = running.await;
    let id_token = identity_provider(listener, &issuer, &secret, None).await;
    let order = json!({
        "url": resource, "issuer": issuer, "client_id": "enterprise", "client_secret": secret, "idp": idp, "idp_client_id": "portal",
        "id_token": id_token,
    });
    let Some(answer) = ask(order.clone()).await else { return };
    assert_eq!((&answer["error"], &answer["granted"]), (&Value::Null, &json!("notes:read")), "{answer}");
    assert_eq!((&answer["notes"], &answer["again"]), (&json!("no notes"), &json!("no notes")), "{answer}");
    assert_eq!((&answer["renewed"], &answer["has_refresh_token"]), (&json!(true), &json!(false)), "{answer}");
    assert_eq!(answer["asked"].as_array().map(Vec::len), Some(2), "{answer}");
    // An ID token that nobody signed gets nothing there.
    let mut forged = order;
    let (text, _) = id_token.rsplit_once('.').expect("a JWT");
    forged["id_token"] = json!(format!("{text}.{}", "A".repeat(342)));
    let answer = ask(forged).await.expect("an answer");
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("invalid_request")), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_sdk_comes_with_an_id_jag_where_tokens_are_introspected() {
    vouched_for(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_sdk_comes_with_an_id_jag_where_tokens_are_jwts() {
    vouched_for(false).await;
}

/// A program of the company by crate `rmcp`, whose administrator permits this scope, and which asks for this one.
async fn rmcp(introspect: bool, permitted: Option<&str>, asked: &[&str]) -> (Running, Result<EmaAccessToken, EmaError>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let idp = format!("http://{}", listener.local_addr().expect("an address"));
    let running = common::serve(|options| {
        options.introspect = introspect;
        options.enterprise = Some(idp.clone());
    });
    let running = running.await;
    let Running { issuer, resource, secret } = &running;
    let id_token = identity_provider(listener, issuer, secret, permitted).await;
    let server = |issuer: &str, client_id: &str| {
        let secret = oauth2::ClientSecret::new(secret.clone());
        let server = EmaAuthorizationServer::new(issuer, format!("{issuer}/token"), client_id);
        server.with_client_authentication(EmaClientAuthentication::ClientSecretBasic(secret))
    };
    let http = default_oauth_http_client().expect("a client");
    let request =
        EmaExchangeRequest::new_with_id_token(server(&idp, "portal"), server(issuer, "enterprise"), resource, &id_token);
    let answer = request.with_scopes(asked.iter().copied()).exchange(&http, &http).await;
    (running, answer)
}

async fn rmcp_is_let_in(introspect: bool, permitted: Option<&str>, asked: &[&str], granted: &[&str]) {
    let (Running { resource, .. }, answer) = rmcp(introspect, permitted, asked).await;
    let token = answer.expect("a token");
    let mut scopes: Vec<_> = token.scopes.iter().map(String::as_str).collect();
    scopes.sort_unstable();
    assert_eq!(scopes, granted);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let config = StreamableHttpClientTransportConfig::with_uri(&*resource).auth_header(token.access_token.secret());
    let client = ().serve(StreamableHttpClientTransport::with_client(http, config)).await.expect("connected");
    let notes = client.call_tool(CallToolRequestParams::new("list_notes")).await.expect("an answer");
    let texts: Vec<_> = notes.content.iter().filter_map(ContentBlock::as_text).map(|text| &*text.text).collect();
    assert_eq!(texts, ["no notes"]);
    client.cancel().await.expect("an end");
}

#[tokio::test]
async fn rmcp_comes_with_an_id_jag_whose_scope_its_administrator_says() {
    rmcp_is_let_in(true, Some("notes:read notes:write"), &[], &["notes:read", "notes:write"]).await;
}

#[tokio::test]
async fn rmcp_comes_with_an_id_jag_whose_scope_it_asks_for() {
    rmcp_is_let_in(false, None, &["notes:read"], &["notes:read"]).await;
    rmcp_is_let_in(false, Some("notes:read"), &["notes:read", "notes:write"], &["notes:read"]).await;
}

/// An ID-JAG that names no scope gets what the client gets by default, and the response says so (RFC 6749 section 5.1). It takes that for
/// more than it was permitted, so the manual tells administrators to name the scope.
#[tokio::test]
async fn rmcp_refuses_the_default_where_the_id_jag_names_no_scope() {
    let (_, answer) = rmcp(false, None, &[]).await;
    let Err(EmaError::InvalidResponse { stage, message }) = answer else { panic!("{answer:?}") };
    assert_eq!(stage, EmaExchangeStage::ResourceAuthorizationServer);
    assert_eq!(message, "access token scope exceeds ID-JAG scope");
}
