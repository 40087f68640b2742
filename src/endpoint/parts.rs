//! The parts of a server that its endpoints and routes use.

use std::marker::PhantomData;

use bytes::Bytes;
use http::Response;

use crate::call::Call;
use crate::claims::TokenClaims;
use crate::client::Client;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::error::{StoreError, TokenError};
use crate::feature::{FeatureList, FeaturesOn, HooksOn as _};
use crate::issue::{Choices as _, TokenFormat as _};
use crate::lookup::{RefreshTokens as _, RunsOn};
use crate::route::{RouteView, TokenKind};
use crate::storage::{ClientStore, FoundToken};

/// What a server shares with its endpoints.
#[doc(hidden)]
pub struct Parts<'a, S, G, F: FeatureList> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: PhantomData<fn() -> G>,
    pub(crate) features: &'a F::Cells,
}

debug_handle!(Parts<S, G>);

impl<S: ClientStore, G: RunsOn<S>, F: FeaturesOn<S>> RouteView<S> for Parts<'_, S, G, F> {
    type Features = F::Cells;

    fn core(&self) -> &Core<S> {
        self.core
    }

    fn features(&self) -> &F::Cells {
        self.features
    }

    /// The kind of token that a hint does not decide: RFC 7662 section 2.1 and RFC 7009 section 2.1 want the search extended to
    /// all kinds whatever the hint says, and two look-ups cost the same in either order, so there is one order.
    async fn find_token(&self, token: &str, now: Timestamp) -> Result<Option<(TokenKind, FoundToken)>, StoreError> {
        if let Some(found) = self.features.format().find(self.core, token, now).await? {
            return Ok(Some((TokenKind::Access, found)));
        }
        let found = G::Refresh::find(&self.core.storage, &self.core.issuer, token, now).await?;
        Ok(found.map(|found| (TokenKind::Refresh, found)))
    }

    async fn admits(&self, found: &mut FoundToken) -> Result<bool, StoreError> {
        self.features.admit(self.core, found).await
    }

    async fn encode(
        &self,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, TokenError> {
        self.features.encode(self.core, self.features.keys(), call, client, claims).await
    }
}
