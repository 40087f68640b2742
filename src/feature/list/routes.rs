//! Introspection responses, routes, and the end of a person's sign-ins, folded over the cells.

use bytes::Bytes;
use http::{Request, Response};

use super::{Cons, HooksOn, Nil};
use crate::client::Client;
use crate::core::{Boxed, Core};
use crate::extension::route::RouteView;
use crate::feature::FeatureOn;
use crate::http::call::Call;
use crate::issue::Keyring;
use crate::token::claims::TokenClaims;
use crate::values::error::OAuthError;
#[cfg(feature = "jose")]
use crate::values::error::StoreError;
#[cfg(feature = "jose")]
use crate::values::subject::Subject;

impl<S: Send + Sync> HooksOn<S> for Nil {
    async fn encode<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Call<'_>,
        _: &Client,
        _: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        Ok(None)
    }
    #[cfg(feature = "jose")]
    async fn sign_out(&self, _: &Core<S>, _: &Subject, _: bool) -> Result<(), StoreError> {
        Ok(())
    }
    fn route<'a, V: RouteView<S>>(
        &'a self,
        _: &'a V,
        request: Request<Bytes>,
    ) -> Result<Boxed<'a, Response<Bytes>>, Request<Bytes>>
    where
        S: 'a,
    {
        Err(request)
    }
}

impl<S: Send + Sync, A: FeatureOn<S>, B: HooksOn<S>> HooksOn<S> for Cons<A, B> {
    async fn encode<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        call: &Call<'_>,
        client: &Client,
        claims: Option<&TokenClaims>,
    ) -> Result<Option<Response<Bytes>>, OAuthError> {
        match self.0.encode(core, keys, call, client, claims).await? {
            None => self.1.encode(core, keys, call, client, claims).await,
            encoded => Ok(encoded),
        }
    }
    #[cfg(feature = "jose")]
    async fn sign_out(&self, core: &Core<S>, subject: &Subject, tells: bool) -> Result<(), StoreError> {
        self.0.sign_out(core, subject, tells).await?;
        self.1.sign_out(core, subject, tells).await
    }
    fn route<'a, V: RouteView<S>>(
        &'a self,
        view: &'a V,
        request: Request<Bytes>,
    ) -> Result<Boxed<'a, Response<Bytes>>, Request<Bytes>>
    where
        S: 'a,
    {
        match self.0.path(&view.core().endpoints) {
            Some(path) if view.is_at(path, request.uri().path()) => Ok(Box::pin(self.0.serve(view, request))),
            _ => self.1.route(view, request),
        }
    }
}
