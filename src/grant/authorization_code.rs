//! The authorization code grant (RFC 6749 section 4.1.3) with PKCE (RFC 7636).

use std::fmt;
use std::marker::PhantomData;

use crate::grant::{Grant, GrantType};
use crate::http::parameters::Parameter;
use crate::issue::{CodeSettings, Granted, Redeem, TokenContext};
use crate::storage::AuthorizationCodeStore;
use crate::typelevel::{Flag, No, Yes};
use crate::values::error::OAuthError;
use crate::values::lifetime::CodeLifetime;

/// The `authorization_code` grant (RFC 6749 section 4.1.3). PKCE with `S256` is required, unless
/// [`pkce_optional`](Self::pkce_optional) or [`pkce_plain`](Self::pkce_plain) say otherwise, which only
/// [`Rfc6749`](crate::Rfc6749) permits. A code lives one minute.
pub struct AuthorizationCode<K = PkceRequired, M = S256Only> {
    lifetime: CodeLifetime,
    policy: PhantomData<fn() -> (K, M)>,
}

/// Whether PKCE is required, as a type.
pub trait PkcePolicy: Send + Sync + 'static {
    /// Is it?
    type Required: Flag;
}

/// Every authorization request has a `code_challenge`.
#[derive(Debug, Clone, Copy)]
pub struct PkceRequired;

/// Clients may do without PKCE.
#[derive(Debug, Clone, Copy)]
pub struct PkceOptional;

/// Whether the `plain` method is accepted, as a type.
pub trait PlainPolicy: Send + Sync + 'static {
    /// Is it?
    type Accepted: Flag;
}

/// `S256` is the only method.
#[derive(Debug, Clone, Copy)]
pub struct S256Only;

/// `plain` is accepted beside `S256`.
#[derive(Debug, Clone, Copy)]
pub struct PlainToo;

impl PkcePolicy for PkceRequired {
    type Required = Yes;
}
impl PkcePolicy for PkceOptional {
    type Required = No;
}
impl PlainPolicy for S256Only {
    type Accepted = No;
}
impl PlainPolicy for PlainToo {
    type Accepted = Yes;
}

impl AuthorizationCode {
    /// The grant with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { lifetime: CodeLifetime::DEFAULT, policy: PhantomData }
    }
}

impl Default for AuthorizationCode {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, M> AuthorizationCode<K, M> {
    /// How long a code lives. Without this call: 60 seconds.
    #[must_use]
    pub const fn code_lifetime(mut self, lifetime: CodeLifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Lets clients do without PKCE. A client that began with a challenge must still end with its verifier, and one that did
    /// not cannot send a verifier (RFC 9700 section 2.1.1).
    #[must_use]
    pub const fn pkce_optional(self) -> AuthorizationCode<PkceOptional, M> {
        AuthorizationCode { lifetime: self.lifetime, policy: PhantomData }
    }

    /// Accepts the `plain` method beside `S256` (RFC 7636 section 4.2).
    #[must_use]
    pub const fn pkce_plain(self) -> AuthorizationCode<K, PlainToo> {
        AuthorizationCode { lifetime: self.lifetime, policy: PhantomData }
    }
}

impl<K, M> fmt::Debug for AuthorizationCode<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCode").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

impl<K, M> Clone for AuthorizationCode<K, M> {
    fn clone(&self) -> Self {
        Self { lifetime: self.lifetime, policy: PhantomData }
    }
}

crate::wire_name!(impl<K: PkcePolicy, M: PlainPolicy> AuthorizationCode<K, M> = "authorization_code");

impl<K: PkcePolicy, M: PlainPolicy> GrantType for AuthorizationCode<K, M> {
    type Step = Redeem;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = K::Required;
    type AcceptsPlainPkce = M::Accepted;
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::once("code"), Parameter::once("redirect_uri"), Parameter::once("code_verifier")];

    fn code_settings(&self) -> CodeSettings {
        CodeSettings::new(self.lifetime)
    }
}

impl<S: AuthorizationCodeStore, K: PkcePolicy, M: PlainPolicy> Grant<S> for AuthorizationCode<K, M> {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Redeem>, OAuthError> {
        Ok(cx.code().await?.grant())
    }
}
