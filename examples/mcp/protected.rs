//! What stands before the MCP server: it says of itself who issues tokens for it (RFC 9728), accepts those alone, and asks for more
//! scope where a tool needs more.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use grantor::{
    DirectClient, JwtVerifier, ProtectedResourceMetadata, RemoteJwks, RemoteVerifier, ResourceServer, Scope, TokenClaims,
    TokenVerifier,
};
use http::StatusCode;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::Value;

use crate::notes::Notes;
use crate::options::Options;
use crate::{Failure, READ, WRITE};

/// More is no call of a tool of this server.
const LONGEST: usize = 64 * 1024;

/// The MCP server and its metadata.
///
/// # Errors
///
/// If the authorization server or the resource is none.
pub fn router(options: &Options) -> Result<Router, Failure> {
    let metadata = ProtectedResourceMetadata::new(&options.resource)?
        .authorization_servers([&options.issuer])?
        .scopes_supported(Scope::parse(READ)?)?
        .resource_name("Notes")
        .alone_on_its_host();
    if options.introspect {
        // Asked each time, so that a token that was revoked is refused at once.
        let endpoint = format!("{}/introspect", options.issuer);
        let verifier = RemoteVerifier::new(&endpoint, "curl", &options.secret, DirectClient::new()?)?.cache(0, 0);
        return guarded(ResourceServer::new(verifier), &metadata, options);
    }
    let keys = RemoteJwks::new(&format!("{}/jwks", options.issuer), DirectClient::new()?)?;
    guarded(ResourceServer::new(JwtVerifier::new(&options.issuer, &options.resource, keys)), &metadata, options)
}

fn guarded<V: TokenVerifier>(
    server: ResourceServer<V>,
    metadata: &ProtectedResourceMetadata,
    options: &Options,
) -> Result<Router, Failure> {
    let server = server.protected_resource(metadata).any_origin();
    let notes = Notes::default();
    let mcp = StreamableHttpService::new(
        move || Ok(notes.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let path = http::Uri::try_from(&options.resource)?.path().to_owned();
    // Layers that come later are further out: first the token, then what the tool needs.
    let router = Router::new()
        .route_service(&path, mcp)
        .route_layer(from_fn_with_state(server.clone(), step_up::<V>))
        .route_layer(server.layer(Scope::parse(READ)?));
    Ok(router.merge(metadata.router()))
}

/// Writing takes a scope of its own, which a client asks for when it is told: 403, with all that the call needs.
async fn step_up<V: TokenVerifier>(State(server): State<ResourceServer<V>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let writes = serde_json::from_slice::<Value>(&body).is_ok_and(|message| calls(&message, "add_note"));
    if writes {
        let required = Scope::from_tokens([READ, WRITE]).unwrap_or_default();
        let Some(claims) = parts.extensions.get::<TokenClaims>() else { return StatusCode::UNAUTHORIZED.into_response() };
        if let Err(challenge) = server.require_scope(claims, &required) {
            return challenge.into_response();
        }
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Is the tool called, alone or in a batch?
fn calls(message: &Value, tool: &str) -> bool {
    match message {
        Value::Array(messages) => messages.iter().any(|message| calls(message, tool)),
        message => message["method"] == "tools/call" && message["params"]["name"] == tool,
    }
}
