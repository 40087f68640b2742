//! An MCP server in an hour: from one that anybody may use to one to which people let their clients.
//!
//! A client of the Model Context Protocol that is refused by a server finds the rest by itself: the challenge leads to the server's own
//! metadata, that to the authorization server, its metadata to where a person is asked. So there are three things to build: the
//! authorization server, what the MCP server says of itself, and what stands before it. `cargo run --example mcp` is all of it, with the
//! crate `rmcp`; below is how it came to be.
//!
//! # The authorization server
//!
//! The profile [`Mcp`](crate::Mcp) is what clients look for (MCP authorization 2026-07-28): OAuth 2.1, tokens that are for one server,
//! metadata wherever they look, and no error where they ask for more than they may have. What it insists on, the compiler says.
//!
//! ```
//! use axum::Router;
//! use grantor::{
//!     Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, Code, Decision, Development, Interaction,
//!     Introspection, Mcp, MemoryStore, RefreshToken, Resource, ResourceIdentifier, ResourceIndicators, Resources, Revocation,
//!     Scope, Subject, loopback_issuer, router_with,
//! };
//! use std::sync::Arc;
//!
//! const NOTES: &str = "http://127.0.0.1:8000/mcp";
//!
//! /// Yours signs people in and asks them: see the page on login and consent.
//! struct Approves(Subject);
//!
//! impl<Server: Sync> Interaction<Server> for Approves {
//!     async fn decide(&self, _: &Server, _: &http::Request<bytes::Bytes>, request: AuthorizationRequest) -> Decision {
//!         request.approve(Approval::by(self.0.clone()))
//!     }
//! }
//!
//! async fn authorization_server() -> Result<Router, Box<dyn std::error::Error>> {
//!     let scopes = Scope::parse("notes:read notes:write")?;
//!     let notes = Resource::new(NOTES)?.scope(scopes.clone());
//!     let server = AuthorizationServer::builder()
//!         .profile(Development::<Mcp>::new()) // where it is to last: `Mcp`, an `https` issuer, `SqliteStore`
//!         .issuer(loopback_issuer!("http://127.0.0.1:8000"))
//!         .storage(MemoryStore::new())
//!         .scopes(scopes)
//!         .grant(AuthorizationCode::new())
//!         .grant(RefreshToken::new())
//!         .response_type(Code)
//!         .enable(ResourceIndicators::new(Resources::new([notes])?).default_resource(ResourceIdentifier::parse(NOTES)?))
//!         .enable(Introspection::new())
//!         .enable(Revocation::new())
//!         .build();
//!     let client = Client::public("desktop").redirect_uri("http://127.0.0.1/callback"); // on any port
//!     let client = client.grant_types(["authorization_code", "refresh_token"]).scope("notes:read notes:write");
//!     server.register_client(client.default_scope("notes:read").build()?).await?;
//!     Ok(router_with(Arc::new(server), Approves(Subject::new("alice")?)))
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     use tower::ServiceExt;
//! #     let app = authorization_server().await?;
//! #     let path = "/.well-known/oauth-authorization-server";
//! #     let metadata = app.oneshot(http::Request::get(path).body(axum::body::Body::empty())?).await?;
//! #     assert_eq!(metadata.status(), 200);
//! #     Ok(())
//! # }
//! ```
//!
//! * The **default resource** is for clients that name none. All others name the URL of the MCP server, as it is written in its metadata.
//! * The **default scope** of a client is what it gets that asks for nothing. One that asks for too much gets what it may have; the response
//!   says what that is.
//! * Do not list `offline_access` among the scopes: clients add it where they see it, and here it means nothing. Whoever may use the grant
//!   `refresh_token` gets refresh tokens. Those of public clients, which most MCP clients are, are replaced at each use.
//!
//! # Clients that nobody registered
//!
//! The client above was registered by hand. Most are not: the person names your server to a program that you have never heard of. It looks
//! in the metadata for what there is, in this order:
//!
//! | in the chain | the client |
//! |---|---|
//! | nothing | has an identifier that its person typed in |
//! | `.fetcher(Fetcher::new()?)` and [`.enable(ClientMetadataDocuments::new(ClientHosts::any()).scope(..))`](crate::ClientMetadataDocuments) | is the URL of a document: [clients that are URLs](super::clients_that_are_urls) |
//! | [`.enable(DynamicRegistration::new(AnyClient::new()).scope(..))`](crate::DynamicRegistration) | registers itself: [letting strangers register](super::letting_strangers_register) |
//!
//! Have both, as the example does: there are clients that know one of them. Such a client is not vetted, so your page has to ask each time
//! ([`consented`](crate::Approval::consented)) and to say where it comes from and where the person goes. Under this profile the `scope` that
//! a client registers is what it gets when it names none, and not the most that it may have: clients register with what the first challenge
//! names, and come back for more.
//!
//! # What the MCP server says of itself
//!
//! [`ProtectedResourceMetadata`](crate::ProtectedResourceMetadata) is the document of RFC 9728. Its `resource` is the URL that people give
//! their client; the document is between host and path, here at `/.well-known/oauth-protected-resource/mcp`, and with
//! [`alone_on_its_host`](crate::ProtectedResourceMetadata::alone_on_its_host) at the root too, where older clients look. Behind a proxy
//! that is to be passed on, as it is not below the path of the MCP server.
//!
//! `scopes_supported` is the least that is of use. The rest is asked for when it is needed, as below.
//!
//! # What stands before it
//!
//! ```
//! use axum::Router;
//! use axum::body::{Body, to_bytes};
//! use axum::extract::{Request, State};
//! use axum::middleware::{Next, from_fn_with_state};
//! use axum::response::{IntoResponse, Response};
//! use grantor::{ProtectedResourceMetadata, ResourceServer, Scope, TokenClaims, TokenVerifier};
//! use http::StatusCode;
//!
//! /// `mcp` is the MCP server as a router, such as `Router::new().route_service("/mcp", StreamableHttpService::new(..))` of `rmcp`.
//! fn guarded<V: TokenVerifier>(verifier: V, mcp: Router) -> Result<Router, Box<dyn std::error::Error>> {
//!     let read = Scope::parse("notes:read")?;
//!     let metadata = ProtectedResourceMetadata::new("http://127.0.0.1:8000/mcp")?
//!         .authorization_servers(["http://127.0.0.1:8000"])?
//!         .scopes_supported(read.clone())?
//!         .resource_name("Notes")
//!         .alone_on_its_host();
//!     let server = ResourceServer::new(verifier).protected_resource(&metadata).any_origin();
//!     // The layer that comes last is the first to see a request.
//!     let mcp = mcp.route_layer(from_fn_with_state(server.clone(), step_up::<V>)).route_layer(server.layer(read));
//!     Ok(mcp.merge(metadata.router()))
//! }
//!
//! /// One tool needs more. Which it is stands in the body.
//! async fn step_up<V: TokenVerifier>(State(server): State<ResourceServer<V>>, request: Request, next: Next) -> Response {
//!     let (parts, body) = request.into_parts();
//!     let Ok(body) = to_bytes(body, 64 * 1024).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
//!     if serde_json::from_slice(&body).is_ok_and(|message| calls(&message, "add_note")) {
//!         let required = Scope::from_tokens(["notes:read", "notes:write"]).unwrap_or_default();
//!         let Some(claims) = parts.extensions.get::<TokenClaims>() else { return StatusCode::UNAUTHORIZED.into_response() };
//!         if let Err(challenge) = server.require_scope(claims, &required) {
//!             return challenge.into_response();
//!         }
//!     }
//!     next.run(Request::from_parts(parts, Body::from(body))).await
//! }
//!
//! /// Is the tool called, alone or in a batch? Older versions of the protocol have those.
//! fn calls(message: &serde_json::Value, tool: &str) -> bool {
//!     match message {
//!         serde_json::Value::Array(messages) => messages.iter().any(|message| calls(message, tool)),
//!         message => message["method"] == "tools/call" && message["params"]["name"] == tool,
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     use tower::ServiceExt;
//! #     struct Knows(&'static str);
//! #     impl TokenVerifier for Knows {
//! #         async fn verify(&self, presented: &grantor::Presented<'_>) -> Result<Option<TokenClaims>, grantor::VerifierError> {
//! #             let claims = serde_json::json!({"sub": "alice", "scope": self.0, "aud": "http://127.0.0.1:8000/mcp"});
//! #             let claims = (presented.token() == "good").then(|| serde_json::from_value(claims)).transpose();
//! #             claims.map_err(grantor::VerifierError::failed)
//! #         }
//! #     }
//! #     let mcp = || Router::new().route("/mcp", axum::routing::any(async || "in"));
//! #     for (token, scope, body, status) in [
//! #         ("bad", "notes:read", "{}", 401),
//! #         ("good", "notes:read", "{}", 200),
//! #         ("good", "notes:read", r#"{"method":"tools/call","params":{"name":"add_note"}}"#, 403),
//! #         ("good", "notes:read", r#"[{"method":"ping"},{"method":"tools/call","params":{"name":"add_note"}}]"#, 403),
//! #         ("good", "notes:read", r#"[{"method":"tools/call","params":{"name":"list_notes"}}]"#, 200),
//! #         ("good", "notes:read notes:write", r#"{"method":"tools/call","params":{"name":"add_note"}}"#, 200),
//! #         ("good", "notes:read notes:write", r#"[{"method":"tools/call","params":{"name":"add_note"}}]"#, 200),
//! #     ] {
//! #         let request = http::Request::post("/mcp").header("authorization", format!("Bearer {token}"));
//! #         let answer = guarded(Knows(scope), mcp())?.oneshot(request.body(Body::from(body))?).await?;
//! #         assert_eq!(answer.status(), status);
//! #         assert_eq!(answer.headers().contains_key("www-authenticate"), status > 400);
//! #     }
//! #     let document = http::Request::get("/.well-known/oauth-protected-resource/mcp").body(Body::empty())?;
//! #     assert_eq!(guarded(Knows(""), mcp())?.oneshot(document).await?.status(), 200);
//! #     Ok(())
//! # }
//! ```
//!
//! * Which [`TokenVerifier`](crate::TokenVerifier) there is, the page [protecting an API](super::protecting_an_api) says: with JWTs nobody
//!   is asked, with introspection a token that was revoked is refused at once.
//! * A token that is not for this server is refused, whatever else it is good for. Never send it on: an MCP server that calls others is a
//!   client there, with tokens of its own.
//! * The 401 names the URL of the document and the least scope; the 403 names *all* that the call needs. A client asks its person once, for
//!   that and for what it had. Both are the answers to the `GET` of an event stream, too.
//! * [`any_origin`](crate::ResourceServer::any_origin) is for clients in browsers, such as the Inspector.
//! * The claims are in the extensions of the request, where a tool of `rmcp` finds them: `Extension(parts): Extension<Parts>`, and then
//!   `parts.extensions.get::<TokenClaims>()`.
//!
//! # Clients without a browser
//!
//! * A program of your own gets its token with [`ClientCredentials`](crate::ClientCredentials): with a secret, or with a key
//!   ([`PrivateKeyJwt`](crate::PrivateKeyJwt)), which nobody can send to the wrong server. Those are the `ClientCredentialsProvider` and the
//!   `PrivateKeyJwtProvider` of the TypeScript SDK; `cargo run --example mcp -- --machine jwks.json` has a client with a key.
//! * A company that signs its people in itself, and asks none of them: [`JwtBearer::id_jag`](crate::JwtBearer::id_jag), the SDK's
//!   `CrossAppAccessProvider` (`--enterprise URL`). [Agents that act for people](super::agents_that_act_for_people) has the half that issues.
//!
//! # Try it
//!
//! The Inspector (`npx @modelcontextprotocol/inspector`) shows each step. Without it:
//!
//! ```text
//! $ curl -i -X POST http://127.0.0.1:8000/mcp
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer realm="resource", scope="notes:read", resource_metadata="http://127.0.0.1:8000/.well-known/oauth-protected-resource/mcp"
//! ```
//!
//! | what people see | why |
//! |---|---|
//! | the client says that there is no authorization server | the document names none, or a proxy keeps `/.well-known` to itself |
//! | "issuer mismatch" | the issuer in the document and that of the server differ in a letter or a slash |
//! | `invalid_target` | the URL that the person gave the client is not `resource`: another path, a slash at its end |
//! | the browser comes back, and the client begins anew | the redirect URI is another one than that of the record; or `invalid_grant`, for which the events say why |
//! | a tool that needs more is refused after the person allowed it | what strangers may have, `.scope(..)`, does not have the scope |
//! | a tool is refused again and again | the 403 names one scope after the other, or the client's record does not have them |
//!
//! What clients demand beyond the specification is in the repository, `tests/mcp_checklist`: a test for each.
