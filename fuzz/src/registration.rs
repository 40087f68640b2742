//! The body of a registration request: whatever a stranger sends, it becomes no more than a stranger's client, and that can be read and
//! changed.

use bytes::Bytes;
use grantor::{
    AnyClient, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientStore as _, Code, Development,
    DynamicRegistration, ManualClock, MemoryStore, OAuth21, RedirectUri, RefreshToken, RegistrationsPerHour, Scope, ServesOAuth,
    issuer,
};
use http::{Method, Request, Response, header};
use serde_json::{Map, Value};

use super::servers::{START, run};

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, RefreshToken, ClientCredentials),
    (Code,),
    (DynamicRegistration<AnyClient>,),
    Development<OAuth21>,
>;

/// What strangers may have.
const SCOPE: &str = "read write";
const GRANTS: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];
/// What only the operator says.
const OWN: [&str; 6] =
    ["introspection", "audience", "access_token_lifetime", "refresh_token_lifetime", "default_scope", "scope_claims_in_id_token"];

fn server() -> Server {
    let scope = |text: &str| Scope::parse(text).expect("a scope");
    let registration = DynamicRegistration::new(AnyClient::new()).scope(scope(SCOPE)).grant_types(GRANTS);
    AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .scopes(scope("read write admin"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(registration.per_hour(RegistrationsPerHour::new(1_000).expect("a limit")))
        .build()
}

fn send(server: &Server, method: Method, url: &str, token: Option<&str>, body: &[u8]) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(url).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    run(server.handle(request.body(Bytes::copy_from_slice(body)).expect("a request")))
}

fn members(response: &Response<Bytes>) -> Map<String, Value> {
    serde_json::from_slice(response.body()).expect("a JSON object")
}

fn texts<'v>(members: &'v Map<String, Value>, name: &str) -> Vec<&'v str> {
    let values = members.get(name).and_then(Value::as_array).map_or(&[][..], |values| values);
    values.iter().map(|value| value.as_str().expect("a text")).collect()
}

/// A registration request.
pub fn registration(data: &[u8]) {
    let server = server();
    let response = send(&server, Method::POST, "/register", None, data);
    let is_object = serde_json::from_slice::<Map<String, Value>>(data).is_ok();
    if response.status() != 201 {
        assert_eq!(response.status(), 400, "{response:?}");
        let refused = members(&response);
        let code = refused["error"].as_str().expect("a code");
        assert!(
            ["invalid_redirect_uri", "invalid_client_metadata", "unapproved_software_statement", "invalid_software_statement"]
                .contains(&code)
        );
        assert!(run(server.list_clients(None, 9)).expect("clients").is_empty());
        return;
    }
    assert!(is_object);
    let registered = members(&response);
    check(&server, &registered);
    let text = |name: &str| registered[name].as_str().expect("a text");
    let (url, token) =
        (text("registration_client_uri").trim_start_matches("https://as.example.com"), text("registration_access_token"));
    let mut expected = registered.clone();
    expected.remove("client_secret");
    expected.remove("client_secret_expires_at");
    let read = send(&server, Method::GET, url, Some(token), b"");
    assert_eq!((read.status().as_u16(), members(&read)), (200, expected.clone()));
    // What it got it may have.
    let again = serde_json::to_vec(&expected).expect("JSON");
    let changed = send(&server, Method::PUT, url, Some(token), &again);
    assert_eq!(changed.status(), 200, "{changed:?}");
    let mut changed = members(&changed);
    assert_ne!(changed["registration_access_token"], registered["registration_access_token"]);
    changed.insert("registration_access_token".to_owned(), token.into());
    assert_eq!(changed, expected);
}

fn check(server: &Server, registered: &Map<String, Value>) {
    let id = registered["client_id"].as_str().expect("an identifier");
    assert_eq!(id.len(), 22);
    assert!(OWN.iter().all(|name| !registered.contains_key(*name)), "{registered:?}");
    let permitted = Scope::parse(SCOPE).expect("a scope");
    let scope = registered.get("scope").map_or("", |scope| scope.as_str().expect("a text"));
    assert!(scope.is_empty() || Scope::parse(scope).expect("a scope").is_subset_of(&permitted));
    assert!(texts(registered, "grant_types").iter().all(|grant| GRANTS.contains(grant)));
    assert!(texts(registered, "response_types").iter().all(|name| *name == "code"));
    assert!(texts(registered, "redirect_uris").iter().all(|uri| RedirectUri::parse(uri).is_ok()));
    let is_public = registered["token_endpoint_auth_method"] == "none";
    assert_eq!(is_public, !registered.contains_key("client_secret"));
    assert_eq!(is_public, !registered.contains_key("client_secret_expires_at"));
    let kept = run(server.storage().client(server.issuer(), id)).expect("an answer").expect("the client");
    assert!(!kept.is_vetted() && !kept.introspects_any_token() && kept.audience().next().is_none());
    assert_eq!((kept.access_token_lifetime(), kept.refresh_token_lifetime(), kept.is_public()), (None, None, is_public));
    let written = kept.to_json().expect("a text");
    assert_eq!(Client::from_json(&written).expect("a client").to_json().expect("a text"), written);
}
