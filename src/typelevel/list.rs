//! Lists as types: plain tuples of up to 16, such as `(AuthorizationCode, RefreshToken)`. Facts about a list are folded here
//! from facts about its elements, and so is the dispatch over it: a flat chain of comparisons, without `dyn` or a box.

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

use super::flag::{Flag, No, Or, Yes};
use super::name::{Key, WireName};
use crate::endpoints::Endpoints;
use crate::error::{ErrorCode, TokenError};
use crate::feature::{Feature, FeatureFor, RouteParts, ServesRoute};
use crate::grant::{CodeSettings, Grant, GrantType, RefreshSettings, TokenContext, TokenResponse};
use crate::metadata::{Metadata, MetadataContext};
use crate::parameters::Parameter;
use crate::response_type::{ApprovalContext, AuthorizationResponse, Respond, ResponseType, ResponseTypeInfo};

mod sealed {
    pub trait Sealed {}
}

/// A tuple of things that have a name on the wire.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types, response types or features",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait List: sealed::Sealed + Send + Sync + 'static {
    /// The names in the order of the chain.
    const NAMES: &'static [&'static str];
    #[doc(hidden)]
    type IsEmpty: Flag;
    /// Does an element have the name whose key is `K`? It goes by name, not by type: two types that claim one `grant_type`
    /// are the same grant.
    #[doc(hidden)]
    type Contains<K: Key>: Flag;
}

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
    /// The names of the grants that are switched on (see [`GrantType::is_active`]).
    fn active(&self) -> impl Iterator<Item = &'static str>;
    #[doc(hidden)]
    fn code_settings(&self) -> Option<CodeSettings>;
    #[doc(hidden)]
    fn refresh_settings(&self) -> Option<RefreshSettings>;
}

/// A tuple of response types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of response types",
    label = "expected a tuple; remember the comma in a one-element list: `(Code,)`"
)]
pub trait ResponseTypeList: List {
    #[doc(hidden)]
    type AnyCode: Flag;
    #[doc(hidden)]
    type AnyAccessToken: Flag;
    #[doc(hidden)]
    const ALL: &'static [ResponseTypeInfo];
}

/// A tuple of features.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of features",
    label = "expected a tuple; remember the comma in a one-element list: `(Introspection,)`"
)]
pub trait FeatureList: List {
    #[doc(hidden)]
    type Has<Name: Key>: Flag;
    #[doc(hidden)]
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
    /// The paths that the features answer at, below the issuer's.
    #[doc(hidden)]
    fn paths(&self, endpoints: &Endpoints) -> Vec<String>;
}

/// Every grant in the list runs on the storage `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of grant types",
    label = "expected a tuple; remember the comma in a one-element list: `(ClientCredentials,)`"
)]
pub trait ServedBy<S>: GrantList {
    #[doc(hidden)]
    fn dispatch(
        &self,
        grant_type: &str,
        cx: &TokenContext<'_, S>,
    ) -> impl Future<Output = Result<TokenResponse, TokenError>> + Send;
}

/// Every response type in the list runs on the storage `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of response types",
    label = "expected a tuple; remember the comma in a one-element list: `(Code,)`"
)]
pub trait RespondedBy<S>: ResponseTypeList {
    #[doc(hidden)]
    type HasNone: Flag;
    #[doc(hidden)]
    fn dispatch(
        &self,
        response_type: &str,
        cx: &ApprovalContext<'_, S>,
    ) -> impl Future<Output = Result<AuthorizationResponse, TokenError>> + Send;
}

/// Every feature in the list runs on the storage `S`.
pub trait FeaturesServedBy<S>: FeatureList {}

/// The routes that the features of a list add.
#[doc(hidden)]
pub trait RoutesFor<S, G>: FeatureList {
    /// Answers the request if one of the features has this path, else gives it back.
    fn route(
        &self,
        parts: &RouteParts<'_, S, G>,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, Request<Bytes>>> + Send;
    /// Does one of the features have this path?
    fn has_route(&self, parts: &RouteParts<'_, S, G>, path: &str) -> bool;
}

/// A tuple with one more element.
#[doc(hidden)]
pub trait Append<X> {
    type Output;
    fn append(self, element: X) -> Self::Output;
}

/// What a seventeenth element runs into: nothing implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this list is full: a server takes at most 16 grant types, 16 response types and 16 features",
    label = "there is no room for `{Self}`"
)]
pub trait FitsIntoAFullList {}

macro_rules! any {
    () => { No };
    ($head:ty $(, $tail:ty)*) => { Or<$head, any!($($tail),*)> };
}

macro_rules! is_empty {
    () => {
        Yes
    };
    ($($element:tt)+) => {
        No
    };
}

