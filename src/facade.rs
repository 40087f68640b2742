//! A server without its type: [`ServesOAuth`] for generic code, [`ErasedServer`] to store any server as one type.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};

use crate::authorization::{AuthorizationRequest, Decision, ResumeError, Suspended};
use crate::core::{Boxed, Core};
use crate::endpoint::{Authorization, AuthorizationEndpoint};
use crate::endpoints;
use crate::error::StoreError;
use crate::feature::{Cells as _, FeatureList, FeaturesOn, HooksOn as _};
use crate::http_response;
use crate::issuer::Issuer;
use crate::lookup::RunsOn;
use crate::response_type::ResponseTypesOn;
use crate::server::AuthorizationServer;
use crate::storage::{ClientStore, PendingStore};
use crate::typelevel::flag::Not;
use crate::typelevel::{Flag, List, Yes};

/// Any authorization server: what routers and other generic code need. Every [`AuthorizationServer`] is one.
///
/// Requests are routed by their path, as the metadata advertises it: below the path of the issuer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authorization server",
    label = "expected an `AuthorizationServer` as `.build()` makes it, or an `ErasedServer`"
)]
pub trait ServesOAuth: Send + Sync + 'static {
    /// Is there an authorization endpoint?
    type Authorizes: Flag;

    /// The issuer.
    fn issuer(&self) -> &Issuer;

    /// Which endpoint has this path?
    fn route_of(&self, path: &str) -> Option<Route>;

    /// The paths of all endpoints, from the root of the host.
    fn paths(&self) -> Vec<String>;

    /// Answers a request for an endpoint other than the authorization endpoint. 404 if there is none at the path.
    fn handle(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;

    /// Validates an authorization request (see [`AuthorizationEndpoint::handle`]). A 404 page if the server has no authorization
    /// endpoint.
    fn authorize(&self, request: Request<Bytes>) -> impl Future<Output = Authorization> + Send;

    /// Completes a decision (see [`AuthorizationEndpoint::complete`]).
    fn complete(&self, decision: Decision) -> impl Future<Output = Response<Bytes>> + Send;
}

/// An authorization server whose storage can suspend authorization requests.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authorization server that can suspend authorization requests",
    label = "expected an `AuthorizationServer` whose storage is a `PendingStore`, or an `ErasedServer`"
)]
pub trait SuspendsRequests: ServesOAuth {
    /// See [`AuthorizationEndpoint::suspend`].
    fn suspend(&self, request: AuthorizationRequest) -> impl Future<Output = Result<Suspended, StoreError>> + Send;

    /// See [`AuthorizationEndpoint::resume`].
    fn resume(&self, handle: &str, headers: &HeaderMap)
    -> impl Future<Output = Result<AuthorizationRequest, ResumeError>> + Send;
}

/// The endpoints that a path can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// The authorization endpoint, for people and their browsers.
    Authorization,
    /// An endpoint for programs: token, introspection, revocation, metadata.
    Direct,
}

impl<S, G, R, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// Not through the accessor: whether the endpoint is there is asked at run time here.
    fn authorization_endpoint(&self) -> AuthorizationEndpoint<'_, S, G, R, F> {
        let Self { core, grants, responses, features, .. } = self;
        AuthorizationEndpoint { core, grants, responses, features }
    }
}

