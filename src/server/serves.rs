//! An [`AuthorizationServer`] as what the facade says.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};

use crate::authorization::{AuthorizationRequest, Decision, ResumeError, Suspended};
use crate::client::{Client, ClientId};
use crate::core::Core;
use crate::endpoint::lookup::RunsOn;
use crate::endpoint::suspension::SuspendsOn;
use crate::endpoint::{Authorization, AuthorizationEndpoint, Parts};
use crate::events::Stopwatch;
use crate::feature::{Cells as _, FeatureList, FeaturesOn, HooksOn as _};
use crate::grant::GrantList;
use crate::http::{answer, endpoints};
#[cfg(feature = "jose")]
use crate::issue::KeysError;
use crate::response_type::{ResponseTypeList, ResponseTypesOn};
#[cfg(feature = "jose")]
use crate::server::facade::BoxedPause;
use crate::server::facade::{Administers, Route, ServesOAuth, SuspendsRequests};
use crate::server::{AuthorizationServer, RegisterError};
use crate::storage::{AuthorizationRecords, ClientRegistry, ClientStore, FamilyId, FamilyRecord, HealthCheck};
use crate::typelevel::flag::Not;
use crate::typelevel::{Flag, List};
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

impl<S, G, R, F: FeatureList, P> AuthorizationServer<S, G, R, F, P> {
    /// Not through the accessor: whether the endpoint is there is asked at run time here.
    fn authorization_endpoint(&self) -> AuthorizationEndpoint<'_, S, G, R, F> {
        let Self { core, grants, responses, features, .. } = self;
        AuthorizationEndpoint { core, grants, responses, features }
    }

    /// What the endpoint at this path is called in metrics.
    #[cfg_attr(not(feature = "metrics"), allow(dead_code, reason = "metrics have it"))]
    fn name_at(&self, path: &str) -> &'static str {
        let Core { issuer, endpoints, .. } = &self.core;
        let metadata = || if self.describes_at(path) { "metadata" } else { "other" };
        endpoints.name_at(issuer, path).unwrap_or_else(metadata)
    }

    /// Is the metadata at this path?
    fn describes_at(&self, path: &str) -> bool {
        let Core { issuer, manners, .. } = &self.core;
        endpoints::is_metadata(issuer, path)
            || self.features.describes_at(issuer, path)
            || (manners.describes_everywhere
                && path.contains("/.well-known/")
                && endpoints::is_other_metadata(issuer, &self.features.metadata_paths(), path))
    }
}

