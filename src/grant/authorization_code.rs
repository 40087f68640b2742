//! The authorization code grant (RFC 6749 section 4.1.3) with PKCE (RFC 7636).

use std::fmt;
use std::marker::PhantomData;

use crate::error::TokenError;
use crate::events;
use crate::grant::context::Minted;
use crate::grant::{CodeSettings, Grant, GrantType, Granted, TokenContext, TokenResponse};
use crate::lifetime::CodeLifetime;
use crate::parameters::Parameter;
use crate::pkce::CodeVerifier;
use crate::random::Draw;
use crate::storage::{AuthorizationCodeStore, CodeFacts, FoundCode, Redemption};
use crate::token::TokenHash;
use crate::typelevel::{Flag, No, Yes};

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
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = K::Required;
    type AcceptsPlainPkce = M::Accepted;
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::once("code"), Parameter::once("redirect_uri"), Parameter::once("code_verifier")];

    fn code_settings(&self) -> Option<CodeSettings> {
        let (pkce_required, plain_accepted) = (K::Required::VALUE, M::Accepted::VALUE);
        Some(CodeSettings { lifetime: self.lifetime, pkce_required, plain_accepted })
    }
}

impl<S: AuthorizationCodeStore, K: PkcePolicy, M: PlainPolicy> Grant<S> for AuthorizationCode<K, M> {
    /// Peek, validate, then redeem: whatever is wrong with the request, the code stays good for its owner.
    async fn exchange(&self, cx: &TokenContext<'_, S>) -> Result<TokenResponse, TokenError> {
        let hash = TokenHash::of(cx.require("code")?);
        let verifier = cx.parameter("code_verifier").map(CodeVerifier::parse).transpose();
        let verifier = verifier.map_err(|error| TokenError::invalid_request(error.to_string()))?;

        let found = cx.store().find_code(cx.issuer(), &hash, cx.now()).await?;
        let code = found.filter(|code| code.record.client_id == *cx.client().id());
        let code = code.filter(|code| code.redeemed || code.is_redeemable(cx.now())).ok_or_else(dead)?;
        check_redirect_uri(code.record.details.facts(), cx.parameter("redirect_uri"), K::Required::VALUE)?;
        check_verifier(code.record.details.facts(), verifier.as_ref())?;

        redeem(cx, hash, &code).await
    }
}

async fn redeem<S: AuthorizationCodeStore>(
    cx: &TokenContext<'_, S>,
    hash: TokenHash,
    code: &FoundCode,
) -> Result<TokenResponse, TokenError> {
    let granted = Granted::of(code.record.details.authorization());
    let Minted { issue, response } = cx.mint(&mut Draw::at(cx.now()), granted, code.record.family, code.family.generation)?;
    match cx.store().redeem_code(cx.issuer(), &hash, issue, cx.now()).await? {
        Redemption::Redeemed(witness) => {
            events::redeemed(cx.issuer(), cx.client().id());
            Ok(response.redeemed(witness))
        }
        Redemption::AlreadyRedeemed => {
            events::replayed(cx.issuer(), cx.client().id(), events::Kind::Code);
            Err(dead())
        }
        Redemption::Dead => Err(dead()),
    }
}

/// Unknown, expired, somebody else's, used before: the answer does not say which.
fn dead() -> TokenError {
    TokenError::invalid_grant("the authorization code is invalid or expired")
}

/// RFC 6749 section 4.1.3: if the authorization request named the redirect URI, the token request must name the same one.
/// Clients of OAuth 2.1 do not send it (section 10.2): where PKCE is required it may be missing, as the challenge already binds
/// the code to the request. A different one is refused always.
fn check_redirect_uri(code: &CodeFacts, presented: Option<&str>, pkce_required: bool) -> Result<(), TokenError> {
    match presented {
        Some(uri) if *uri == *code.redirect_uri => Ok(()),
        None if !code.redirect_uri_was_sent || (pkce_required && code.challenge.is_some()) => Ok(()),
        Some(_) => Err(TokenError::invalid_grant("redirect_uri is not that of the authorization request")),
        None => Err(TokenError::invalid_grant("redirect_uri is missing, but the authorization request had it")),
    }
}

/// RFC 7636 section 4.6, and RFC 9700 section 2.1.1: a verifier without a challenge is a downgrade, and refused as well.
fn check_verifier(code: &CodeFacts, verifier: Option<&CodeVerifier<'_>>) -> Result<(), TokenError> {
    match (&code.challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.verify(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(TokenError::invalid_grant("code_verifier does not match the code_challenge")),
        (Some(_), None) => Err(TokenError::invalid_grant("code_verifier is missing")),
        (None, Some(_)) => {
            Err(TokenError::invalid_grant("code_verifier was sent, but the authorization request had no code_challenge"))
        }
    }
}
