//! What is folded over a list of grants, and the dispatch over it: a flat chain of comparisons, without `dyn` or a box.

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

use crate::core::Core;
use crate::endpoints::{Endpoints, is_at};
use crate::error::{ErrorCode, StoreError, TokenError};
use crate::grant::{AuthorizationCode, Grant, GrantType, RefreshToken};
use crate::issue::{CodeSettings, IssueContext, Issuing, RefreshSettings, TokenContext, TokenFormat, TokenResponse, issue};
use crate::issuer::Issuer;
use crate::metadata::{Metadata, MetadataContext};
use crate::parameters::Parameter;
use crate::pkce::PkceRequirement;
use crate::route::RouteView;
use crate::storage::FoundToken;
use crate::typelevel::list::any;
use crate::typelevel::name::same_text;
use crate::typelevel::tuples::up_to_16;
use crate::typelevel::{Flag, List, WireName};

/// A tuple of grant types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait GrantList: List {
    #[doc(hidden)]
    type AnyIssuesRefreshTokens: Flag;
    #[doc(hidden)]
    const PARAMETERS: &'static [&'static [Parameter]];
    /// What the type of the grant with the name `authorization_code` says about PKCE.
    #[doc(hidden)]
    const PKCE: PkceRequirement;
    /// The names of the grants that are switched on (see [`GrantType::is_active`]).
    fn active(&self) -> impl Iterator<Item = &'static str>;
    /// Those of the grant with the name `authorization_code`, if it is switched on.
    #[doc(hidden)]
    fn code_settings(&self) -> Option<CodeSettings>;
    /// Those of the grant with the name `refresh_token`, if it is switched on.
    #[doc(hidden)]
    fn refresh_settings(&self) -> Option<RefreshSettings>;
    #[doc(hidden)]
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
    /// The paths that the grants answer at themselves, below the issuer's.
    #[doc(hidden)]
    fn paths(&self, endpoints: &Endpoints) -> Vec<String>;
    /// Does one of them answer at the path of a request?
    #[doc(hidden)]
    fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool;
}

/// Every grant in the list runs on the storage `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait GrantsOn<S>: GrantList {
    #[doc(hidden)]
    fn answer<F: Issuing<S>>(
        &self,
        cx: &IssueContext<'_, S>,
        features: &F,
    ) -> impl Future<Output = Result<TokenResponse, TokenError>> + Send;
    /// Answers the request if one of the grants has this path, else gives it back.
    #[doc(hidden)]
    fn route<V: RouteView<S>>(
        &self,
        view: &V,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, Request<Bytes>>> + Send;
}

/// Is the grant the one that this name speaks of?
const fn is<G: GrantType, N: WireName>() -> bool {
    same_text(G::NAME, N::NAME)
}

impl PkceRequirement {
    /// What a server has that redeems no codes: nothing of it is asked.
    const STRICT: Self = Self { required: true, plain_accepted: false };

    const fn of<G: GrantType>() -> Self {
        Self { required: G::RequiresPkce::VALUE, plain_accepted: G::AcceptsPlainPkce::VALUE }
    }

    const fn or_of<G: GrantType>(self) -> Self {
        if is::<G, AuthorizationCode>() { Self::of::<G>() } else { self }
    }
}

macro_rules! grants {
    ($($T:ident $i:tt),*) => {
        impl<$($T: GrantType),*> GrantList for ($($T,)*) {
            type AnyIssuesRefreshTokens = any!($($T::IssuesRefreshTokens),*);
            const PARAMETERS: &'static [&'static [Parameter]] = &[$($T::PARAMETERS),*];
            const PKCE: PkceRequirement = PkceRequirement::STRICT$(.or_of::<$T>())*;
            fn active(&self) -> impl Iterator<Item = &'static str> {
                <[Option<&'static str>; _]>::into_iter([$(self.$i.is_active().then_some($T::NAME)),*]).flatten()
            }
            fn code_settings(&self) -> Option<CodeSettings> {
                $(if is::<$T, AuthorizationCode>() && self.$i.is_active() {
                    return Some(self.$i.code_settings());
                })*
                None
            }
            fn refresh_settings(&self) -> Option<RefreshSettings> {
                $(if is::<$T, RefreshToken>() && self.$i.is_active() {
                    return Some(self.$i.refresh_settings());
                })*
                None
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
                $(self.$i.describe(cx, metadata);)*
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn paths(&self, endpoints: &Endpoints) -> Vec<String> {
                <[Option<&str>; _]>::into_iter([$(self.$i.path(endpoints)),*]).flatten().map(str::to_owned).collect()
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool {
                false $(|| self.$i.path(endpoints).is_some_and(|path| is_at(issuer, path, requested)))*
            }
        }

        impl<S: Send + Sync, $($T: Grant<S>),*> GrantsOn<S> for ($($T,)*) {
            #[allow(unused_variables, reason = "the empty list")]
            async fn answer<F: Issuing<S>>(&self, cx: &IssueContext<'_, S>, features: &F) -> Result<TokenResponse, TokenError> {
                $(if cx.grant_type == $T::NAME {
                    return one(&self.$i, cx, features).await;
                })*
                Err(TokenError::new(ErrorCode::UnsupportedGrantType, "this server does not have the grant type"))
            }
            #[allow(unused_variables, reason = "the empty list")]
            async fn route<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Result<Response<Bytes>, Request<Bytes>> {
                $(if let Some(path) = self.$i.path(&view.core().endpoints) && view.is_at(path, request.uri().path()) {
                    return Ok(self.$i.serve(view, request).await);
                })*
                Err(request)
            }
        }
    };
}
up_to_16!(grants);

/// One grant decides, and what it granted is issued.
async fn one<S: Send + Sync, G: Grant<S>, F: Issuing<S>>(
    grant: &G,
    cx: &IssueContext<'_, S>,
    features: &F,
) -> Result<TokenResponse, TokenError> {
    let Some(call) = cx.call else { return Err(TokenError::invalid_request("this is not a token request")) };
    let mut tokens = Vec::new();
    for parameter in G::TOKENS {
        if let Some(token) = call.parameters().get(parameter) {
            let found = active(cx.core, features, token, cx).await?;
            tokens.extend(found.map(|found| (*parameter, found)));
        }
    }
    let context = TokenContext::new(*cx, call, PkceRequirement::of::<G>(), &tokens);
    let granted = grant.decide(&context).await?;
    let may_refresh = G::IssuesRefreshTokens::VALUE && cx.client.may_use_grant(RefreshToken::NAME);
    issue(cx, features, granted.into_plan(may_refresh)).await
}

/// An access token of this server that somebody presented, if it is good.
async fn active<S: Send + Sync, F: Issuing<S>>(
    core: &Core<S>,
    features: &F,
    token: &str,
    cx: &IssueContext<'_, S>,
) -> Result<Option<FoundToken>, StoreError> {
    let found = features.format().find(core, token, cx.now).await?;
    Ok(found.filter(|found| found.is_active(cx.now)))
}