impl<S, G, R, F, P> AuthorizationServer<S, G, R, F, P>
where
    S: ClientStore,
    G: RunsOn<S>,
    R: ResponseTypesOn<S>,
    F: FeaturesOn<S>,
{
    /// Answers at every endpoint but that for people.
    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Core { issuer, endpoints, .. } = &self.core;
        if endpoints::is_at(issuer, endpoints.token_path(), request.uri().path()) {
            return self.token().handle(request).await;
        }
        let path = request.uri().path();
        if self.describes_at(path) {
            return self.metadata().handle(request).await;
        }
        let parts: Parts<'_, S, G, F, R> =
            Parts { core: &self.core, grants: &self.grants, features: &self.features, responses: &self.responses };
        match self.grants.route(&parts, request).await {
            Ok(response) => response,
            Err(request) => match self.features.route(&parts, request) {
                Ok(answering) => answering.await,
                Err(_) => answer::not_found(),
            },
        }
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
            || self.describes_at(path)
            || self.grants.answers_at(endpoints, issuer, path)
            || self.features.answers_at(endpoints, issuer, path);
        direct.then_some(Route::Direct)
    }

    fn paths(&self) -> Vec<String> {
        let Core { issuer, endpoints, manners, .. } = &self.core;
        let mut below_issuer = self.grants.paths(endpoints);
        below_issuer.extend(self.features.paths(endpoints));
        let appended = self.features.metadata_paths();
        let others = if manners.describes_everywhere { endpoints::other_metadata_paths(issuer, &appended) } else { Vec::new() };
        below_issuer.extend(appended.into_iter().map(str::to_owned));
        below_issuer.push(endpoints.token_path().to_owned());
        below_issuer.extend(Self::Authorizes::VALUE.then(|| endpoints.authorization_path().to_owned()));
        let paths = below_issuer.into_iter().map(|path| format!("{}{path}", issuer.path()));
        paths.chain([endpoints::metadata_path(issuer)]).chain(others).collect()
    }

    fn set_available(&self, available: bool) {
        Self::set_available(self, available);
    }

    async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let stopwatch = Stopwatch::start(|| self.name_at(request.uri().path()));
        let response = self.answer(request).await;
        stopwatch.stop(response.status());
        response
    }

    async fn authorize(&self, request: Request<Bytes>) -> Authorization {
        if !Self::Authorizes::VALUE {
            return Authorization::Respond(answer::not_found());
        }
        let stopwatch = Stopwatch::start(|| "authorization");
        let authorization = self.authorization_endpoint().handle(request).await;
        stopwatch.stop(match &authorization {
            Authorization::Respond(response) => response.status(),
            // It is valid, and for the application to decide.
            Authorization::Interact(_) => StatusCode::OK,
        });
        authorization
    }

    fn complete(&self, decision: Decision) -> impl Future<Output = Response<Bytes>> + Send {
        self.authorization_endpoint().complete(decision)
    }

    #[cfg(feature = "jose")]
    async fn ready(&self) -> Result<(), KeysError> {
        Self::ready(self).await
    }

    #[cfg(feature = "jose")]
    async fn keep_keys(&self, pause: BoxedPause) {
        Self::keep_keys(self, pause).await;
    }
}

impl<S, G, R, F, P> SuspendsRequests for AuthorizationServer<S, G, R, F, P>
where
    S: ClientStore,
    G: RunsOn<S>,
    R: ResponseTypesOn<S>,
    F: FeaturesOn<S>,
    P: 'static,
    Not<<R as List>::IsEmpty>: SuspendsOn<S>,
{
    async fn suspend(&self, request: AuthorizationRequest) -> Result<Suspended, StoreError> {
        <Self::Authorizes as SuspendsOn<S>>::suspend(self.authorization_endpoint(), request).await
    }

    async fn resume<'a>(&'a self, handle: &'a str, headers: &'a HeaderMap) -> Result<AuthorizationRequest, ResumeError> {
        <Self::Authorizes as SuspendsOn<S>>::resume(self.authorization_endpoint(), handle, headers).await
    }
}

impl<S, G, R, F, P> Administers for AuthorizationServer<S, G, R, F, P>
where
    Self: SuspendsRequests,
    S: ClientRegistry + HealthCheck + AuthorizationRecords,
    G: GrantList,
    R: ResponseTypeList,
    F: FeaturesOn<S>,
{
    async fn register_client(&self, client: Client) -> Result<(), RegisterError> {
        Self::register_client(self, client).await
    }

    async fn list_clients<'a>(&'a self, after: Option<&'a ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        Self::list_clients(self, after, limit).await
    }

    async fn remove_client<'a>(&'a self, id: &'a ClientId) -> Result<bool, StoreError> {
        Self::remove_client(self, id).await
    }

    async fn revoke_client<'a>(&'a self, id: &'a ClientId) -> Result<u64, StoreError> {
        Self::revoke_client(self, id).await
    }

    async fn revoke_subject<'a>(&'a self, subject: &'a Subject) -> Result<u64, StoreError> {
        Self::revoke_subject(self, subject).await
    }

    async fn health(&self) -> Result<(), StoreError> {
        Self::health(self).await
    }

    async fn authorizations<'a>(&'a self, subject: &'a Subject) -> Result<Vec<FamilyRecord>, StoreError> {
        Self::authorizations(self, subject).await
    }

    async fn revoke_authorization<'a>(&'a self, subject: &'a Subject, authorization: &'a FamilyId) -> Result<bool, StoreError> {
        Self::revoke_authorization(self, subject, authorization).await
    }
}