macro_rules! list {
    ($($T:ident $i:tt),*) => {
        impl<$($T: WireName),*> sealed::Sealed for ($($T,)*) {}

        impl<$($T: WireName + Send + Sync),*> List for ($($T,)*) {
            const NAMES: &'static [&'static str] = &[$($T::NAME),*];
            type IsEmpty = is_empty!($($T)*);
            type Contains<Name: Key> = any!($(<$T::Key as Key>::Same<Name>),*);
        }

        impl<$($T: GrantType),*> GrantList for ($($T,)*) {
            type AnyIssuesRefreshTokens = any!($($T::IssuesRefreshTokens),*);
            const PARAMETERS: &'static [&'static [Parameter]] = &[$($T::PARAMETERS),*];
            fn active(&self) -> impl Iterator<Item = &'static str> {
                <[Option<&'static str>; _]>::into_iter([$(self.$i.is_active().then_some($T::NAME)),*]).flatten()
            }
            fn code_settings(&self) -> Option<CodeSettings> {
                None $(.or_else(|| self.$i.code_settings()))*
            }
            fn refresh_settings(&self) -> Option<RefreshSettings> {
                None $(.or_else(|| self.$i.refresh_settings()))*
            }
        }

        impl<$($T: ResponseType),*> ResponseTypeList for ($($T,)*) {
            type AnyCode = any!($($T::CarriesCode),*);
            type AnyAccessToken = any!($($T::CarriesAccessToken),*);
            const ALL: &'static [ResponseTypeInfo] = &[$(ResponseTypeInfo::of::<$T>()),*];
        }

        impl<$($T: Feature),*> FeatureList for ($($T,)*) {
            type Has<Name: Key> = <Self as List>::Contains<Name>;
            #[allow(unused_variables, reason = "the empty list")]
            fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
                $(self.$i.describe(cx, metadata);)*
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn paths(&self, endpoints: &Endpoints) -> Vec<String> {
                vec![$($T::path(endpoints).to_owned()),*]
            }
        }

        impl<S: Send + Sync, $($T: Grant<S>),*> ServedBy<S> for ($($T,)*) {
            #[allow(unused_variables, reason = "the empty list")]
            async fn dispatch(&self, grant_type: &str, cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
                $(if grant_type == $T::NAME {
                    return self.$i.exchange(&cx.of_grant::<$T>()).await;
                })*
                Err(TokenError::new(ErrorCode::UnsupportedGrantType, "this server does not have the grant type"))
            }
        }

        impl<S: Send + Sync, $($T: Respond<S>),*> RespondedBy<S> for ($($T,)*) {
            type HasNone = <Self as List>::IsEmpty;
            #[allow(unused_variables, reason = "the empty list")]
            async fn dispatch(&self, response_type: &str, cx: &ApprovalContext<'_, S>) -> Result<AuthorizationResponse, TokenError> {
                $(if response_type == $T::NAME {
                    return self.$i.respond(cx).await;
                })*
                Err(TokenError::new(ErrorCode::UnsupportedResponseType, "this server does not have the response type"))
            }
        }

        impl<S, $($T: FeatureFor<S>),*> FeaturesServedBy<S> for ($($T,)*) {}

        impl<S: Send + Sync, G: Sync, $($T: ServesRoute<S, G>),*> RoutesFor<S, G> for ($($T,)*) {
            #[allow(unused_variables, reason = "the empty list")]
            async fn route(&self, parts: &RouteParts<'_, S, G>, request: Request<Bytes>) -> Result<Response<Bytes>, Request<Bytes>> {
                $(if parts.is_at($T::path(parts.endpoints()), request.uri().path()) {
                    return Ok(self.$i.serve(parts, request).await);
                })*
                Err(request)
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn has_route(&self, parts: &RouteParts<'_, S, G>, path: &str) -> bool {
                false $(|| parts.is_at($T::path(parts.endpoints()), path))*
            }
        }
    };
}

macro_rules! append {
    ($($T:ident $i:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($T,)* X> Append<X> for ($($T,)*) {
            type Output = ($($T,)* X,);
            fn append(self, element: X) -> Self::Output {
                ($(self.$i,)* element,)
            }
        }
    };
}

// Each arity is written out: recursive tuple bounds are slow to compile.
macro_rules! up_to_fifteen {
    ($each:ident) => {
        $each!();
        $each!(A 0);
        $each!(A 0, B 1);
        $each!(A 0, B 1, C 2);
        $each!(A 0, B 1, C 2, D 3);
        $each!(A 0, B 1, C 2, D 3, E 4);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9, L 10);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9, L 10, M 11);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9, L 10, M 11, N 12);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9, L 10, M 11, N 12, O 13);
        $each!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9, L 10, M 11, N 12, O 13, Q 14);
    };
}

up_to_fifteen!(list);
list!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7, J 8, K 9, L 10, M 11, N 12, O 13, Q 14, R 15);
up_to_fifteen!(append);

impl<A, B, C, D, E, F, H, I, J, K, L, M, N, O, Q, R, X: FitsIntoAFullList> Append<X>
    for (A, B, C, D, E, F, H, I, J, K, L, M, N, O, Q, R)
{
    type Output = Self;
    fn append(self, _: X) -> Self {
        self
    }
}
