//! Grant types (RFC 6749 section 1.3): what each looks at, what it grants. A grant *decides*; making tokens, storing them and
//! writing the response is done by the [`TokenContext`] that it is given, for all grants alike, also a user's own.

mod authorization_code;
mod client_credentials;
mod context;
mod granted;
mod implicit;
mod password;
mod refresh_token;
mod response;

use std::future::Future;

pub use authorization_code::{AuthorizationCode, PkceOptional, PkcePolicy, PkceRequired, PlainPolicy, PlainToo, S256Only};
pub use client_credentials::ClientCredentials;
pub use context::TokenContext;
pub(crate) use context::mint;
pub use granted::{Granted, ReservedMember};
pub use implicit::Implicit;
pub use password::{Password, ResourceOwnerAuthenticator};
pub use refresh_token::RefreshToken;
pub use response::TokenResponse;

use crate::error::TokenError;
use crate::lifetime::{CodeLifetime, RefreshTokenLifetime, RetryWindow};
use crate::parameters::Parameter;
use crate::typelevel::{Flag, WireName};

/// What a grant type is, whatever the storage.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a grant type",
    label = "expected a grant type, such as `AuthorizationCode::new()` or `ClientCredentials::new()`",
    note = "for a grant type of your own, use `extension_grant!` and implement `Grant<S>`"
)]
pub trait GrantType: WireName + Send + Sync + 'static {
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
    /// Is it switched on? `None` in an `Option<G>` is not: it answers `unsupported_grant_type` and is not advertised.
    fn is_active(&self) -> bool {
        true
    }
    /// How codes are issued, if this is the `authorization_code` grant.
    fn code_settings(&self) -> Option<CodeSettings> {
        None
    }
    /// How refresh tokens are issued, if this is the `refresh_token` grant.
    fn refresh_settings(&self) -> Option<RefreshSettings> {
        None
    }
}

/// A grant type that runs on the storage `S`.
///
/// ```
/// use grantor::{FamilyStore, Grant, Granted, No, Scope, Subject, TokenContext, TokenError, TokenResponse, extension_grant};
///
/// /// Exchanges a one-time password that was sent by other means.
/// pub struct OneTimePassword;
/// extension_grant!(OneTimePassword = "urn:example:grant:otp", refresh_tokens: No, parameters: ["otp"]);
///
/// impl<S: FamilyStore> Grant<S> for OneTimePassword {
///     async fn exchange(&self, cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
///         let otp = cx.require("otp")?;
/// #       let subject_of = |_: &str| Subject::new("alice").ok();
///         let subject = subject_of(otp).ok_or_else(|| cx.invalid_grant("the one-time password is wrong"))?;
///         cx.issue(Granted::to(subject, cx.scope()?)).await
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the `{Self}` grant cannot be served from the storage `{S}`",
    label = "`{Self}` does not implement `Grant<{S}>`",
    note = "a grant type of your own says what it needs of a storage and what it grants: `impl<S: FamilyStore> Grant<S> for {Self}`"
)]
pub trait Grant<S>: GrantType {
    /// Validates the request and issues what it grants. Whatever it returns as an error goes to the client (RFC 6749 section
    /// 5.2).
    fn exchange(&self, cx: &TokenContext<'_, S>) -> impl Future<Output = Result<TokenResponse, TokenError>> + Send;
}

/// How authorization codes are issued.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CodeSettings {
    /// How long a code lives.
    pub lifetime: CodeLifetime,
    /// Must every request have a `code_challenge`?
    pub pkce_required: bool,
    /// Is the `plain` method accepted?
    pub plain_accepted: bool,
}

impl CodeSettings {
    /// Settings for a grant of your own with the name `authorization_code`: PKCE required, `S256` only.
    #[must_use]
    pub const fn new(lifetime: CodeLifetime) -> Self {
        Self { lifetime, pkce_required: true, plain_accepted: false }
    }
}

/// How refresh tokens are issued.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RefreshSettings {
    /// How long a refresh token lives, counted from its own issue: a session in use does not end.
    pub lifetime: RefreshTokenLifetime,
    /// How long the same refresh token may be presented again after its rotation.
    pub retry_window: RetryWindow,
}

impl RefreshSettings {
    /// Settings for a grant of your own with the name `refresh_token`.
    #[must_use]
    pub const fn new(lifetime: RefreshTokenLifetime, retry_window: RetryWindow) -> Self {
        Self { lifetime, retry_window }
    }
}

#[diagnostic::do_not_recommend]
impl<G: WireName> WireName for Option<G> {
    const NAME: &'static str = G::NAME;
    type Key = G::Key;
}

impl<G: GrantType> GrantType for Option<G> {
    type IssuesRefreshTokens = G::IssuesRefreshTokens;
    type RequiresPkce = G::RequiresPkce;
    type AcceptsPlainPkce = G::AcceptsPlainPkce;
    const PARAMETERS: &'static [Parameter] = G::PARAMETERS;
    fn is_active(&self) -> bool {
        self.as_ref().is_some_and(G::is_active)
    }
    fn code_settings(&self) -> Option<CodeSettings> {
        self.as_ref().and_then(G::code_settings)
    }
    fn refresh_settings(&self) -> Option<RefreshSettings> {
        self.as_ref().and_then(G::refresh_settings)
    }
}

impl<S: Send + Sync, G: Grant<S>> Grant<S> for Option<G> {
    async fn exchange(&self, cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
        match self {
            Some(grant) => grant.exchange(cx).await,
            None => Err(TokenError::new(crate::error::ErrorCode::UnsupportedGrantType, "the grant type is switched off")),
        }
    }
}

/// Defines a grant type of your own (RFC 6749 section 4.5). Its name must be an absolute URI; `cargo check` sees to it.
///
/// `extension_grant!(MyGrant = "urn:example:grant:mine", refresh_tokens: No)`, optionally with the parameters that it reads:
/// `parameters: ["otp", "device"]`. See [`Grant`] for an example.
#[macro_export]
macro_rules! extension_grant {
    (impl<$($p:ident $(: $b:path)?),*> $t:ty = $name:expr, refresh_tokens: $refresh:ty $(, parameters: [$($parameter:literal),* $(,)?])?) => {
        $crate::wire_name!(impl<$($p $(: $b)?),*> $t = $name);
        const _: () = assert!(
            $crate::__private::is_absolute_uri($name),
            "an extension grant type is named by an absolute URI (RFC 6749 section 4.5)"
        );
        impl<$($p: Send + Sync + 'static $(+ $b)?),*> $crate::GrantType for $t {
            type IssuesRefreshTokens = $refresh;
            type RequiresPkce = $crate::Yes;
            type AcceptsPlainPkce = $crate::No;
            const PARAMETERS: &'static [$crate::Parameter] = &[$($($crate::Parameter::once($parameter)),*)?];
        }
    };
    ($t:ty = $name:expr, refresh_tokens: $refresh:ty $(, parameters: [$($parameter:literal),* $(,)?])?) => {
        $crate::extension_grant!(impl<> $t = $name, refresh_tokens: $refresh $(, parameters: [$($parameter),*])?);
    };
}
