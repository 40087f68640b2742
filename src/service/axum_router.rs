//! The server as an axum router.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;

use crate::facade::ServesOAuth;
use crate::interaction::Interaction;
use crate::parameters::MAX_ENCODED_LEN;
use crate::rules::NeedsNoInteraction;
use crate::service::tower_service_impl::OAuthService;

/// A router with all endpoints of a server that has no authorization endpoint (feature `axum`).
///
/// The paths begin at the root of the host, with the issuer's path in them: merge it, do not nest it.
pub fn router<Sv: ServesOAuth>(server: Arc<Sv>) -> Router
where
    Sv::Authorizes: NeedsNoInteraction,
{
    routes(&*server, OAuthService::new(server.clone()))
}

/// A router with all endpoints of a server, and what decides about authorization requests (feature `axum`).
///
/// The paths begin at the root of the host, with the issuer's path in them: merge it, do not nest it.
pub fn router_with<Sv: ServesOAuth, I: Interaction<Sv>>(server: Arc<Sv>, interaction: I) -> Router {
    routes(&*server, OAuthService::with(server.clone(), interaction))
}

fn routes<Sv: ServesOAuth, I: Interaction<Sv>>(server: &Sv, service: OAuthService<Sv, I>) -> Router {
    let paths = server.paths();
    let router = paths
        .into_iter()
        .fold(Router::new().without_v07_checks(), |router, path| router.route(&path, axum::routing::any(answer::<Sv, I>)));
    router.with_state(service)
}

async fn answer<Sv: ServesOAuth, I: Interaction<Sv>>(State(service): State<OAuthService<Sv, I>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // What is too long is refused where the parameters are parsed, in the manner of the endpoint; so is what was cut off.
    let body = to_bytes(body, MAX_ENCODED_LEN).await.unwrap_or_else(|_| vec![b'&'; MAX_ENCODED_LEN + 1].into());
    service.answer(http::Request::from_parts(parts, body)).await.map(|body: Bytes| Body::from(body))
}
