//! Response types (RFC 6749 section 3.1.1 and Multiple Response Types): what the authorization endpoint returns once a person
//! has approved. A response type *declares* what it carries; making it is done in one place for all of them, also a user's own, so
//! what is declared is what is sent.

mod code;
mod code_token;
mod compose;
mod context;
mod list;
mod none;
mod token;

use std::future::Future;

pub use code::Code;
pub use code_token::CodeToken;
pub use context::{ApprovalContext, ExtraParameters, ReservedParameter};
pub use list::{ResponseTypeList, ResponseTypesOn};
pub use none::Nothing;
pub use token::Token;

use crate::error::TokenError;
use crate::issue::ApprovalStep;
use crate::metadata::{Metadata, MetadataContext};
use crate::typelevel::flag::Or;
use crate::typelevel::{Flag, WireName};

/// What a response type is, whatever the storage.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response type",
    label = "expected a response type, such as `Code`, `Token` or `CodeToken`",
    note = "for a response type of your own, use `extension_response_type!` and implement `Respond<S>`"
)]
pub trait ResponseType: WireName + Send + Sync + 'static {
    /// Does it return a `code`? RFC 7591 section 2.1 ties that to the `authorization_code` grant.
    type CarriesCode: Flag;
    /// Does it return an access token from the authorization endpoint? Tied to the `implicit` grant.
    type CarriesAccessToken: Flag;
    /// Does it return an ID token from the authorization endpoint (OpenID Connect Core section 3.2 and 3.3)?
    type CarriesIdToken: Flag;
    /// What it says in the metadata beside its name.
    #[doc(hidden)]
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
}

/// Does it return anything that the storage keeps?
#[doc(hidden)]
pub type Issues<T> = Or<<T as ResponseType>::CarriesCode, <T as ResponseType>::CarriesAccessToken>;

/// A response type that runs on the storage `S`.
///
/// ```
/// use grantor::{ApprovalContext, ExtraParameters, No, Respond, TokenError, extension_response_type};
///
/// /// Returns a receipt of the approval and no token.
/// pub struct Receipt;
/// extension_response_type!(Receipt = "receipt", code: No, access_token: No);
///
/// impl<S: Send + Sync> Respond<S> for Receipt {
///     async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, TokenError> {
///         Ok(ExtraParameters::none().parameter("receipt", cx.subject().as_str())?)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the `{Self}` response type cannot be served from the storage `{S}`",
    label = "`{Self}` does not implement `Respond<{S}>`",
    note = "a response type of your own says what it needs of a storage: `impl<S: FamilyStore> Respond<S> for {Self} {{}}`"
)]
pub trait Respond<S>: ResponseType
where
    Issues<Self>: ApprovalStep<S>,
{
    /// Parameters beside those that the declaration stands for. Nothing has been issued yet. An error goes to the client by
    /// redirect.
    fn extra(&self, _: &ApprovalContext<'_, S>) -> impl Future<Output = Result<ExtraParameters, TokenError>> + Send {
        async { Ok(ExtraParameters::none()) }
    }
}

/// What is known of a response type at run time.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct ResponseTypeInfo {
    pub(crate) name: &'static str,
    pub(crate) code: bool,
    pub(crate) access_token: bool,
    pub(crate) id_token: bool,
}

impl ResponseTypeInfo {
    pub(crate) const fn of<T: ResponseType>() -> Self {
        Self {
            name: T::NAME,
            code: T::CarriesCode::VALUE,
            access_token: T::CarriesAccessToken::VALUE,
            id_token: T::CarriesIdToken::VALUE,
        }
    }
}

/// Defines a response type of your own (RFC 6749 section 8.4). `cargo check` sees to the grammar of its name.
///
/// `extension_response_type!(MyType = "name", code: No, access_token: No)`, optionally with `id_token: Yes` at the end. See
/// [`Respond`] for an example.
#[macro_export]
macro_rules! extension_response_type {
    ($t:ty = $name:expr, code: $code:ty, access_token: $token:ty) => {
        $crate::extension_response_type!($t = $name, code: $code, access_token: $token, id_token: $crate::No);
    };
    ($t:ty = $name:expr, code: $code:ty, access_token: $token:ty, id_token: $id_token:ty) => {
        $crate::wire_name!($t = $name);
        const _: () = assert!(
            $crate::__private::is_response_type($name),
            "a response type is named by words of letters, digits and `_` with one space between (RFC 6749 appendix A.3)"
        );
        impl $crate::ResponseType for $t {
            type CarriesCode = $code;
            type CarriesAccessToken = $token;
            type CarriesIdToken = $id_token;
        }
    };
}
