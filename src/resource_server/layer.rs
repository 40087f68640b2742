//! The resource server as a tower layer: the service inside only sees requests with a good token, and finds the
//! [`TokenClaims`](crate::TokenClaims) in their extensions.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::{AuthenticationRequirements, ResourceServer, TokenVerifier};
use crate::http::cors::{self, Preflight};
use crate::values::scope::Scope;

impl<V: TokenVerifier> ResourceServer<V> {
    /// A layer that asks a token with the `required` scope of every request, and puts its claims into the request's
    /// extensions. Requests without get the response of their [`Challenge`](super::Challenge).
    ///
    /// A browser sends the preflight request of CORS without a token: [`any_origin`](ResourceServer::any_origin) has this layer answer
    /// those, or a layer outside this one does.
    #[must_use]
    pub fn layer(&self, required: Scope) -> BearerLayer<V> {
        BearerLayer { server: self.clone(), required, authentication: AuthenticationRequirements::none() }
    }
}

impl<V> BearerLayer<V> {
    /// Asks of every request, too, that the person behind its token signed in so
    /// ([`ResourceServer::authenticate_as`]).
    #[must_use]
    pub fn authentication(mut self, requirements: AuthenticationRequirements) -> Self {
        self.authentication = requirements;
        self
    }
}

/// Puts a [`BearerService`] around a service. Made by [`ResourceServer::layer`].
pub struct BearerLayer<V> {
    server: ResourceServer<V>,
    required: Scope,
    authentication: AuthenticationRequirements,
}

/// Authenticates each request before the service inside gets it.
pub struct BearerService<S, V> {
    inner: S,
    server: ResourceServer<V>,
    required: Scope,
    authentication: AuthenticationRequirements,
}

impl<S, V> Layer<S> for BearerLayer<V> {
    type Service = BearerService<S, V>;

    fn layer(&self, inner: S) -> Self::Service {
        let Self { server, required, authentication } = self.clone();
        BearerService { inner, server, required, authentication }
    }
}

impl<S, V, B, R> Service<Request<B>> for BearerService<S, V>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    V: TokenVerifier,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Only this instance is known to be ready: it takes the request, and its clone waits for the next `poll_ready`.
        let waiting = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, waiting);
        let (server, required, authentication) = (self.server.clone(), self.required.clone(), self.authentication.clone());
        Box::pin(async move {
            let preflight = Preflight::of(&request);
            if let Some(preflight) = preflight.filter(|_| server.is_for_any_origin()) {
                return Ok(preflight.granted().map(R::from));
            }
            // In parts, so that no reference to a body that need not be `Sync` lives across the wait.
            let (mut parts, body) = request.into_parts();
            match server.admit(&parts, required.as_str(), authentication.as_required()).await {
                Ok((claims, nonce)) => {
                    parts.extensions.insert(claims);
                    let mut response = ready.call(Request::from_parts(parts, body)).await?;
                    if let Some(nonce) = nonce {
                        add_nonce(&mut response, nonce);
                    }
                    if server.is_for_any_origin() {
                        cors::open(&mut response);
                    }
                    Ok(response)
                }
                Err(challenge) => Ok(challenge.to_response().map(R::from)),
            }
        })
    }
}

/// What the client is to put into its next proof (RFC 9449 section 9). Who keeps the answer would keep an old one (section 8.2).
fn add_nonce<R>(response: &mut Response<R>, nonce: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert("dpop-nonce", nonce);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

impl<V> Clone for BearerLayer<V> {
    fn clone(&self) -> Self {
        let Self { server, required, authentication } = self;
        Self { server: server.clone(), required: required.clone(), authentication: authentication.clone() }
    }
}

impl<S: Clone, V> Clone for BearerService<S, V> {
    fn clone(&self) -> Self {
        let Self { inner, server, required, authentication } = self;
        Self { inner: inner.clone(), server: server.clone(), required: required.clone(), authentication: authentication.clone() }
    }
}

impl<V> fmt::Debug for BearerLayer<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("BearerLayer");
        text.field("server", &self.server)
            .field("required", &self.required)
            .field("authentication", &self.authentication)
            .finish()
    }
}

impl<S: fmt::Debug, V> fmt::Debug for BearerService<S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("BearerService");
        text.field("inner", &self.inner).field("server", &self.server).field("required", &self.required);
        text.field("authentication", &self.authentication).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scripted, now};
    use super::*;
    use crate::token::claims::TokenClaims;
    use http::header::AUTHORIZATION;
    use std::convert::Infallible;
    use std::future::{Ready, ready};

    /// Says who asks. Its clones are not ready, as tower permits.
    struct WhoAmI {
        is_ready: bool,
    }

    impl Clone for WhoAmI {
        fn clone(&self) -> Self {
            Self { is_ready: false }
        }
    }

    impl Service<Request<()>> for WhoAmI {
        type Response = Response<Bytes>;
        type Error = Infallible;
        type Future = Ready<Result<Response<Bytes>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.is_ready = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<()>) -> Self::Future {
            assert!(mem::take(&mut self.is_ready), "called a service that was not ready");
            let claims = request.extensions().get::<TokenClaims>().unwrap();
            ready(Ok(Response::new(claims.subject().unwrap().to_owned().into())))
        }
    }

    #[test]
    fn only_requests_with_a_good_token_pass() {
        let layer = ResourceServer::new(Scripted).layer(Scope::parse("read").unwrap());
        let mut service = layer.layer(WhoAmI { is_ready: false });
        for (header, status, body) in [
            (Some("Bearer good"), 200, "alice"),
            (Some("Bearer bad"), 401, "invalid_token"),
            (Some("Bearer"), 400, "invalid_request"),
            (None, 401, ""),
            (Some("Bearer down"), 503, "temporarily_unavailable"),
            (Some("Bearer good"), 200, "alice"),
        ] {
            let mut request = Request::new(());
            request.headers_mut().extend(header.map(|value| (AUTHORIZATION, value.parse().unwrap())));
            assert!(service.poll_ready(&mut Context::from_waker(std::task::Waker::noop())).is_ready());
            let response = now(service.call(request)).unwrap();
            assert_eq!(response.status(), status, "{header:?}");
            assert!(std::str::from_utf8(response.body()).unwrap().contains(body), "{header:?}");
        }
    }
}
