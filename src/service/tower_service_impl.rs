//! The server as a tower service over whole requests.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::endpoint::Authorization;
use crate::http::answer;
use crate::http::cors::{self, Preflight};
use crate::rules::NeedsNoInteraction;
use crate::server::facade::{Route, ServesOAuth};
use crate::server::interaction::Interaction;

/// All enabled endpoints of a server as one [`Service`], routed by the paths that its metadata advertises; 404 elsewhere. Made by
/// [`OAuthService::new`] for a server without authorization endpoint, else by [`OAuthService::with`].
///
/// It takes the whole body as [`Bytes`]: bound its size while you read it; more than 64 KiB is refused in any case.
pub struct OAuthService<Sv, I> {
    server: Arc<Sv>,
    interaction: Arc<I>,
}

/// What decides about authorization requests where there are none: [`OAuthService::new`] has it.
#[derive(Debug)]
pub struct NoInteraction(());

#[diagnostic::do_not_recommend]
impl<Sv> Interaction<Sv> for NoInteraction
where
    Sv: ServesOAuth<Authorizes: NeedsNoInteraction> + Sync,
{
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: crate::AuthorizationRequest) -> crate::Decision {
        request.deny()
    }
}

impl<Sv: ServesOAuth> OAuthService<Sv, NoInteraction> {
    /// A server without authorization endpoint.
    pub fn new(server: Arc<Sv>) -> Self
    where
        Sv::Authorizes: NeedsNoInteraction,
    {
        Self { server, interaction: Arc::new(NoInteraction(())) }
    }
}

impl<Sv: ServesOAuth, I: Interaction<Sv>> OAuthService<Sv, I> {
    /// A server, and what decides about authorization requests. Of one without authorization endpoint it is never asked, so that
    /// code can be generic over the server.
    pub fn with(server: Arc<Sv>, interaction: I) -> Self {
        Self { server, interaction: Arc::new(interaction) }
    }

    /// Does an endpoint of the server have this path?
    #[must_use]
    pub fn has_route(&self, path: &str) -> bool {
        self.server.route_of(path).is_some()
    }

    /// Takes an authorization request through validation, the application's decision and the response.
    async fn authorize(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self.server.authorize(request.clone()).await {
            Authorization::Respond(response) => response,
            Authorization::Interact(valid) => {
                let silent = valid.silent();
                let decision = self.interaction.decide(&self.server, &request, valid).await;
                self.server.complete(decision.without_page(silent)).await
            }
        }
    }

    /// Answers one request, by its path: 404 where no endpoint is. Never fails: every error is a response.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self.server.route_of(request.uri().path()) {
            Some(Route::Authorization) => self.authorize(request).await,
            Some(Route::Direct) => {
                let preflight = Preflight::of(&request);
                let mut response = self.server.handle(request).await;
                cors::allow_any_origin(&mut response, preflight);
                response
            }
            None => answer::not_found(),
        }
    }
}

impl<Sv, I> Clone for OAuthService<Sv, I> {
    fn clone(&self) -> Self {
        Self { server: self.server.clone(), interaction: self.interaction.clone() }
    }
}

impl<Sv: ServesOAuth, I> fmt::Debug for OAuthService<Sv, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthService").field("issuer", self.server.issuer()).finish_non_exhaustive()
    }
}

impl<Sv: ServesOAuth, I: Interaction<Sv>> Service<Request<Bytes>> for OAuthService<Sv, I> {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request).await) })
    }
}
