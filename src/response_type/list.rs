//! What is folded over a list of response types, and the dispatch over it.

use std::future::Future;

use crate::authorization::AuthorizationResponse;
use crate::error::{ErrorCode, TokenError};
use crate::issue::{ApprovalStep, Issuing};
use crate::metadata::{Metadata, MetadataContext};
use crate::response_type::compose::compose;
use crate::response_type::{ApprovalContext, Issues, Respond, ResponseType, ResponseTypeInfo};
use crate::typelevel::list::any;
use crate::typelevel::tuples::up_to_16;
use crate::typelevel::{Flag, List};

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
    #[doc(hidden)]
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
}

/// Every response type in the list runs on the storage `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of response types",
    label = "expected a tuple; remember the comma in a one-element list: `(Code,)`"
)]
pub trait ResponseTypesOn<S>: ResponseTypeList {
    #[doc(hidden)]
    type HasNone: Flag;
    #[doc(hidden)]
    fn answer<F: Issuing<S>>(
        &self,
        response_type: &str,
        cx: &ApprovalContext<'_, S>,
        features: &F,
    ) -> impl Future<Output = Result<AuthorizationResponse, TokenError>> + Send;
}

macro_rules! response_types {
    ($($T:ident $i:tt),*) => {
        impl<$($T: ResponseType),*> ResponseTypeList for ($($T,)*) {
            type AnyCode = any!($($T::CarriesCode),*);
            type AnyAccessToken = any!($($T::CarriesAccessToken),*);
            const ALL: &'static [ResponseTypeInfo] = &[$(ResponseTypeInfo::of::<$T>()),*];
            #[allow(unused_variables, reason = "the empty list")]
            fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
                $(self.$i.describe(cx, metadata);)*
            }
        }

        impl<S: Send + Sync, $($T: Respond<S>),*> ResponseTypesOn<S> for ($($T,)*)
        where
            $(Issues<$T>: ApprovalStep<S>,)*
        {
            type HasNone = <Self as List>::IsEmpty;
            #[allow(unused_variables, reason = "the empty list")]
            async fn answer<F: Issuing<S>>(
                &self,
                response_type: &str,
                cx: &ApprovalContext<'_, S>,
                features: &F,
            ) -> Result<AuthorizationResponse, TokenError> {
                $(if response_type == $T::NAME {
                    return compose(&self.$i, cx, features).await;
                })*
                Err(TokenError::new(ErrorCode::UnsupportedResponseType, "this server does not have the response type"))
            }
        }
    };
}
up_to_16!(response_types);
