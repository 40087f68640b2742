//! The phases of issuing, folded over the cells, and the token format and the keys that one of them brings.

use http::HeaderMap;

use super::{Cells, Cons, Nil};
use crate::authorization::{ApprovedRequest, AuthorizationResponse};
use crate::client::Client;
use crate::core::Core;
use crate::feature::FeatureOn;
use crate::http::call::Call;
use crate::issue::{
    Binding, Choices, Confirmed, IssueContext, IssueHooks, Keyring, KeyringOn, Opaque, Shown, TokenFormat, Withheld,
};
use crate::storage::FoundToken;
use crate::typelevel::choice::{Choice, Open};
use crate::values::error::{OAuthError, StoreError};
use crate::values::resource::ResourceIdentifier;

impl<S: Send + Sync> IssueHooks<S> for Nil {
    async fn admit(&self, _: &Core<S>, _: &mut FoundToken) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn aim(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        Ok(())
    }
    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        None
    }
    async fn narrow(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn bind(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn confirm(&self, _: &Core<S>, _: &Shown<'_>, _: &mut Confirmed) -> Result<(), OAuthError> {
        Ok(())
    }
    fn proof_algorithms(&self) -> &[&'static str] {
        &[]
    }
    fn tell(&self, _: &Core<S>, _: &Call<'_>, _: &mut HeaderMap) {}
    async fn respond<K: Keyring>(&self, _: &IssueContext<'_, S>, _: &K, _: &mut Withheld) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn join(&self, _: &Core<S>, _: &ApprovedRequest) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn encode_response<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Client,
        _: &str,
        _: &AuthorizationResponse,
    ) -> Result<Option<AuthorizationResponse>, OAuthError> {
        Ok(None)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: IssueHooks<S>> IssueHooks<S> for Cons<A, B> {
    async fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> Result<bool, StoreError> {
        Ok(self.0.admit(core, found).await? && self.1.admit(core, found).await?)
    }
    async fn aim(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        self.0.aim(cx, binding).await?;
        self.1.aim(cx, binding).await
    }
    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        self.0.default_resource().or(self.1.default_resource())
    }
    async fn narrow(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        self.0.narrow(cx, binding).await?;
        self.1.narrow(cx, binding).await
    }
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        self.0.bind(cx, binding).await?;
        self.1.bind(cx, binding).await
    }
    async fn confirm(&self, core: &Core<S>, shown: &Shown<'_>, confirmed: &mut Confirmed) -> Result<(), OAuthError> {
        self.0.confirm(core, shown, confirmed).await?;
        self.1.confirm(core, shown, confirmed).await
    }
    fn proof_algorithms(&self) -> &[&'static str] {
        match self.0.proof_algorithms() {
            [] => self.1.proof_algorithms(),
            algorithms => algorithms,
        }
    }
    fn tell(&self, core: &Core<S>, call: &Call<'_>, headers: &mut HeaderMap) {
        self.0.tell(core, call, headers);
        self.1.tell(core, call, headers);
    }
    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, keys: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        self.0.respond(cx, keys, response).await?;
        self.1.respond(cx, keys, response).await
    }
    async fn join(&self, core: &Core<S>, approved: &ApprovedRequest) -> Result<(), OAuthError> {
        self.0.join(core, approved).await?;
        self.1.join(core, approved).await
    }
    async fn encode_response<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        client: &Client,
        mode: &str,
        response: &AuthorizationResponse,
    ) -> Result<Option<AuthorizationResponse>, OAuthError> {
        match A::RESPONSE_MODES.iter().any(|known| known.name == mode) {
            true => self.0.encode_response(core, keys, client, response).await.map(Some),
            false => self.1.encode_response(core, keys, client, mode, response).await,
        }
    }
}

impl<S, C: Cells> Choices<S> for C
where
    <C::AnyFormat as Choice>::Or<Opaque>: TokenFormat<S>,
    <C::AnyKeys as Choice>::Or<Open>: Keyring,
{
    type Format = <C::AnyFormat as Choice>::Or<Opaque>;
    type Keys = <C::AnyKeys as Choice>::Or<Open>;
    fn format(&self) -> &Self::Format {
        self.any_format().or(&Opaque)
    }
    fn keys(&self) -> &Self::Keys {
        self.any_keys().or(&Open)
    }
}

/// The keys that one of them brings, and what is done for them while the server runs. Apart from [`Choices`], which `.build()` asks
/// for: a storage that cannot keep keys is refused before, and once.
#[doc(hidden)]
pub trait KeepsKeys<S> {
    type Kept: KeyringOn<S>;
    fn kept(&self) -> &Self::Kept;
}

impl<S, C: Cells> KeepsKeys<S> for C
where
    <C::AnyKeys as Choice>::Or<Open>: KeyringOn<S>,
{
    type Kept = <C::AnyKeys as Choice>::Or<Open>;
    fn kept(&self) -> &Self::Kept {
        self.any_keys().or(&Open)
    }
}
