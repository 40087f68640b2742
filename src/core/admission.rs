//! Whether there are too many requests, and who asks: in the order in which less work is done for whoever has proved less.

use std::sync::Arc;

use crate::authentication::{self, Methods};
use crate::client::{Client, ClientId};
use crate::core::Core;
use crate::events;
use crate::http::answer::whole_seconds;
use crate::http::call::Call;
use crate::http::source::RequestSource;
use crate::rate_limits::{AnyRateLimits, RateRequest, RateVerdict};
use crate::storage::ClientStore;
use crate::values::error::{ErrorCode, OAuthError, StoreError};

impl<S> Core<S> {
    /// # Errors
    ///
    /// 429 if there are too many requests at this endpoint: of the source, or of a client that has proved who it is.
    pub(crate) async fn admit(
        &self,
        endpoint: &'static str,
        source: Option<RequestSource>,
        client: Option<&ClientId>,
    ) -> Result<(), OAuthError> {
        let Some(limits) = &self.rate_limits else { return Ok(()) };
        let request = RateRequest::new(&self.issuer, endpoint).coming_from(source).of_client(client);
        match limits.admit(request, self.now()).await {
            Ok(RateVerdict::Admitted) => Ok(()),
            Ok(RateVerdict::TryLater(after)) => {
                events::rate_limited(&self.issuer, endpoint, client, whole_seconds(after));
                Err(OAuthError::too_many_requests("too many requests: try again later", after).routine())
            }
            Err(error) => {
                self.unlimited(endpoint, &error);
                Ok(())
            }
        }
    }

    /// Nobody knows; then it is answered.
    fn unlimited(&self, endpoint: &'static str, error: &StoreError) {
        events::rate_limits_failed(&self.issuer, endpoint, error);
    }

    /// Somebody at this source did not prove to be the client that they named.
    async fn count_failure(&self, limits: &dyn AnyRateLimits, endpoint: &'static str, source: Option<RequestSource>) {
        let request = RateRequest::new(&self.issuer, endpoint).coming_from(source);
        if let Err(error) = limits.failed(request, self.now()).await {
            self.unlimited(endpoint, &error);
        }
    }
}

impl<S: ClientStore> Core<S> {
    /// Finds out who asks at this endpoint.
    ///
    /// # Errors
    ///
    /// Those of [`authentication::authenticate`]; 429 before it for the source, and after it for a client that has proved who it is. Whoever
    /// names another's client uses up nothing of it.
    pub(crate) async fn authenticate<M: Methods<Self>>(
        &self,
        endpoint: &'static str,
        features: &M,
        call: &Call<'_>,
    ) -> Result<Arc<Client>, OAuthError> {
        let Some(limits) = &self.rate_limits else { return authentication::authenticate(self, features, call).await };
        let source = call.extension::<RequestSource>().copied();
        self.admit(endpoint, source, None).await?;
        match authentication::authenticate(self, features, call).await {
            Ok(client) if client.is_public() => Ok(client),
            Ok(client) => self.admit(endpoint, source, Some(client.id())).await.map(|()| client),
            Err(error) => {
                if error.code() == ErrorCode::InvalidClient {
                    self.count_failure(&**limits, endpoint, source).await;
                }
                Err(error)
            }
        }
    }
}
