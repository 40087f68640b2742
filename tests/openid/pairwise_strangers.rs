//! Pairwise subjects of clients that nobody vetted: none sees what another sector sees (OpenID Connect Core section 8.1).

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    AnyClient, Approval, AuthorizationCode, AuthorizationServer, Client, ClientHosts, ClientMetadataDocuments, Code, Development,
    DynamicRegistration, Fetcher, ManualClock, MasterKeys, MemoryStore, OAuth21, OpenId, Rs256, Scope, ServesOAuth, SigningKeys,
    SubjectType, issuer,
};
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::common::{self, Answer, Decides, PKCE, Peer, START, subject, with};
use crate::provider::{People, SECTOR_KEY};
use crate::script::{self, Script};

const BANK: &str = "https://bank.example/callback";
const EVIL: &str = "https://evil.example/callback";
const DOCUMENT: &str = "https://evil.example/client.json";

/// With a client that the operator registered.
async fn provider(host: Script) -> Peer<impl ServesOAuth, Decides> {
    let clock = ManualClock::new(START);
    let openid = || Scope::parse("openid").expect("a scope");
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .master_keys(MasterKeys::parse(SECTOR_KEY).expect("a key"))
        .fetcher(Fetcher::with(Arc::new(host)))
        .scopes(openid())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::ephemeral().algorithm(Rs256))
        .enable(OpenId::new(People::default()).pairwise_subjects())
        .enable(ClientMetadataDocuments::new(ClientHosts::any()).scope(openid()))
        .enable(DynamicRegistration::new(AnyClient::new()))
        .build();
    let bank = Client::public("bank").redirect_uri(BANK).scope("openid").subject_type(SubjectType::Pairwise);
    server.register_client(bank.build().expect("a client")).await.expect("a registration");
    let approves = Decides(|request| request.approve(Approval::by(subject("alice")).authenticated_at(START).consented()));
    Peer::new(server, approves, clock)
}

/// The access token, and whom the client sees.
async fn seen<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>, id: &str, uri: &str) -> (String, String) {
    let request = [("response_type", "code"), ("client_id", id), ("redirect_uri", uri), ("scope", "openid")];
    let code = peer.code_for(&with(&request, &PKCE)).await;
    let redeem = [
        ("grant_type", "authorization_code"),
        ("client_id", id),
        ("code", &code),
        ("redirect_uri", uri),
        ("code_verifier", common::VERIFIER),
    ];
    let token = peer.token(&redeem).await.member("access_token");
    let userinfo = Request::get("/userinfo").header(header::AUTHORIZATION, format!("Bearer {token}"));
    (token, peer.send(userinfo.body(Bytes::new()).expect("a request")).await.member("sub"))
}

#[tokio::test]
async fn a_document_has_the_sector_of_its_host_whatever_it_says() {
    let document = json!({"client_id": DOCUMENT, "client_name": "Game", "redirect_uris": [EVIL], "subject_type": "pairwise",
        "sector_identifier_uri": "https://bank.example/uris.json"});
    let peer = provider(Script::of([script::Answer::json(document.to_string())])).await;
    let (_, at_the_bank) = seen(&peer, "bank", BANK).await;
    let (_, elsewhere) = seen(&peer, DOCUMENT, EVIL).await;
    assert_ne!(at_the_bank, elsewhere);
}

async fn registration<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>, method: Method, url: &str, token: &str, body: &Value) -> Answer {
    let request = Request::builder().method(method).uri(url.trim_start_matches("https://as.example.com"));
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let request = if token.is_empty() { request } else { request.header(header::AUTHORIZATION, format!("Bearer {token}")) };
    peer.send(request.body(Bytes::from(body.to_string())).expect("a request")).await
}

#[tokio::test]
async fn a_client_that_registered_itself_stays_in_its_sector() {
    let peer = provider(Script::of([])).await;
    let metadata =
        json!({"redirect_uris": [EVIL], "subject_type": "pairwise", "scope": "openid", "token_endpoint_auth_method": "none"});
    let answer = registration(&peer, Method::POST, "/register", "", &metadata).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let client = answer.json();
    let text = |name: &str| client[name].as_str().expect("a text").to_owned();
    let (url, token, id) = (text("registration_client_uri"), text("registration_access_token"), text("client_id"));
    let changed = |changes: Value| {
        let mut all = metadata.clone();
        all["client_id"] = json!(id);
        for (name, value) in changes.as_object().expect("an object") {
            all[name] = value.clone();
        }
        all
    };
    let put = async |token: &str, changes: Value| registration(&peer, Method::PUT, &url, token, &changed(changes)).await;
    put(&token, json!({"redirect_uris": [BANK]})).await.assert_error(400, "invalid_client_metadata");
    // Nor by a way around, on which it would see a second name of everybody besides.
    put(&token, json!({"redirect_uris": [BANK], "subject_type": "public"})).await.assert_error(400, "invalid_client_metadata");
    put(&token, json!({"subject_type": "public"})).await.assert_error(400, "invalid_client_metadata");
    put(&token, json!({"client_name": "Game"})).await.assert_ok();
}

/// Nobody would have seen a page, and the client is one that nobody knows (RFC 9700 section 4.11.2).
// shows: RFC9700-4.11.2-01
#[tokio::test]
async fn a_stranger_that_wants_no_page_gets_one() {
    let peer = provider(Script::of([])).await;
    let metadata = json!({"redirect_uris": [EVIL], "scope": "openid", "token_endpoint_auth_method": "none"});
    let client = registration(&peer, Method::POST, "/register", "", &metadata).await.member("client_id");
    let request =
        [("response_type", "code"), ("client_id", &*client), ("redirect_uri", EVIL), ("scope", "openid"), ("prompt", "none")];
    peer.authorize(&with(&request, &PKCE)).await.assert_page(400);
}
