//! The document as an axum router.

use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::any;

use super::ProtectedResourceMetadata;
use crate::http::answer;
use crate::service::nested;

impl ProtectedResourceMetadata {
    /// A router with the places of the document (feature `axum`). They begin at the root of the host: merge it, do not nest it, and
    /// have a proxy pass `/.well-known/oauth-protected-resource` on. One that is nested all the same answers where nobody looks, and logs that as
    /// an error, at its first request.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use grantor::{ProtectedResourceMetadata, ResourceServer, Scope, TokenVerifier};
    ///
    /// # fn app<V: TokenVerifier>(verifier: V) -> Result<Router, Box<dyn std::error::Error>> {
    /// let metadata = ProtectedResourceMetadata::new("https://api.example.com/notes")?
    ///     .authorization_servers(["https://auth.example.com"])?;
    /// let server = ResourceServer::new(verifier).protected_resource(&metadata);
    /// let notes = Router::new().route("/notes", get(async || "a note")).layer(server.layer(Scope::parse("notes:read")?));
    /// # Ok(
    /// notes.merge(metadata.router())
    /// # )
    /// # }
    /// ```
    pub fn router<AppState: Clone + Send + Sync + 'static>(&self) -> Router<AppState> {
        self.0.place.paths().fold(Router::new().without_v07_checks(), |router, path| {
            let metadata = self.clone();
            let answer = async move |request: Request| {
                warn_if_nested(&request);
                metadata.respond(&request).unwrap_or_else(answer::not_found).map(Body::from)
            };
            router.route(path, any(answer))
        })
    }
}

fn warn_if_nested(request: &Request) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if let Some((asked, advertised)) = nested(request, &TOLD) {
        tracing::error!(asked, advertised, "the router of a resource's metadata is nested: merge it, nobody looks for it there");
    }
}
