//! What is folded over a list of response types, and the dispatch over it.

use std::borrow::Cow;
use std::future::Future;

use crate::authorization::{AuthorizationResponse, ResponseTypeInfo};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::issue::{ApprovalStep, Issuing};
use crate::response_type::compose::compose;
use crate::response_type::{ApprovalContext, Code, Issues, Respond, ResponseType, info_of};
use crate::storage::FamilyId;
use crate::typelevel::flag::Not;
use crate::typelevel::list::any;
use crate::typelevel::name::{Key, KeyOf};
use crate::typelevel::tuples::up_to_16;
use crate::typelevel::{Flag, List};
use crate::values::error::{ErrorCode, OAuthError};

/// A tuple of up to 16 response types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of response types",
    label = "expected a tuple; remember the comma in a one-element list: `(Code,)`"
)]
pub trait ResponseTypeList: List + Send + Sync + 'static {
    #[doc(hidden)]
    type AnyCode: Flag;
    #[doc(hidden)]
    type AnyAccessToken: Flag;
    #[doc(hidden)]
    type AnyIdToken: Flag;
    /// Is there one beside `code`?
    #[doc(hidden)]
    type AnyBesideCode: Flag;
    #[doc(hidden)]
    const ALL: &'static [ResponseTypeInfo];
    /// Those that are switched on (see [`ResponseType::is_active`]).
    #[doc(hidden)]
    fn active(&self) -> Cow<'static, [ResponseTypeInfo]>;
    #[doc(hidden)]
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
}

/// Every response type in the list, a tuple of up to 16, runs on the storage `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of response types",
    label = "expected a tuple; remember the comma in a one-element list: `(Code,)`"
)]
pub trait ResponseTypesOn<S>: ResponseTypeList {
    #[doc(hidden)]
    type HasNone: Flag;
    /// The response, and the authorization that began with it, if one did.
    #[doc(hidden)]
    fn answer<F: Issuing<S>>(
        &self,
        response_type: &str,
        cx: &ApprovalContext<'_, S>,
        features: &F,
    ) -> impl Future<Output = Result<(AuthorizationResponse, Option<FamilyId>), OAuthError>> + Send;
}

macro_rules! response_types {
    ($($T:ident $i:tt),*) => {
        #[doc(hidden)]
        impl<$($T: ResponseType + Send + Sync + 'static),*> ResponseTypeList for ($($T,)*) {
            type AnyCode = any!($($T::CarriesCode),*);
            type AnyAccessToken = any!($($T::CarriesAccessToken),*);
            type AnyIdToken = any!($($T::CarriesIdToken),*);
            type AnyBesideCode = any!($(Not<<$T::Key as Key>::Same<KeyOf<Code>>>),*);
            const ALL: &'static [ResponseTypeInfo] = &[$(info_of::<$T>()),*];
            fn active(&self) -> Cow<'static, [ResponseTypeInfo]> {
                let on: &[bool] = &[$(self.$i.is_active()),*];
                if on.iter().all(|on| *on) {
                    return Cow::Borrowed(Self::ALL);
                }
                Self::ALL.iter().zip(on).filter(|(_, on)| **on).map(|(info, _)| *info).collect()
            }
            #[allow(unused_variables, reason = "the empty list")]
            fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
                $(self.$i.describe(cx, metadata);)*
            }
        }

        #[doc(hidden)]
        impl<S: Send + Sync, $($T: Respond<S> + Send + Sync + 'static),*> ResponseTypesOn<S> for ($($T,)*)
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
            ) -> Result<(AuthorizationResponse, Option<FamilyId>), OAuthError> {
                $(if response_type == $T::NAME {
                    return compose(&self.$i, cx, features).await;
                })*
                Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "this server does not have the response type"))
            }
        }
    };
}
up_to_16!(response_types);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthorizationServer, ClientCredentials, Development, MemoryStore, No, Nothing, OAuth21, issuer};

    /// Says where its receipts are.
    struct Receipt;
    crate::wire_name!(Receipt = "receipt");
    impl ResponseType for Receipt {
        type CarriesCode = No;
        type CarriesAccessToken = No;
        type CarriesIdToken = No;
        fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
            metadata.scopes_supported.push(cx.url("/receipts"));
        }
    }
    impl<S: Send + Sync> Respond<S> for Receipt {}

    #[test]
    fn a_response_type_describes_itself_while_it_is_switched_on() {
        for on in [true, false] {
            let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).storage(MemoryStore::new());
            let chain = chain.issuer(issuer!("https://as.example.com")).grant(ClientCredentials::new());
            let server = chain.response_type(Nothing).response_type(on.then_some(Receipt)).build();
            let document = server.metadata().document();
            let said = (document.response_types_supported, document.scopes_supported);
            let receipts = "https://as.example.com/receipts".to_owned();
            assert_eq!(said, if on { (vec!["none", "receipt"], vec![receipts]) } else { (vec!["none"], Vec::new()) });
        }
    }
}
