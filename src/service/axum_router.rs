//! The server as an axum router.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use bytes::Bytes;

use crate::http::parameters::MAX_ENCODED_LEN;
use crate::rules::{NeedsAnInteraction, NeedsNoInteraction};
use crate::server::facade::ServesOAuth;
use crate::server::interaction::Interaction;
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

/// A router with all endpoints of a server, and what decides about authorization requests (feature `axum`). Code that is generic over
/// the server says that it has an authorization endpoint: `Sv: ServesOAuth<Authorizes = Yes>`.
///
/// The paths begin at the root of the host, with the issuer's path in them: merge it, do not nest it. It needs no state, so it
/// merges with a router of any:
///
/// ```
/// # use std::sync::Arc;
/// # use grantor::{Interaction, ServesOAuth, Yes};
/// use axum::{Router, extract::State, routing::get};
/// use grantor::router_with;
///
/// #[derive(Clone)]
/// struct AppState {
///     greeting: &'static str,
/// }
///
/// # fn app<Sv: ServesOAuth<Authorizes = Yes>, SignIn: Interaction<Sv>>(server: Arc<Sv>, sign_in: SignIn) -> Router {
/// Router::new()
///     .route("/", get(async |State(state): State<AppState>| state.greeting))
///     .merge(router_with(server, sign_in))
///     .with_state(AppState { greeting: "hello" })
/// # }
/// ```
pub fn router_with<Sv, I, AppState>(server: Arc<Sv>, interaction: I) -> Router<AppState>
where
    Sv: ServesOAuth<Authorizes: NeedsAnInteraction>,
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

/// Where a request was sent, and where it came to, if that is elsewhere: in a router that is nested. Once, as it is for the operator.
pub(crate) fn nested<'r>(request: &'r Request, told: &AtomicBool) -> Option<(&'r str, &'r str)> {
    let OriginalUri(original) = request.extensions().get::<OriginalUri>()?;
    let (asked, advertised) = (original.path(), request.uri().path());
    (asked != advertised && !told.swap(true, Ordering::Relaxed)).then_some((asked, advertised))
}

/// The metadata says other paths than those at which a router that is nested answers.
fn warn_if_nested(request: &Request) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if let Some((asked, advertised)) = nested(request, &TOLD) {
        tracing::error!(
            asked,
            advertised,
            "the router is nested: merge it, and give the issuer the path (see manual::behind_a_proxy)"
        );
    }
}

async fn answer<Sv: ServesOAuth, I: Interaction<Sv>>(State(service): State<OAuthService<Sv, I>>, request: Request) -> Response {
    warn_if_nested(&request);
    let (parts, body) = request.into_parts();
    // What is too long is refused where the parameters are parsed, in the manner of the endpoint; so is what was cut off.
    let body = to_bytes(body, MAX_ENCODED_LEN).await.unwrap_or_else(|_| vec![b'&'; MAX_ENCODED_LEN + 1].into());
    service.answer(http::Request::from_parts(parts, body)).await.map(|body: Bytes| Body::from(body))
}
