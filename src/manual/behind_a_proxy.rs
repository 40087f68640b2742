//! Running behind a proxy: TLS, paths, and several issuers on one host. [Deploying](super::deploying) has a configuration of nginx that
//! tests run.
//!
//! # The issuer says where the server is
//!
//! The library never asks a request where it is. Every URL that it sends, in metadata, redirects and challenges, is made of the
//! [issuer](crate::Builder::issuer): the `https` URL under which the world knows the server (RFC 8414 section 2). So the
//! `Host` header, and what the proxy makes of it, do not matter.
//!
//! # TLS
//!
//! OAuth requires TLS (RFC 6749 sections 3.1 and 3.2). Usually a proxy takes it off, and the request comes to the application in
//! the clear. The library cannot see that, so the rule is:
//!
//! | the request | is taken as |
//! |---|---|
//! | is marked [`Transport::Tls`](crate::Transport::Tls) | over TLS |
//! | is marked [`Transport::Plain`](crate::Transport::Plain) | in the clear: refused with `invalid_request` |
//! | has no mark, and its URI begins with `http://` | in the clear: refused with `invalid_request` |
//! | has no mark, and its URI has no scheme, or `https://` | over TLS |
//!
//! Certificates of clients, which a proxy takes off with TLS, are on a page of their own: `mutual_tls` (feature `mtls`).
//!
//! The mark is an extension of the [`http::Request`]. The application sets it, because only the application knows its listeners.
//!
//! A server that speaks HTTP/1.1 to its proxy needs no mark: the URI of such a request is a path without scheme. Two set-ups
//! need one.
//!
//! **A listener that the world can reach without the proxy.** Mark what comes from there:
//!
//! ```
//! use axum::{Extension, Router};
//! use grantor::Transport;
//!
//! /// The same routes for a listener without TLS: everything is refused.
//! fn on_the_open_listener(oauth: Router) -> Router {
//!     oauth.layer(Extension(Transport::Plain))
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use grantor::*;
//! # use tower::ServiceExt;
//! # let server = AuthorizationServer::builder()
//! #     .profile(Development::<OAuth21>::new())
//! #     .issuer(issuer!("https://auth.example.com"))
//! #     .storage(MemoryStore::new())
//! #     .grant(ClientCredentials::new())
//! #     .build();
//! # let router = router(std::sync::Arc::new(server));
//! # let request = || http::Request::post("/token").body(axum::body::Body::empty());
//! # assert_eq!(on_the_open_listener(router.clone()).oneshot(request()?).await?.status(), 400);
//! # let h2c = || http::Request::get("http://auth.example.com/.well-known/oauth-authorization-server").body(axum::body::Body::empty());
//! # assert_eq!(router.layer(Extension(Transport::Tls)).oneshot(h2c()?).await?.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! **A proxy that speaks HTTP/2 in the clear to the application.** There each request carries a scheme, and many proxies send
//! the scheme of their own connection, `http`. If nobody but the proxy can reach the listener, say so:
//!
//! ```
//! # use axum::{Extension, Router};
//! # use grantor::Transport;
//! fn behind_the_proxy(oauth: Router) -> Router {
//!     oauth.layer(Extension(Transport::Tls))
//! }
//! ```
//!
//! In development, with a [`LoopbackIssuer`](crate::LoopbackIssuer), plain requests are welcome.
//!
//! ## Why forwarding headers are ignored
//!
//! `X-Forwarded-Proto: https` proves nothing: whoever reaches the application can send it, and many proxies pass it on (RFC 9700
//! section 4.13). The library reads no header of that kind, also not for addresses or paths. If your proxy replaces the header,
//! and nobody can reach the application around it, you can read it yourself and set the mark.
//!
//! # Paths
//!
//! The endpoints are at `/authorize`, `/token`, `/introspect`, `/revoke`, `/jwks` and `/userinfo`, as far as the server has them;
//! [`Endpoints`](crate::Endpoints) moves them. If the issuer has a path, they are below it, and so is `/.well-known/openid-configuration`.
//! The other metadata is where RFC 8414 section 3.1 wants it, with the well-known part in front of
//! the issuer's path:
//!
//! | issuer | token endpoint | metadata |
//! |---|---|---|
//! | `https://auth.example.com` | `/token` | `/.well-known/oauth-authorization-server` |
//! | `https://example.com/tenant` | `/tenant/token` | `/.well-known/oauth-authorization-server/tenant` |
//!
//! So the proxy must pass two things on, and neither of them changed: what is below the issuer's path, and the metadata at the
//! root of the host. A proxy that strips the path gets a 404.
//!
//! For the same reason [`router`](crate::router) and [`router_with`](crate::router_with) make routers with whole paths in them.
//! `merge` them into your own; `nest` would strip the path. To have the server below `/oauth`, give the issuer that path, and merge:
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Router, routing::get};
//! use grantor::{AuthorizationServer, ClientCredentials, Development, MemoryStore, OAuth21, issuer, router};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://example.com/oauth"))
//!     .storage(MemoryStore::new())
//!     .grant(ClientCredentials::new())
//!     .build();
//! // Answers at /oauth/token, and its metadata at /.well-known/oauth-authorization-server/oauth.
//! let app: Router = Router::new().route("/", get(async || "hello")).merge(router(Arc::new(server)));
//! # let _ = app;
//! ```
//!
//! A router that is nested all the same answers at other paths than the metadata says. It logs that as an error, at its first request.
//!
//! # Several issuers
//!
//! The issuer is part of every key in the storage. Servers for several issuers can share one storage, and a client or token of
//! one does not exist for another. Their number may be known at run time only:
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use grantor::{AuthorizationServer, ClientCredentials, Development, Issuer, IssuerError, MemoryStore, OAuth21, router};
//!
//! fn all_tenants(names: &[&str], store: Arc<MemoryStore>) -> Result<Router, IssuerError> {
//!     names.iter().try_fold(Router::new(), |all, name| {
//!         let server = AuthorizationServer::builder()
//!             .profile(Development::<OAuth21>::new())
//!             .issuer(Issuer::parse(&format!("https://example.com/{name}"))?)
//!             .storage(store.clone())
//!             .grant(ClientCredentials::new())
//!             .build();
//!         Ok(all.merge(router(Arc::new(server))))
//!     })
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use tower::ServiceExt;
//! # let app = all_tenants(&["one", "two"], Arc::new(MemoryStore::new()))?;
//! # for (path, status) in [("/.well-known/oauth-authorization-server/two", 200), ("/one/token", 405), ("/token", 404)] {
//! #     let response = app.clone().oneshot(http::Request::get(path).body(axum::body::Body::empty())?).await?;
//! #     assert_eq!(response.status(), status, "{path}");
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! Tenants need not be of one type. An [`ErasedServer`](crate::ErasedServer) is any server, and
//! `ErasedServer<Administered>` is one that also registers clients, says whether it is healthy, and lists and revokes what a
//! person has authorized, if its storage can do that. So they fit into one map:
//!
//! ```
//! use std::collections::HashMap;
//! use std::sync::Arc;
//!
//! use grantor::{
//!     Administered, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, Code, Development, ErasedServer, MemoryStore,
//!     OAuth21, RegisterError, issuer,
//! };
//!
//! /// By the first segment of the path.
//! struct Tenants(HashMap<&'static str, ErasedServer<Administered>>);
//!
//! fn tenants(store: Arc<MemoryStore>) -> Tenants {
//!     let chain = || AuthorizationServer::builder().profile(Development::<OAuth21>::new()).storage(store.clone());
//!     let shop = chain().issuer(issuer!("https://example.com/shop")).grant(AuthorizationCode::new()).response_type(Code);
//!     let factory = chain().issuer(issuer!("https://example.com/factory")).grant(ClientCredentials::new());
//!     Tenants(HashMap::from([
//!         ("shop", ErasedServer::administered(shop.build())),
//!         ("factory", ErasedServer::administered(factory.build())),
//!     ]))
//! }
//!
//! impl Tenants {
//!     /// The client does not exist for any other tenant.
//!     async fn onboard(&self, tenant: &str, client: Client) -> Result<bool, RegisterError> {
//!         let Some(server) = self.0.get(tenant) else { return Ok(false) };
//!         server.register_client(client).await?;
//!         Ok(true)
//!     }
//!
//!     /// For the load balancer: `set_available(false)` takes a single tenant out of service.
//!     async fn all_are_healthy(&self) -> bool {
//!         for server in self.0.values() {
//!             if server.health().await.is_err() {
//!                 return false;
//!             }
//!         }
//!         true
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let tenants = tenants(Arc::new(MemoryStore::new()));
//! # let client = Client::public("app").redirect_uri("https://app.example.com/callback").build()?;
//! # assert!(tenants.onboard("shop", client.clone()).await? && tenants.all_are_healthy().await);
//! # assert!(tenants.onboard("factory", client).await.is_err());
//! # tenants.0["shop"].set_available(false);
//! # assert!(!tenants.all_are_healthy().await);
//! # Ok(())
//! # }
//! ```
//!
//! An erased server is taken for one with an authorization endpoint: its router is made by
//! [`router_with`](crate::router_with). Where there is no authorization endpoint, the interaction is never asked, and no
//! [`PendingStore`](crate::PendingStore) is needed.
//!
//! # Origins
//!
//! The endpoints that programs call (token, introspection, revocation, metadata) answer scripts of any origin: what protects them
//! is in the request, not in a cookie. The authorization endpoint is for people and has no CORS (RFC 9700 section 2.6). The
//! service and the router do this by themselves; do not let the proxy add headers of its own.
//!
//! # Policies of the proxy
//!
//! Each page of the library comes with the strictest `Content-Security-Policy` with which it works. If the proxy adds one of its own, as nginx
//! does with `add_header Content-Security-Policy .. always`, the page has both, and browsers do only what all of them permit. So let the proxy
//! add none to what comes from this server; what it breaks otherwise:
//!
//! | a policy of the proxy with | breaks |
//! |---|---|
//! | `script-src`, or `default-src` without it | the forms that submit themselves (`response_mode=form_post`, and a form that another site had the browser post): they wait for a click on their button |
//! | `style-src`, or `default-src` without it | the looks of the library's pages, and nothing else |
//! | `form-action` | the way back to the application: `form_post` in every browser, and in some also each redirect that answers a form, so the person clicks and nothing happens ([why](super::login_and_consent#the-form-action-trap)). There is no way around it: take it out |
//! | `sandbox` without `allow-forms` | every form |
//!
//! `frame-ancestors`, `X-Frame-Options` and `Strict-Transport-Security` do no harm.
//!
//! # Limits
//!
//! More than 64 KiB of parameters, or more than 128 of them, are refused. How many requests come at once, and how long they take
//! to arrive, is the business of the proxy or of your HTTP server.
