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
/// The paths begin at the root of the host, with the issuer's path in them: merge it, do not nest it. It needs no state, so it
/// merges with a router of any.
pub fn router<Sv, AppState>(server: Arc<Sv>) -> Router<AppState>
where
    Sv: ServesOAuth<Authorizes: NeedsNoInteraction>,
    AppState: Clone + Send + Sync + 'static,
{
    routes(&*server, OAuthService::new(server.clone()))
}

/// A router with all endpoints of a server, and what decides about authorization requests (feature `axum`).
///
/// The paths begin at the root of the host, with the issuer's path in them: merge it, do not nest it. It needs no state, so it
/// merges with a router of any:
///
/// ```
/// # use std::sync::Arc;
/// # use grantor::{Interaction, ServesOAuth};
/// use axum::{Router, extract::State, routing::get};
/// use grantor::router_with;
///
/// #[derive(Clone)]
/// struct AppState {
///     greeting: &'static str,
/// }
///
/// # fn app<Sv: ServesOAuth, SignIn: Interaction<Sv>>(server: Arc<Sv>, sign_in: SignIn) -> Router {
/// Router::new()
///     .route("/", get(async |State(state): State<AppState>| state.greeting))
///     .merge(router_with(server, sign_in))
///     .with_state(AppState { greeting: "hello" })
/// # }
/// ```
pub fn router_with<Sv, I, AppState>(server: Arc<Sv>, interaction: I) -> Router<AppState>
where
    Sv: ServesOAuth,
    I: Interaction<Sv>,
    AppState: Clone + Send + Sync + 'static,
{
    routes(&*server, OAuthService::with(server.clone(), interaction))
}

fn routes<Sv, I, AppState>(server: &Sv, service: OAuthService<Sv, I>) -> Router<AppState>
where
    Sv: ServesOAuth,
    I: Interaction<Sv>,
    AppState: Clone + Send + Sync + 'static,
{
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
