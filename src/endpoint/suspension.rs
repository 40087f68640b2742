//! Suspending and resuming, on a server of which only its type knows whether it has an authorization endpoint. One without needs
//! no store for requests that wait.

use std::future::Future;

use http::HeaderMap;

use crate::authorization::{AuthorizationRequest, ResumeError, Suspended};
use crate::endpoint::AuthorizationEndpoint;
use crate::feature::FeaturesOn;
use crate::grant::GrantList;
use crate::response_type::ResponseTypeList;
use crate::storage::{ClientStore, PendingStore};
use crate::typelevel::{No, Yes};
use crate::values::error::StoreError;

/// What to do, whether there is an authorization endpoint or not.
#[doc(hidden)]
pub trait SuspendsOn<S> {
    fn suspend<G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>>(
        endpoint: AuthorizationEndpoint<'_, S, G, R, F>,
        request: AuthorizationRequest,
    ) -> impl Future<Output = Result<Suspended, StoreError>> + Send;

    fn resume<'a, G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>>(
        endpoint: AuthorizationEndpoint<'a, S, G, R, F>,
        handle: &'a str,
        headers: &'a HeaderMap,
    ) -> impl Future<Output = Result<AuthorizationRequest, ResumeError>> + Send;
}

/// No request of this server exists.
impl<S: Sync> SuspendsOn<S> for No {
    async fn suspend<G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>>(
        _: AuthorizationEndpoint<'_, S, G, R, F>,
        _: AuthorizationRequest,
    ) -> Result<Suspended, StoreError> {
        Err(StoreError::failed("the request belongs to another server: this one has no authorization endpoint"))
    }

    async fn resume<'a, G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>>(
        _: AuthorizationEndpoint<'a, S, G, R, F>,
        _: &'a str,
        _: &'a HeaderMap,
    ) -> Result<AuthorizationRequest, ResumeError> {
        Err(ResumeError::NotFound)
    }
}

impl<S: ClientStore + PendingStore> SuspendsOn<S> for Yes {
    async fn suspend<G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>>(
        endpoint: AuthorizationEndpoint<'_, S, G, R, F>,
        request: AuthorizationRequest,
    ) -> Result<Suspended, StoreError> {
        endpoint.suspend(request).await
    }

    async fn resume<'a, G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>>(
        endpoint: AuthorizationEndpoint<'a, S, G, R, F>,
        handle: &'a str,
        headers: &'a HeaderMap,
    ) -> Result<AuthorizationRequest, ResumeError> {
        endpoint.resume(handle, headers).await
    }
}
