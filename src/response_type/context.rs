//! What a response type sees of an approved request, and the ways to issue codes and tokens for it.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroizing;

use crate::authorization::ApprovedRequest;
use crate::client::Client;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::error::{ErrorCode, TokenError};
use crate::grant::{CodeSettings, Granted, TokenResponse, mint};
use crate::issuer::Issuer;
use crate::parameters::is_parameter_name;
use crate::random::{Draw, NoRandomness};
use crate::response_name::RESERVED;
use crate::scope::Scope;
use crate::storage::{CodeFacts, CodeRecord, FamilyId, FamilyRecord, FamilyStore, Issue, TokenDetails};
use crate::subject::Subject;
use crate::token::Bearer;

/// An authorization request that was approved.
pub struct ApprovalContext<'a, S> {
    core: &'a Core<S>,
    request: &'a ApprovedRequest,
    code: Option<CodeSettings>,
    now: Timestamp,
}

impl<'a, S> ApprovalContext<'a, S> {
    pub(crate) const fn new(core: &'a Core<S>, request: &'a ApprovedRequest, code: Option<CodeSettings>, now: Timestamp) -> Self {
        Self { core, request, code, now }
    }

    /// The storage of the server, for what a response type of your own keeps there.
    #[must_use]
    pub fn store(&self) -> &'a S {
        &self.core.storage
    }

    /// The issuer, part of every key in the storage.
    #[must_use]
    pub fn issuer(&self) -> &'a Issuer {
        &self.core.issuer
    }

    /// The client that asked.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        &self.request.client
    }

    /// Who approved.
    #[must_use]
    pub fn subject(&self) -> &'a Subject {
        &self.request.subject
    }

    /// The scope that was approved.
    #[must_use]
    pub fn scope(&self) -> &'a Scope {
        &self.request.details.facts().scope
    }

    /// The time of the approval.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A response without code and token.
    #[must_use]
    pub fn nothing(&self) -> AuthorizationResponse {
        AuthorizationResponse(Vec::new())
    }
}

impl<S> fmt::Debug for ApprovalContext<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("ApprovalContext");
        text.field("client_id", self.client().id()).field("scope", self.scope()).field("now", &self.now).finish_non_exhaustive()
    }
}

