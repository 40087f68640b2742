//! What a route of a grant or of a feature may use of the server that it belongs to, whatever the server's type.

use std::future::Future;

use bytes::Bytes;
use http::Response;

use crate::authentication::Methods;
use crate::call::Call;
use crate::claims::TokenClaims;
use crate::client::Client;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::endpoints;
use crate::error::{StoreError, TokenError};
use crate::issue::Issuing;
use crate::storage::FoundToken;

/// A server, as its routes see it.
#[doc(hidden)]
pub trait RouteView<S>: Send + Sync {
    type Features: Methods<Core<S>> + Issuing<S>;
    fn core(&self) -> &Core<S>;
    fn features(&self) -> &Self::Features;
    /// Finds a token of whatever kind, whatever became of it.
    fn find_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<(TokenKind, FoundToken)>, StoreError>> + Send;
    /// May an active token still be spoken of as active? What is said of it may be less than it was.
    fn admits(&self, found: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// The introspection response in the form that the request asks for, if a feature has that form.
    fn encode(
        &self,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> impl Future<Output = Result<Option<Response<Bytes>>, TokenError>> + Send;

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