impl<S, G, R, F, P> ServesOAuth for AuthorizationServer<S, G, R, F, P>
where
    S: ClientStore,
    G: RunsOn<S>,
    R: ResponseTypesOn<S>,
    F: FeaturesOn<S>,
    P: 'static,
{
    type Authorizes = Not<<R as List>::IsEmpty>;

    fn issuer(&self) -> &Issuer {
        &self.core.issuer
    }

    fn route_of(&self, path: &str) -> Option<Route> {
        let Core { issuer, endpoints, .. } = &self.core;
        if Self::Authorizes::VALUE && endpoints::is_at(issuer, endpoints.authorization_path(), path) {
            return Some(Route::Authorization);
        }
        let direct = endpoints::is_at(issuer, endpoints.token_path(), path)
            || endpoints::is_metadata(issuer, path)
            || self.grants.answers_at(endpoints, issuer, path)
            || self.features.answers_at(endpoints, issuer, path);
        direct.then_some(Route::Direct)
    }

    fn paths(&self) -> Vec<String> {
        let Core { issuer, endpoints, .. } = &self.core;
        let mut below_issuer = self.grants.paths(endpoints);
        below_issuer.extend(self.features.paths(endpoints));
        below_issuer.push(endpoints.token_path().to_owned());
        below_issuer.extend(Self::Authorizes::VALUE.then(|| endpoints.authorization_path().to_owned()));
        let paths = below_issuer.into_iter().map(|path| format!("{}{path}", issuer.path()));
        paths.chain([endpoints::metadata_path(issuer)]).collect()
    }

    async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Core { issuer, endpoints, .. } = &self.core;
        if endpoints::is_at(issuer, endpoints.token_path(), request.uri().path()) {
            return self.token().handle(request).await;
        }
        if endpoints::is_metadata(issuer, request.uri().path()) {
            return self.metadata().handle(request).await;
        }
        let parts = self.parts();
        match self.grants.route(&parts, request).await {
            Ok(response) => response,
            Err(request) => self.features.route(&parts, request).await.unwrap_or_else(|_| http_response::not_found()),
        }
    }

    async fn authorize(&self, request: Request<Bytes>) -> Authorization {
        if !Self::Authorizes::VALUE {
            return Authorization::Respond(http_response::not_found());
        }
        self.authorization_endpoint().handle(request).await
    }

    fn complete(&self, decision: Decision) -> impl Future<Output = Response<Bytes>> + Send {
        self.authorization_endpoint().complete(decision)
    }
}

impl<S, G, R, F, P> SuspendsRequests for AuthorizationServer<S, G, R, F, P>
where
    S: ClientStore + PendingStore,
    G: RunsOn<S>,
    R: ResponseTypesOn<S>,
    F: FeaturesOn<S>,
    P: 'static,
{
    fn suspend(&self, request: AuthorizationRequest) -> impl Future<Output = Result<Suspended, StoreError>> + Send {
        self.authorization_endpoint().suspend(request)
    }

    async fn resume(&self, handle: &str, headers: &HeaderMap) -> Result<AuthorizationRequest, ResumeError> {
        self.authorization_endpoint().resume(handle, headers).await
    }
}

/// A shared server is a server.
#[diagnostic::do_not_recommend]
impl<Sv: ServesOAuth> ServesOAuth for Arc<Sv> {
    type Authorizes = Sv::Authorizes;

    fn issuer(&self) -> &Issuer {
        Sv::issuer(self)
    }
    fn route_of(&self, path: &str) -> Option<Route> {
        Sv::route_of(self, path)
    }
    fn paths(&self) -> Vec<String> {
        Sv::paths(self)
    }
    fn handle(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send {
        Sv::handle(self, request)
    }
    fn authorize(&self, request: Request<Bytes>) -> impl Future<Output = Authorization> + Send {
        Sv::authorize(self, request)
    }
    fn complete(&self, decision: Decision) -> impl Future<Output = Response<Bytes>> + Send {
        Sv::complete(self, decision)
    }
}

#[diagnostic::do_not_recommend]
impl<Sv: SuspendsRequests> SuspendsRequests for Arc<Sv> {
    fn suspend(&self, request: AuthorizationRequest) -> impl Future<Output = Result<Suspended, StoreError>> + Send {
        Sv::suspend(self, request)
    }
    fn resume(
        &self,
        handle: &str,
        headers: &HeaderMap,
    ) -> impl Future<Output = Result<AuthorizationRequest, ResumeError>> + Send {
        Sv::resume(self, handle, headers)
    }
}

/// What an erased server can do; one box per request.
trait Erased: Send + Sync {
    fn issuer(&self) -> &Issuer;
    fn route_of(&self, path: &str) -> Option<Route>;
    fn paths(&self) -> Vec<String>;
    fn handle(&self, request: Request<Bytes>) -> Boxed<'_, Response<Bytes>>;
    fn authorize(&self, request: Request<Bytes>) -> Boxed<'_, Authorization>;
    fn complete(&self, decision: Decision) -> Boxed<'_, Response<Bytes>>;
    fn suspend(&self, request: AuthorizationRequest) -> Boxed<'_, Result<Suspended, StoreError>>;
    fn resume<'a>(&'a self, handle: &'a str, headers: &'a HeaderMap) -> Boxed<'a, Result<AuthorizationRequest, ResumeError>>;
}