impl<S: FamilyStore> ApprovalContext<'_, S> {
    /// Begins an authorization with a code (RFC 6749 section 4.1.2).
    ///
    /// # Errors
    ///
    /// `temporarily_unavailable` or `server_error` if the storage failed; `server_error` without randomness.
    pub async fn issue_code(&self) -> Result<AuthorizationResponse, TokenError> {
        let (family, (code, record)) = self.make(|draw, family| self.code(draw, family))?;
        self.begin(family, Issue::new(Some(record), None, None)).await?;
        Ok(self.nothing().secret("code", code.as_str()).scope(self.scope()))
    }

    /// Begins an authorization with an access token (RFC 6749 section 4.2.2).
    ///
    /// # Errors
    ///
    /// As [`issue_code`](Self::issue_code).
    pub async fn issue_token(&self) -> Result<AuthorizationResponse, TokenError> {
        let (family, (issue, token)) = self.make(|draw, family| Ok(self.mint(draw, family)?))?;
        self.begin(family, issue).await?;
        Ok(self.nothing().token(&token).scope(self.scope()))
    }

    /// Begins an authorization with both (Multiple Response Types section 5).
    ///
    /// # Errors
    ///
    /// As [`issue_code`](Self::issue_code).
    pub async fn issue_code_and_token(&self) -> Result<AuthorizationResponse, TokenError> {
        let both = |draw: &mut Draw, family| Ok((self.code(draw, family)?, self.mint(draw, family)?));
        let (family, ((code, record), (issue, token))) = self.make(both)?;
        self.begin(family, Issue::new(Some(record), issue.access_token, None)).await?;
        Ok(self.nothing().secret("code", code.as_str()).token(&token).scope(self.scope()))
    }

    fn details(&self) -> TokenDetails {
        self.request.details.clone()
    }

    /// A new family, and what is made for it.
    fn make<T>(&self, parts: impl FnOnce(&mut Draw, FamilyId) -> Result<T, TokenError>) -> Result<(FamilyId, T), TokenError> {
        let mut draw = Draw::at(self.now);
        let family = FamilyId::generate(&mut draw)?;
        Ok((family, parts(&mut draw, family)?))
    }

    fn mint(&self, draw: &mut Draw, family: FamilyId) -> Result<(Issue, TokenResponse), NoRandomness> {
        Ok(mint(self.core, self.client(), draw, Granted::of(self.details()), family, 0, None)?.into_parts())
    }

    fn code(&self, draw: &mut Draw, family: FamilyId) -> Result<(Bearer, CodeRecord), TokenError> {
        // Validation refuses response types with a code while the grant that redeems them is off; so this is a custom grant
        // that has the name `authorization_code` and no settings.
        let settings = self.code.ok_or_else(|| TokenError::new(ErrorCode::ServerError, "codes cannot be issued"))?;
        let request = self.request;
        let details = CodeFacts::new(
            &request.details,
            request.redirect_uri.clone(),
            request.redirect_uri_was_sent,
            request.challenge.clone(),
            request.response_type.into(),
        );
        let code = Bearer::generate(draw)?;
        let expires_at = self.now.saturating_add_secs(settings.lifetime.as_secs());
        let record = CodeRecord::new(code.hash(), family, self.client().id().clone(), expires_at, details.into_details());
        Ok((code, record))
    }

    async fn begin(&self, id: FamilyId, issue: Issue) -> Result<(), TokenError> {
        let client_id = self.client().id().clone();
        let family = FamilyRecord::new(id, client_id, Some(self.subject().clone()), self.now, self.details());
        Ok(self.store().begin_family(&self.core.issuer, family, issue, self.now).await?)
    }
}

/// What a response type returns to the client: parameters of the redirect. `state` and `iss` are added by the core.
pub struct AuthorizationResponse(pub(crate) Vec<(Cow<'static, str>, Zeroizing<String>)>);

/// A name that a response type cannot add to its response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be added to an authorization response: it is reserved, there already, or has other characters than letters, digits and `-._` (RFC 6749 section 8.2); choose another name"
)]
pub struct ReservedParameter(String);

impl From<ReservedParameter> for TokenError {
    /// A fault of the response type, which neither the client nor the person needs to know.
    fn from(error: ReservedParameter) -> Self {
        tracing::error!(%error, "a response type is at fault");
        Self::new(ErrorCode::ServerError, "the authorization server met an unexpected condition")
    }
}

impl AuthorizationResponse {
    /// Adds a parameter.
    ///
    /// # Errors
    ///
    /// [`ReservedParameter`] if only the core may write it, if it is there already, or if it cannot be the name of a parameter
    /// (RFC 6749 section 8.2).
    pub fn parameter(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Result<Self, ReservedParameter> {
        let name = name.into();
        if RESERVED.contains(&&*name) || !is_parameter_name(&name) || self.0.iter().any(|(known, _)| *known == name) {
            return Err(ReservedParameter(name.into_owned()));
        }
        self.0.push((name, Zeroizing::new(value.into())));
        Ok(self)
    }

    fn secret(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name.into(), Zeroizing::new(value.to_owned())));
        self
    }

    fn token(self, token: &TokenResponse) -> Self {
        let response = self.secret("access_token", token.access_token()).secret("token_type", "Bearer");
        response.secret("expires_in", &token.expires_in().to_string())
    }

    fn scope(self, scope: &Scope) -> Self {
        if scope.is_empty() { self } else { self.secret("scope", scope.as_str()) }
    }
}

impl fmt::Debug for AuthorizationResponse {
    /// Names only: codes and tokens are among the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
