//! The official Rust SDK (`rmcp`) as a client of the example.

mod common;

use std::error::Error;

use common::Running;
use rmcp::model::{CallToolRequestParams, ContentBlock};
use rmcp::service::RunningService;
use rmcp::transport::auth::{AuthClient, AuthorizationManager, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use rmcp::{RoleClient, ServiceExt as _};

const CALLBACK: &str = "http://127.0.0.1:43119/callback";

type Client = RunningService<RoleClient, ()>;
type Failure = Box<dyn Error + Send + Sync>;

/// Goes where the client sends them, allows what the page asks for, and comes back there.
async fn agrees(url: &str) -> Result<String, Failure> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let page = http.get(url).send().await?;
    let cookie = page.headers()["set-cookie"].to_str()?.split(';').next().unwrap_or_default().to_owned();
    let page = page.text().await?;
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for input in page.split("<input ").skip(1) {
        let part = |name: &str, end: &[char]| input.split(name).nth(1).and_then(|rest| rest.split(end).next());
        let name = part("name=", &['>', ' ']).unwrap_or_default().trim_matches('"');
        fields.append_pair(name, part("value=\"", &['"']).unwrap_or("on"));
    }
    let origin = url.split("/authorize").next().unwrap_or_default();
    let form = http.post(format!("{origin}/consent")).header("cookie", cookie);
    let form = form.header("content-type", "application/x-www-form-urlencoded").body(fields.finish());
    let response = form.send().await?;
    let location = response.headers().get("location").map(|location| location.to_str().map(str::to_owned));
    Ok(location.ok_or("the page did not let the client go on")??)
}

/// How the client is known, or not.
#[derive(Clone, Copy)]
enum By {
    PreRegistration,
    Document,
    Registration,
}

/// Signs in, with what the challenge says.
async fn authorized(by: By, running: &Running, scopes: &[&str]) -> Result<AuthorizationManager, Failure> {
    let mut state = OAuthState::new(&*running.resource, None).await?;
    let request = AuthorizationRequest::new(CALLBACK).with_initial_scope_selection();
    let request = match by {
        By::PreRegistration => request.with_preregistered_client("desktop"),
        By::Document => request.with_client_metadata_url(common::DOCUMENT),
        By::Registration => request.with_client_name("rmcp"),
    };
    state.start_authorization(request.with_scopes(scopes.iter().copied())).await?;
    let callback = agrees(&state.get_authorization_url().await?).await?;
    state.handle_callback_url(&callback).await?;
    state.into_authorization_manager().ok_or_else(|| "not authorized".into())
}

async fn connected(running: &Running, manager: AuthorizationManager) -> Result<Client, Failure> {
    let http = AuthClient::new(reqwest::Client::builder().no_proxy().build()?, manager);
    let config = StreamableHttpClientTransportConfig::with_uri(&*running.resource);
    Ok(().serve(StreamableHttpClientTransport::with_client(http, config)).await?)
}

async fn call(client: &Client, name: &'static str, arguments: serde_json::Value) -> Result<String, Failure> {
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let result = client.call_tool(CallToolRequestParams::new(name).with_arguments(arguments)).await?;
    let texts = result.content.iter().filter_map(ContentBlock::as_text).map(|text| text.text.clone());
    Ok(texts.collect())
}

async fn walk(by: By, running: Running, sees_revocation: bool) -> Result<(), Failure> {
    let manager = authorized(by, &running, &[]).await?;
    assert_eq!(manager.get_current_scopes().await, ["notes:read"]);
    let client = connected(&running, manager).await?;
    assert_eq!(client.list_all_tools().await?.len(), 2);
    assert_eq!(call(&client, "list_notes", serde_json::json!({})).await?, "no notes");
    // Writing takes more: the client is told what, and asks for the union.
    let refused = call(&client, "add_note", serde_json::json!({"text": "from rmcp"})).await.expect_err("too little scope");
    let said = format!("{refused:?}");
    assert!(said.contains("notes:read notes:write"), "{said}");
    client.cancel().await?;

    let manager = authorized(by, &running, &["notes:read", "notes:write"]).await?;
    let first = manager.get_access_token().await?;
    manager.refresh_token().await?;
    let second = manager.get_access_token().await?;
    assert_ne!(first, second);
    let (client_id, stored) = manager.get_credentials().await?;
    let stored = serde_json::to_value(stored)?;
    let refresh_token = stored["refresh_token"].as_str().ok_or("no refresh token")?.to_owned();
    let client = connected(&running, manager).await?;
    call(&client, "add_note", serde_json::json!({"text": "from rmcp"})).await?;
    assert_eq!(call(&client, "list_notes", serde_json::json!({})).await?, "from rmcp");

    // Somebody ends it in the middle: the client says that its person has to sign in again. A JWT is good until it expires.
    revoke(&running, &client_id, &refresh_token).await?;
    let answer = call(&client, "list_notes", serde_json::json!({})).await;
    assert_eq!(answer.is_err(), sees_revocation, "{answer:?}");
    Ok(())
}

async fn revoke(running: &Running, client_id: &str, token: &str) -> Result<(), Failure> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let form =
        form_urlencoded::Serializer::new(String::new()).append_pair("token", token).append_pair("client_id", client_id).finish();
    let revoke = http.post(format!("{}/revoke", running.issuer)).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(revoke.body(form).send().await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn rmcp_connects_where_tokens_are_introspected() -> Result<(), Failure> {
    walk(By::PreRegistration, common::serve(|options| options.introspect = true).await, true).await
}

#[tokio::test]
async fn rmcp_connects_where_tokens_are_jwts() -> Result<(), Failure> {
    walk(By::PreRegistration, common::serve_apart(|options| options.strangers = false).await, false).await
}

#[tokio::test]
async fn rmcp_connects_by_a_document() -> Result<(), Failure> {
    walk(By::Document, common::serve_apart(|options| options.introspect = true).await, true).await
}

#[tokio::test]
async fn rmcp_connects_by_registration() -> Result<(), Failure> {
    walk(By::Registration, common::serve(|_| {}).await, false).await
}
