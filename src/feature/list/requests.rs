//! The phases of a request, folded over the cells: who the client is, and what an authorization request asks for.

use std::sync::Arc;

use super::{Cells, Cons, Nil};
use crate::authentication::{Claims, Methods};
use crate::authorization::{ApprovedRequest, Checking, DecisionRefused, Once, RequestHooks, Unpacked};
use crate::client::{Client, ClientAuthenticationMethod, RedirectUri};
use crate::core::Core;
use crate::feature::{FeatureOn, PushedRequests, SignedRequests};
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::typelevel::name::KeyOf;
use crate::typelevel::{Flag, List};
use crate::values::asked::Asked;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::response_mode::EncodedMode;

impl<S: Send + Sync> Methods<Core<S>> for Nil {
    async fn resolve(&self, _: &Core<S>, _: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        Ok(None)
    }
    fn recognise<'c>(&self, _: &Call<'c>, _: &mut Claims<'c>) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn prove(&self, _: ClientAuthenticationMethod, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<bool, OAuthError> {
        Ok(false)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: Cells + Methods<Core<S>>> Methods<Core<S>> for Cons<A, B> {
    async fn resolve(&self, core: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        match self.0.resolve(core, id).await? {
            None => self.1.resolve(core, id).await,
            found => Ok(found),
        }
    }
    fn recognise<'c>(&self, call: &Call<'c>, claims: &mut Claims<'c>) -> Result<(), OAuthError> {
        claims.add(self.0.recognise(call)?)?;
        self.1.recognise(call, claims)
    }
    async fn prove(
        &self,
        method: ClientAuthenticationMethod,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> Result<bool, OAuthError> {
        if A::AUTHENTICATION_METHODS.contains(&method) && self.0.prove(core, call, client).await? {
            return Ok(true);
        }
        self.1.prove(method, core, call, client).await
    }
}

impl<S: Send + Sync> RequestHooks<S> for Nil {
    fn authorization_parameters(&self, _: &mut dyn FnMut(&'static [Parameter])) {}
    fn refused_parameters(&self, _: &mut dyn FnMut(&'static [(&'static str, ErrorCode)])) {}
    fn response_modes(&self, _: &mut dyn FnMut(&'static [EncodedMode])) {}
    async fn unpack(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<Option<Unpacked>, OAuthError> {
        Ok(None)
    }
    async fn check(&self, _: &Core<S>, _: &Call<'_>, _: &Checking<'_>, _: &mut Asked) -> Result<(), OAuthError> {
        Ok(())
    }
    async fn first_time(&self, _: &Core<S>, _: &Client, _: &Once) -> Result<bool, StoreError> {
        Ok(true)
    }
    fn requires_pushed(&self) -> bool {
        false
    }
    fn requires_signed(&self) -> bool {
        false
    }
    fn insists_on_modes(&self) -> bool {
        false
    }
    fn permits_redirect(&self, _: &Client, _: &RedirectUri) -> bool {
        false
    }
    fn knows_details(&self, _: &Client, _: &AuthorizationDetails) -> bool {
        false
    }
    fn judge_details(&self, _: &AuthorizationDetails, _: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        None
    }
    async fn approve(&self, _: &Core<S>, _: &mut ApprovedRequest) -> Result<(), OAuthError> {
        Ok(())
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: RequestHooks<S>> RequestHooks<S> for Cons<A, B> {
    fn authorization_parameters(&self, each: &mut dyn FnMut(&'static [Parameter])) {
        if self.0.is_active() {
            each(A::AUTHORIZATION_PARAMETERS);
        }
        self.1.authorization_parameters(each);
    }
    fn refused_parameters(&self, each: &mut dyn FnMut(&'static [(&'static str, ErrorCode)])) {
        if self.0.is_active() {
            each(A::REFUSED_PARAMETERS);
        }
        self.1.refused_parameters(each);
    }
    fn response_modes(&self, each: &mut dyn FnMut(&'static [EncodedMode])) {
        each(A::RESPONSE_MODES);
        self.1.response_modes(each);
    }
    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, OAuthError> {
        match self.0.unpack(core, call, client).await? {
            None => self.1.unpack(core, call, client).await,
            unpacked => Ok(unpacked),
        }
    }
    async fn check(&self, core: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        self.0.check(core, call, checking, asked).await?;
        self.1.check(core, call, checking, asked).await
    }
    async fn first_time(&self, core: &Core<S>, client: &Client, once: &Once) -> Result<bool, StoreError> {
        Ok(self.0.first_time(core, client, once).await? && self.1.first_time(core, client, once).await?)
    }
    fn requires_signed(&self) -> bool {
        <A::Assures as List>::Contains::<KeyOf<SignedRequests>>::VALUE || self.1.requires_signed()
    }
    fn insists_on_modes(&self) -> bool {
        A::INSISTS_ON_MODES || self.1.insists_on_modes()
    }
    fn requires_pushed(&self) -> bool {
        <A::Assures as List>::Contains::<KeyOf<PushedRequests>>::VALUE || self.1.requires_pushed()
    }
    fn permits_redirect(&self, client: &Client, uri: &RedirectUri) -> bool {
        self.0.permits_redirect(client, uri) || self.1.permits_redirect(client, uri)
    }
    fn knows_details(&self, client: &Client, details: &AuthorizationDetails) -> bool {
        self.0.knows_details(client, details) || self.1.knows_details(client, details)
    }
    fn judge_details(&self, asked: &AuthorizationDetails, granted: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        self.0.judge_details(asked, granted).or_else(|| self.1.judge_details(asked, granted))
    }
    async fn approve(&self, core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
        self.0.approve(core, approved).await?;
        self.1.approve(core, approved).await
    }
}
