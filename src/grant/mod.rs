//! Grant types (RFC 6749 section 1.3): what each looks at, what it grants. A grant *decides*; making tokens, storing them and
//! writing the response is done in one place for all grants alike, also a user's own.

mod authorization_code;
mod client_credentials;
mod device_code;
mod extension;
mod implicit;
#[cfg(feature = "jose")]
mod jwt_bearer;
mod list;
mod password;
mod refresh_token;
mod sign_in;
mod token_exchange;

use std::future::Future;

pub use authorization_code::{AuthorizationCode, PkceOptional, PkcePolicy, PkceRequired, PlainPolicy, PlainToo, S256Only};
pub use client_credentials::ClientCredentials;
pub use device_code::DeviceCode;
pub(crate) use device_code::UserCode;
pub use extension::ExtensionGrant;
pub use implicit::Implicit;
#[cfg(feature = "jose")]
pub use jwt_bearer::{
    Assertion, AssertionDecision, AssertionKind, AssertionPolicy, DecidesAssertions, IdJags, JwtBearer, PlainAssertions,
};
pub(crate) use list::facts;
pub use list::{GrantList, GrantsOn};
pub use password::{Password, ResourceOwnerAuthenticator};
pub use refresh_token::{RefreshPolicy, RefreshToken, Reusable, Rotating};
pub use token_exchange::{
    DecidesExchanges, Exchange, ExchangeDecision, ExchangePolicy, ExchangedToken, ForeignTokens, NoIdJags, NoIssuers,
    TokenExchange,
};
#[cfg(feature = "jose")]
pub use token_exchange::{DecidesIdJags, IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, IdJagsBy};

use bytes::Bytes;
use http::{Request, Response};

use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::http::answer;
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::issue::{CodeSettings, Granted, RefreshSettings, Step, StepKind, TokenContext};
use crate::typelevel::{Flag, WireName};
use crate::values::error::{ErrorCode, OAuthError};

/// What a grant type is, whatever the storage. It is `Send`, `Sync` and `'static`, as the server is that has it; that is asked where
/// it is added to the chain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a grant type",
    label = "expected a grant type, such as `AuthorizationCode::new()` or `ClientCredentials::new()`",
    note = "for a grant type of your own, use `extension_grant!` and implement `Grant<S>`"
)]
pub trait GrantType: WireName {
    /// What the storage has to do for the tokens of this grant to be good: [`Begin`](crate::Begin) for most,
    /// [`Redeem`](crate::Redeem) for one with the name `authorization_code`, [`Rotate`](crate::Rotate) for one with the name
    /// `refresh_token`.
    type Step: StepKind;
    /// Can a successful exchange hand out a refresh token?
    type IssuesRefreshTokens: Flag;
    /// Does it insist on PKCE? [`Yes`](crate::Yes) for everything that does not redeem codes.
    type RequiresPkce: Flag;
    /// Does it accept the `plain` PKCE method?
    type AcceptsPlainPkce: Flag;
    /// The parameters it reads from a token request, beside `grant_type`, `scope` and those of client authentication. One that
    /// may not repeat is `invalid_request` if it does (RFC 6749 section 3.2); parameters that no enabled grant declares are
    /// ignored.
    const PARAMETERS: &'static [Parameter] = &[];
    /// Which of these parameters hold an access token of this server, such as `subject_token` (RFC 8693 section 2.1). It is
    /// verified before the grant decides: see [`TokenContext::token`].
    const TOKENS: &'static [&'static str] = &[];
    /// Is it switched on? `None` in an `Option<G>` is not: it answers `unsupported_grant_type` and is not advertised.
    fn is_active(&self) -> bool {
        true
    }
    /// Where it answers itself, below the issuer's path, if it has a route.
    #[doc(hidden)]
    fn path<'a>(&self, _: &'a Endpoints) -> Option<&'a str> {
        None
    }
    /// What it says in the metadata beside its name.
    #[doc(hidden)]
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
    /// How codes are issued. Asked of the grant with the name `authorization_code`, and of no other.
    fn code_settings(&self) -> CodeSettings {
        CodeSettings::default()
    }
    /// How refresh tokens are issued. Asked of the grant with the name `refresh_token`, and of no other.
    fn refresh_settings(&self) -> RefreshSettings {
        RefreshSettings::default()
    }
}

