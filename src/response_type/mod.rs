//! Response types (RFC 6749 section 3.1.1 and Multiple Response Types): what the authorization endpoint returns once a person
//! has approved. A response type *declares* what it carries; making it is done in one place for all of them, also a user's own, so
//! what is declared is what is sent.

mod code;
mod code_id_token;
mod code_id_token_token;
mod code_token;
mod compose;
mod context;
mod id_token;
mod id_token_token;
mod list;
mod none;
mod token;

pub(crate) use compose::encode;

use crate::authorization::ResponseTypeInfo;
use std::future::Future;

pub use code::Code;
pub use code_id_token::CodeIdToken;
pub use code_id_token_token::CodeIdTokenToken;
pub use code_token::CodeToken;
pub use context::{ApprovalContext, ExtraParameters, ReservedParameter};
pub use id_token::IdToken;
pub use id_token_token::IdTokenToken;
pub use list::{ResponseTypeList, ResponseTypesOn};
pub use none::Nothing;
pub use token::Token;

use crate::extension::metadata::{Metadata, MetadataContext};
use crate::issue::ApprovalStep;
use crate::typelevel::flag::Or;
use crate::typelevel::{Flag, No, WireName};
use crate::values::error::{ErrorCode, OAuthError};

/// What a response type is, whatever the storage. It is `Send`, `Sync` and `'static`, as the server is that has it; that is asked
/// where it is added to the chain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response type",
    label = "expected a response type, such as `Code`, `Token` or `CodeToken`",
    note = "for a response type of your own, use `extension_response_type!` and implement `Respond<S>`"
)]
pub trait ResponseType: WireName {
    /// Does it return a `code`? RFC 7591 section 2.1 ties that to the `authorization_code` grant.
    type CarriesCode: Flag;
    /// Does it return an access token from the authorization endpoint? Tied to the `implicit` grant.
    type CarriesAccessToken: Flag;
    /// Does it return an ID token from the authorization endpoint (OpenID Connect Core section 3.2 and 3.3)?
    type CarriesIdToken: Flag;
    /// Is it switched on? `None` in an `Option<R>` is not: it answers `unsupported_response_type` and is not advertised.
    fn is_active(&self) -> bool {
        true
    }
    /// What it says in the metadata beside its name.
    #[doc(hidden)]
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
}

/// What no grant goes with can be switched off alone.
impl<T: ResponseType<CarriesCode = No, CarriesAccessToken = No, CarriesIdToken = No>> ResponseType for Option<T> {
    type CarriesCode = No;
    type CarriesAccessToken = No;
    type CarriesIdToken = No;
    fn is_active(&self) -> bool {
        self.as_ref().is_some_and(T::is_active)
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        if let Some(response_type) = self {
            response_type.describe(cx, metadata);
        }
    }
}

/// Does it return anything that the storage keeps?
#[doc(hidden)]
pub type Issues<T> = Or<<T as ResponseType>::CarriesCode, <T as ResponseType>::CarriesAccessToken>;

/// A response type that runs on the storage `S`.
///
/// ```
/// use grantor::{ApprovalContext, ExtraParameters, No, Respond, OAuthError, extension_response_type};
///
/// /// Returns a receipt of the approval and no token.
/// pub struct Receipt;
/// extension_response_type!(Receipt = "receipt", code: No, access_token: No);
///
/// impl<S: Send + Sync> Respond<S> for Receipt {
///     async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
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
    fn extra(&self, _: &ApprovalContext<'_, S>) -> impl Future<Output = Result<ExtraParameters, OAuthError>> + Send {
        async { Ok(ExtraParameters::none()) }
    }
}

#[diagnostic::do_not_recommend]
impl<S, T> Respond<S> for Option<T>
where
    S: Send + Sync,
    T: ResponseType<CarriesCode = No, CarriesAccessToken = No, CarriesIdToken = No> + Respond<S> + Sync,
{
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        match self {
            Some(response_type) => response_type.extra(cx).await,
            None => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "the response type is switched off")),
        }
    }
}

/// What is known of a response type at run time.
pub(crate) const fn info_of<T: ResponseType>() -> ResponseTypeInfo {
    ResponseTypeInfo {
        name: T::NAME,
        code: T::CarriesCode::VALUE,
        access_token: T::CarriesAccessToken::VALUE,
        id_token: T::CarriesIdToken::VALUE,
    }
}

/// Defines a response type of your own (RFC 6749 section 8.4). `cargo check` sees to the grammar of its name.
///
/// `extension_response_type!(MyType = "name", code: No, access_token: No)`, optionally with `id_token: Yes` at the end. For a generic
/// type, `impl` and its parameters come first, with whatever bounds they have:
/// `extension_response_type!(impl<A: Accounts + Clone> MyType<A> = ..)`. See [`Respond`] for an example.
#[macro_export]
macro_rules! extension_response_type {
    (impl < $($rest:tt)*) => { $crate::__generics! { extension_response_type {} [] $($rest)* } };
    (@ [$($generics:tt)*] $t:ty = $name:expr, code: $code:ty, access_token: $token:ty $(,)?) => {
        $crate::extension_response_type!(@ [$($generics)*] $t = $name, code: $code, access_token: $token, id_token: $crate::No);
    };
    (@ [$($generics:tt)*] $t:ty = $name:expr, code: $code:ty, access_token: $token:ty, id_token: $id_token:ty $(,)?) => {
        $crate::wire_name!(@ [$($generics)*] $t = $name);
        const _: () = assert!(
            $crate::__private::is_response_type($name),
            "a response type is named by words of letters, digits and `_` with one space between (RFC 6749 appendix A.3)"
        );
        $crate::extension_response_type!(@says [$($generics)*] $name, $code, $token, $id_token);
        impl<$($generics)*> $crate::ResponseType for $t {
            type CarriesCode = $code;
            type CarriesAccessToken = $token;
            type CarriesIdToken = $id_token;
        }
    };
    (@says [] $name:expr, $code:ty, $token:ty, $id_token:ty) => {
        const _: () = assert!(
            $crate::__private::returns_what_it_says($name, "code", <$code as $crate::Flag>::VALUE)
                && $crate::__private::returns_what_it_says($name, "token", <$token as $crate::Flag>::VALUE)
                && $crate::__private::returns_what_it_says($name, "id_token", <$id_token as $crate::Flag>::VALUE),
            "a response type returns what its words `code`, `token` and `id_token` say: declare each as `Yes`, or take another name"
        );
    };
    // The flags may be those of a type parameter: `.response_type(..)` looks at them.
    (@says [$($generics:tt)+] $($rest:tt)*) => {};
    ($t:ty = $name:expr, code: $code:ty, access_token: $token:ty $(, id_token: $id_token:ty)? $(,)?) => {
        $crate::extension_response_type!(@ [] $t = $name, code: $code, access_token: $token $(, id_token: $id_token)?);
    };
}
