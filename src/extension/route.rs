//! What a route of a grant or of a feature may use of the server that it belongs to, whatever the server's type.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::authentication::Methods;
use crate::authorization::{Refusal, Valid};
use crate::client::{Client, ClientRejected, ClientRejection};
use crate::core::Core;
use crate::extension::metadata::Metadata;
use crate::http::call::Call;
use crate::http::endpoints;
use crate::issue::Issuing;
use crate::storage::FoundToken;
use crate::token::claims::TokenClaims;
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// A server, as its routes see it.
#[doc(hidden)]
pub trait RouteView<S>: Send + Sync {
    type Features: Methods<Core<S>> + Issuing<S>;
    fn core(&self) -> &Core<S>;
    fn features(&self) -> &Self::Features;
    /// Is the feature of this name switched on?
    fn is_on(&self, feature: &str) -> bool;
    /// Finds a token of whatever kind, whatever became of it.
    fn find_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<(TokenKind, FoundToken)>, StoreError>> + Send;
    /// Validates an authorization request that its client, which has authenticated, sent itself.
    fn validate(&self, call: &Call<'_>, client: Arc<Client>) -> impl Future<Output = Result<Valid, Refusal>> + Send;
    /// The same for one that is answered at the token endpoint, and has no redirect URI.
    fn validate_deferred(&self, call: &Call<'_>, client: &Client) -> impl Future<Output = Result<Asked, OAuthError>> + Send;
    /// The metadata of the server as it is now: what it has, from where everybody reads it.
    fn describe(&self) -> Metadata;
    /// Can the server serve the client?
    ///
    /// # Errors
    ///
    /// With every reason why not.
    fn check_client(&self, client: &Client) -> Result<(), ClientRejected>;
    /// The same where it is for others to say, such as in a document that the client names.
    fn examine(&self, client: &Client, now: Timestamp) -> impl Future<Output = Option<ClientRejection>> + Send;
    /// May an active token still be spoken of as active? What is said of it may be less than it was.
    fn admits(&self, found: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// The introspection response in the form that the request asks for, if a feature has that form.
    fn encode(
        &self,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> impl Future<Output = Result<Option<Response<Bytes>>, OAuthError>> + Send;

    /// Is the path of a request that of an endpoint?
    fn is_at(&self, path: &str, requested: &str) -> bool {
        endpoints::is_at(&self.core().issuer, path, requested)
    }
}

/// Which kind of token it is.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}
