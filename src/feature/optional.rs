//! A feature that may be switched off at run time, as an `Option`: what is off is absent.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use super::{Feature, FeatureOn, Here, Switchable, sealed};
use crate::authorization::{Checking, DecisionRefused, Unpacked};
use crate::client::{Client, ClientRejection, RedirectUri};
use crate::core::{Core, Manners};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::http::answer;
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::issue::{Binding, IssueContext, Keyring, Withheld};
use crate::typelevel::No;
use crate::typelevel::choice::Open;
use crate::values::asked::Asked;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::resource::ResourceIdentifier;

impl<X: Switchable> sealed::Sealed for Option<X> {}

#[diagnostic::do_not_recommend]
impl<X: Switchable> Feature for Option<X> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = X::NeedsFetcher;
    // It may be switched off.
    type Assures = ();
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    const TOKEN_PARAMETERS: &'static [Parameter] = X::TOKEN_PARAMETERS;
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = X::AUTHORIZATION_PARAMETERS;
    const REFUSED_PARAMETERS: &'static [(&'static str, ErrorCode)] = X::REFUSED_PARAMETERS;
    fn keep_to(&mut self, manners: Manners) {
        if let Some(feature) = self {
            feature.keep_to(manners);
        }
    }
    fn is_active(&self) -> bool {
        self.is_some()
    }
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        self.as_ref()?.path(endpoints)
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        if let Some(feature) = self {
            feature.describe(cx, metadata);
        }
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        if let Some(feature) = self {
            feature.check_client(client, here, reasons);
        }
    }
    fn permits_redirect(&self, client: &Client, uri: &RedirectUri) -> bool {
        self.as_ref().is_some_and(|feature| feature.permits_redirect(client, uri))
    }
    fn knows_details(&self, client: &Client, details: &AuthorizationDetails) -> bool {
        self.as_ref().is_some_and(|feature| feature.knows_details(client, details))
    }
    fn judge_details(&self, asked: &AuthorizationDetails, granted: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        self.as_ref()?.judge_details(asked, granted)
    }
}

impl<S: Send + Sync, X: Switchable + FeatureOn<S>> FeatureOn<S> for Option<X> {
    async fn resolve(&self, core: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        match self {
            Some(feature) => feature.resolve(core, id).await,
            None => Ok(None),
        }
    }

    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, OAuthError> {
        match self {
            Some(feature) => feature.unpack(core, call, client).await,
            None => Ok(None),
        }
    }

    async fn check(&self, core: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        match self {
            Some(feature) => feature.check(core, call, checking, asked).await,
            None => Ok(()),
        }
    }

    async fn aim(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        match self {
            Some(feature) => feature.aim(cx, binding).await,
            None => Ok(()),
        }
    }

    async fn narrow(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        match self {
            Some(feature) => feature.narrow(cx, binding).await,
            None => Ok(()),
        }
    }

    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        match self {
            Some(feature) => feature.bind(cx, binding).await,
            None => Ok(()),
        }
    }

    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        self.as_ref()?.default_resource()
    }

    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, keys: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        match self {
            Some(feature) => feature.respond(cx, keys, response).await,
            None => Ok(()),
        }
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        match self {
            Some(feature) => feature.serve(view, request).await,
            None => answer::not_found(),
        }
    }
}
