//! What is folded over a list of grants, and the dispatch over it: a flat chain of comparisons, without `dyn` or a box.

use std::any::Any;
use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

use crate::authorization::GrantFacts;
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::grant::{AuthorizationCode, Grant, GrantType, RefreshToken};
use crate::http::endpoints::{Endpoints, is_at};
use crate::http::parameters::Parameter;
use crate::issue::{
    CodeSettings, Finish, IssueContext, Issuing, RefreshSettings, StepKind, TokenContext, TokenFormat, TokenResponse, Withheld,
    issue,
};
use crate::storage::FoundToken;
use crate::typelevel::list::any;
use crate::typelevel::name::{KeyOf, same_text};
use crate::typelevel::tuples::up_to_16;
use crate::typelevel::{Flag, List, WireName};
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::pkce::PkceRequirement;

/// A tuple of up to 16 grant types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait GrantList: List + Send + Sync + 'static {
    #[doc(hidden)]
    type AnyIssuesRefreshTokens: Flag;
    /// Does one of them rotate refresh tokens?
    #[doc(hidden)]
    type AnyRotates: Flag;
    /// Does one of them sign something for another server?
    #[doc(hidden)]
    type AnyVouches: Flag;
    /// Does one of them begin what is for resources that somebody else names?
    #[doc(hidden)]
    type AnyNamesResources: Flag;
    /// Is there the grant with the name `refresh_token`?
    #[doc(hidden)]
    type TakesRefreshTokens: Flag;
    #[doc(hidden)]
    const PARAMETERS: &'static [&'static [Parameter]];
    /// What the type of the grant with the name `authorization_code` says about PKCE.
    #[doc(hidden)]
    const PKCE: PkceRequirement;
    /// The names of the grants that are switched on (see [`GrantType::is_active`]).
    fn active(&self) -> impl Iterator<Item = &'static str>;
    /// Is the grant with this name there, and switched on?
    #[doc(hidden)]
    fn has(&self, name: &str) -> bool {
        self.named(name).is_some()
    }
    /// The name of the server's own, if a request's is that of a grant which is there and switched on.
    #[doc(hidden)]
    fn named(&self, name: &str) -> Option<&'static str>;
    /// What a client understands of the grant with this name that has asked too often.
    #[doc(hidden)]
    fn asked_too_often(name: &str) -> ErrorCode;
    /// The grant of this type, if it is there and switched on.
    #[doc(hidden)]
    fn get<T: Any>(&self) -> Option<&T>;
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

/// What is known of the grants at run time.
pub(crate) fn facts<G: GrantList>(grants: &G) -> GrantFacts {
    GrantFacts { pkce: G::PKCE, redeems_codes: grants.has("authorization_code"), permits_tokens: grants.has("implicit") }
}

/// Every grant in the list, a tuple of up to 16, runs on the storage `S`.
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
    ) -> impl Future<Output = Result<TokenResponse, OAuthError>> + Send;
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
        #[doc(hidden)]
        impl<$($T: GrantType + Send + Sync + 'static),*> GrantList for ($($T,)*) {
            type AnyIssuesRefreshTokens = any!($($T::IssuesRefreshTokens),*);
            type AnyRotates = any!($(<$T::Step as StepKind>::Rotates),*);
            type AnyVouches = any!($(<$T::Step as StepKind>::Vouches),*);
            type AnyNamesResources = any!($(<$T::Step as StepKind>::NamesResources),*);
            type TakesRefreshTokens = <Self as List>::Contains<KeyOf<RefreshToken>>;
            const PARAMETERS: &'static [&'static [Parameter]] = &[$($T::PARAMETERS),*];
            const PKCE: PkceRequirement = PkceRequirement::STRICT$(.or_of::<$T>())*;
            fn active(&self) -> impl Iterator<Item = &'static str> {
                <[Option<&'static str>; _]>::into_iter([$(self.$i.is_active().then_some($T::NAME)),*]).flatten()
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn named(&self, name: &str) -> Option<&'static str> {
                $(if name == $T::NAME && self.$i.is_active() {
                    return Some($T::NAME);
                })*
                None
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn asked_too_often(name: &str) -> ErrorCode {
                $(if name == $T::NAME {
                    return <$T::Step as StepKind>::ASKED_TOO_OFTEN;
                })*
                ErrorCode::TemporarilyUnavailable
            }
            fn get<Wanted: Any>(&self) -> Option<&Wanted> {
                $(
                    let grant: &dyn Any = &self.$i;
                    let found = grant.downcast_ref::<Wanted>();
                    let found = found.or_else(|| grant.downcast_ref::<Option<Wanted>>().and_then(Option::as_ref));
                    if found.is_some() {
                        return found;
                    }
                )*
                None
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

        #[doc(hidden)]
        impl<S: Send + Sync, $($T: Grant<S> + Send + Sync + 'static),*> GrantsOn<S> for ($($T,)*) {
            #[allow(unused_variables, reason = "the empty list")]
            async fn answer<F: Issuing<S>>(&self, cx: &IssueContext<'_, S>, features: &F) -> Result<TokenResponse, OAuthError> {
                $(if cx.grant_type == $T::NAME {
                    return one(&self.$i, cx, features).await;
                })*
                Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "this server does not have the grant type"))
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
async fn one<S: Send + Sync, G: Grant<S> + Sync, F: Issuing<S>>(
    grant: &G,
    cx: &IssueContext<'_, S>,
    features: &F,
) -> Result<TokenResponse, OAuthError> {
    let Some(call) = cx.call else { return Err(OAuthError::invalid_request("this is not a token request")) };
    let mut tokens = Vec::new();
    for parameter in G::TOKENS {
        if let Some(token) = call.parameters().get(parameter) {
            let found = active(cx.core, features, token, cx).await?;
            tokens.extend(found.map(|found| (*parameter, found)));
        }
    }
    let context = TokenContext::new(cx, call, PkceRequirement::of::<G>(), &tokens, features.keys());
    let granted = grant.decide(&context).await?;
    let may_refresh = G::IssuesRefreshTokens::VALUE && cx.client.may_use_grant(<RefreshToken>::NAME);
    let (response, ()) = issue(cx, features, granted.into_plan(may_refresh), AsIs).await?;
    Ok(response)
}

/// A token response goes out as it is.
struct AsIs;

impl<S, F: Sync> Finish<S, F> for AsIs {
    type Output = ();
    async fn finish(self, _: &F, _: &Withheld) -> Result<(), OAuthError> {
        Ok(())
    }
}

/// An access token of this server that somebody presented, if it is good.
async fn active<S: Send + Sync, F: Issuing<S>>(
    core: &Core<S>,
    features: &F,
    token: &str,
    cx: &IssueContext<'_, S>,
) -> Result<Option<FoundToken>, StoreError> {
    let found = features.format().find(core, features.keys(), token, cx.now).await?;
    let Some(mut found) = found.filter(|found| found.is_active(cx.now)) else { return Ok(None) };
    Ok(features.admit(core, &mut found).await?.then_some(found))
}