impl<Sv: SuspendsRequests> Erased for Sv {
    fn issuer(&self) -> &Issuer {
        ServesOAuth::issuer(self)
    }
    fn route_of(&self, path: &str) -> Option<Route> {
        ServesOAuth::route_of(self, path)
    }
    fn paths(&self) -> Vec<String> {
        ServesOAuth::paths(self)
    }
    fn handle(&self, request: Request<Bytes>) -> Boxed<'_, Response<Bytes>> {
        Box::pin(ServesOAuth::handle(self, request))
    }
    fn authorize(&self, request: Request<Bytes>) -> Boxed<'_, Authorization> {
        Box::pin(ServesOAuth::authorize(self, request))
    }
    fn complete(&self, decision: Decision) -> Boxed<'_, Response<Bytes>> {
        Box::pin(ServesOAuth::complete(self, decision))
    }
    fn suspend(&self, request: AuthorizationRequest) -> Boxed<'_, Result<Suspended, StoreError>> {
        Box::pin(SuspendsRequests::suspend(self, request))
    }
    fn resume<'a>(&'a self, handle: &'a str, headers: &'a HeaderMap) -> Boxed<'a, Result<AuthorizationRequest, ResumeError>> {
        Box::pin(SuspendsRequests::resume(self, handle, headers))
    }
}

/// Any server as one type, cheap to clone: for a struct field, or for a program that chooses between two servers by a flag.
///
/// ```
/// # use grantor::*;
/// # fn servers(strict: bool) -> ErasedServer {
/// let issuer = issuer!("https://auth.example.com");
/// let store = std::sync::Arc::new(MemoryStore::new());
/// let (modern, legacy) = (Development::<OAuth21>::new(), Development::<Rfc6749>::new());
/// if strict {
///     let chain = AuthorizationServer::builder().profile(modern).issuer(issuer).storage(store);
///     ErasedServer::new(chain.grant(AuthorizationCode::new()).response_type(Code).build())
/// } else {
///     let chain = AuthorizationServer::builder().profile(legacy).issuer(issuer).storage(store);
///     ErasedServer::new(chain.grant(AuthorizationCode::new().pkce_optional()).response_type(Code).build())
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct ErasedServer(Arc<dyn Erased>);

impl ErasedServer {
    /// Forgets the type of the server.
    pub fn new(server: impl SuspendsRequests) -> Self {
        Self(Arc::new(server))
    }
}

impl fmt::Debug for ErasedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedServer").field("issuer", self.0.issuer()).finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl ServesOAuth for ErasedServer {
    /// What is behind it is not known here, so a router asks for an [`Interaction`](crate::Interaction).
    type Authorizes = Yes;

    fn issuer(&self) -> &Issuer {
        self.0.issuer()
    }
    fn route_of(&self, path: &str) -> Option<Route> {
        self.0.route_of(path)
    }
    fn paths(&self) -> Vec<String> {
        self.0.paths()
    }
    fn handle(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send {
        self.0.handle(request)
    }
    fn authorize(&self, request: Request<Bytes>) -> impl Future<Output = Authorization> + Send {
        self.0.authorize(request)
    }
    fn complete(&self, decision: Decision) -> impl Future<Output = Response<Bytes>> + Send {
        self.0.complete(decision)
    }
}

#[diagnostic::do_not_recommend]
impl SuspendsRequests for ErasedServer {
    fn suspend(&self, request: AuthorizationRequest) -> impl Future<Output = Result<Suspended, StoreError>> + Send {
        self.0.suspend(request)
    }
    async fn resume(&self, handle: &str, headers: &HeaderMap) -> Result<AuthorizationRequest, ResumeError> {
        self.0.resume(handle, headers).await
    }
}
