//! Enterprise-managed authorization by the official SDK: an identity provider, which is a server of this library too, vouches for its
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
    IdJagRequest, Interaction, LoopbackIssuer, MemoryStore, OAuth21, OpenId, Rs256, SigningKeys, StandardClaims, StoreError,
    Subject, SuspendsRequests, TokenExchange, router_with,
};
use http::Request;
use peers::Peer;
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
}

impl ExchangePolicy for Administrator {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::deny())
    }
}

impl IdJagPolicy for Administrator {
    async fn decide(&self, request: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        // The SDK writes the URL of the server, which has a slash at its end.
        let is_it = request.audience().trim_end_matches('/') == self.notes;
        Ok(if is_it { IdJag::new(self.notes.as_str(), "enterprise").into() } else { IdJagDecision::deny() })
    }
}

/// The identity provider, and an ID token of Alice's for the program `portal`.
async fn identity_provider(listener: TcpListener, notes: &str, secret: &str) -> String {
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let (own, for_jags) = (Administrator { notes: notes.to_owned() }, Administrator { notes: notes.to_owned() });
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
    let id_token = identity_provider(listener, &issuer, &secret).await;
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