/// A grant type that runs on the storage `S`.
///
/// ```
/// use grantor::{FamilyStore, Grant, Granted, No, Scope, Subject, TokenContext, OAuthError, extension_grant};
///
/// /// Exchanges a one-time password that was sent by other means.
/// pub struct OneTimePassword;
/// extension_grant!(OneTimePassword = "urn:example:grant:otp", refresh_tokens: No, parameters: ["otp"]);
///
/// impl<S: FamilyStore> Grant<S> for OneTimePassword {
///     async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
///         let otp = cx.require("otp")?;
/// #       let subject_of = |_: &str| Subject::new("alice").ok();
///         let subject = subject_of(otp).ok_or_else(|| cx.invalid_grant("the one-time password is wrong"))?;
///         Ok(Granted::to(subject, cx.scope()?))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the `{Self}` grant cannot be served from the storage `{S}`",
    label = "`{Self}` does not implement `Grant<{S}>`",
    note = "a grant type of your own says what it needs of a storage and what it grants: `impl<S: FamilyStore> Grant<S> for {Self}`"
)]
pub trait Grant<S>: GrantType<Step: Step<S>> {
    /// Validates the request and says what it grants. Nothing is issued yet, and nothing may be used up yet: what the storage has
    /// to do is the step of the decision. Whatever this returns as an error goes to the client (RFC 6749 section 5.2).
    fn decide(&self, cx: &TokenContext<'_, S>) -> impl Future<Output = Result<Granted<Self::Step>, OAuthError>> + Send;

    /// Answers a request at its path.
    #[doc(hidden)]
    fn serve<V: RouteView<S>>(&self, _: &V, _: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send {
        async { answer::not_found() }
    }
}

#[diagnostic::do_not_recommend]
impl<G: WireName> WireName for Option<G> {
    const NAME: &'static str = G::NAME;
    type Key = G::Key;
}

impl<G: GrantType> GrantType for Option<G> {
    type Step = G::Step;
    type IssuesRefreshTokens = G::IssuesRefreshTokens;
    type RequiresPkce = G::RequiresPkce;
    type AcceptsPlainPkce = G::AcceptsPlainPkce;
    const PARAMETERS: &'static [Parameter] = G::PARAMETERS;
    const TOKENS: &'static [&'static str] = G::TOKENS;
    fn is_active(&self) -> bool {
        self.as_ref().is_some_and(G::is_active)
    }
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        self.as_ref().and_then(|grant| grant.path(endpoints))
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        if let Some(grant) = self {
            grant.describe(cx, metadata);
        }
    }
    fn code_settings(&self) -> CodeSettings {
        self.as_ref().map(G::code_settings).unwrap_or_default()
    }
    fn refresh_settings(&self) -> RefreshSettings {
        self.as_ref().map(G::refresh_settings).unwrap_or_default()
    }
}

impl<S: Send + Sync, G: Grant<S> + Sync> Grant<S> for Option<G> {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<G::Step>, OAuthError> {
        match self {
            Some(grant) => grant.decide(cx).await,
            None => Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "the grant type is switched off")),
        }
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        match self {
            Some(grant) => grant.serve(view, request).await,
            None => answer::not_found(),
        }
    }
}

/// Defines a grant type of your own (RFC 6749 section 4.5). Its name must be an absolute URI; `cargo check` sees to it.
///
/// `extension_grant!(MyGrant = "urn:example:grant:mine", refresh_tokens: No)`, optionally with the parameters that it reads:
/// `parameters: ["otp", "device"]`. For a generic type, `impl` and its parameters come first, with whatever bounds they have:
/// `extension_grant!(impl<A: Accounts + Clone, M: Mailer> MyGrant<A, M> = ..)`. See [`Grant`] for an example.
#[macro_export]
macro_rules! extension_grant {
    (impl < $($rest:tt)*) => { $crate::__generics! { extension_grant {} [] $($rest)* } };
    (@ [$($generics:tt)*]
        $t:ty = $name:expr, refresh_tokens: $refresh:ty $(, parameters: [$($parameter:literal),* $(,)?])? $(,)?
    ) => {
        $crate::wire_name!(@ [$($generics)*] $t = $name);
        const _: () = assert!(
            $crate::__private::is_absolute_uri($name),
            "an extension grant type is named by an absolute URI (RFC 6749 section 4.5)"
        );
        impl<$($generics)*> $crate::GrantType for $t {
            type Step = $crate::Begin;
            type IssuesRefreshTokens = $refresh;
            type RequiresPkce = $crate::Yes;
            type AcceptsPlainPkce = $crate::No;
            const PARAMETERS: &'static [$crate::Parameter] = &[$($($crate::Parameter::once($parameter)),*)?];
        }
    };
    ($t:ty = $name:expr, refresh_tokens: $refresh:ty $(, parameters: [$($parameter:literal),* $(,)?])? $(,)?) => {
        $crate::extension_grant!(@ [] $t = $name, refresh_tokens: $refresh $(, parameters: [$($parameter),*])?);
    };
}
