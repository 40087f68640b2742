//! What a response type sees of an approved request, and what it may add to the response.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::authorization::{ApprovedRequest, RedirectTarget, Settling};
use crate::client::Client;
use crate::core::Core;
use crate::http::parameters::is_parameter_name;
use crate::issue::{CodePlan, CodeSettings, IssueContext};
use crate::storage::{CodeFacts, FamilyId, TokenDetails};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::issuer::Issuer;
use crate::values::response_name::RESERVED;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

/// An authorization request that was approved.
pub struct ApprovalContext<'a, S> {
    core: &'a Core<S>,
    request: &'a ApprovedRequest,
    code: Option<CodeSettings>,
    now: Timestamp,
    /// If the request waited for its person.
    settling: Option<&'a Settling<'a>>,
}

impl<'a, S> ApprovalContext<'a, S> {
    pub(crate) const fn new(
        core: &'a Core<S>,
        request: &'a ApprovedRequest,
        code: Option<CodeSettings>,
        now: Timestamp,
        settling: Option<&'a Settling<'a>>,
    ) -> Self {
        Self { core, request, code, now, settling }
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

    /// Seconds since the approval, if its answer is given again.
    pub(super) fn age(&self) -> u64 {
        let since = self.settling.filter(|settling| settling.repeats()).map(|_| self.now);
        since.and_then(|approved| approved.checked_secs_until(self.core.now())).unwrap_or_default()
    }

    pub(super) fn issuing(&self) -> IssueContext<'a, S> {
        let Self { core, now, settling, .. } = *self;
        IssueContext { core, client: self.client(), now, call: None, grant_type: "", refresh: None, settling }
    }

    pub(super) const fn core(&self) -> &'a Core<S> {
        self.core
    }

    pub(super) const fn request(&self) -> &'a ApprovedRequest {
        self.request
    }

    /// Where the response goes.
    pub(super) const fn target(&self) -> &'a RedirectTarget {
        &self.request.target
    }

    pub(super) fn asked(&self) -> Arc<Asked> {
        self.request.asked.clone()
    }

    pub(super) fn details(&self) -> TokenDetails {
        self.request.details.clone()
    }

    /// From what the authorization is to descend.
    pub(super) const fn parent(&self) -> Option<FamilyId> {
        self.request.parent
    }

    /// # Errors
    ///
    /// `server_error` if the server redeems no codes: validation refuses such requests.
    pub(super) fn code(&self) -> Result<CodePlan, OAuthError> {
        let settings = self.code.ok_or_else(|| OAuthError::new(ErrorCode::ServerError, "codes cannot be issued"))?;
        let request = self.request;
        let details = CodeFacts::new(&request.details, request.asked.clone());
        let expires_at = self.now.saturating_add_secs(settings.lifetime.as_secs());
        Ok(CodePlan { details: details.into_details(), expires_at })
    }
}

impl<S> fmt::Debug for ApprovalContext<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("ApprovalContext");
        text.field("client_id", self.client().id()).field("scope", self.scope()).field("now", &self.now).finish_non_exhaustive()
    }
}

/// Parameters that a response type adds to its response. Codes and tokens are not among them: the core adds those that the
/// response type declares.
#[derive(Default)]
pub struct ExtraParameters(Vec<(Cow<'static, str>, Zeroizing<String>)>);

/// A name that a response type cannot add to its response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be added to an authorization response: it is reserved, there already, or has other characters than letters, digits and `-._` (RFC 6749 section 8.2); choose another name"
)]
pub struct ReservedParameter(String);

impl From<ReservedParameter> for OAuthError {
    /// A fault of the response type, which neither the client nor the person needs to know.
    fn from(error: ReservedParameter) -> Self {
        tracing::error!(%error, "a response type is at fault");
        Self::unexpected()
    }
}

impl ExtraParameters {
    /// No parameters.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

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

    pub(super) fn into_pairs(self) -> impl Iterator<Item = (Cow<'static, str>, Zeroizing<String>)> {
        self.0.into_iter()
    }
}

impl fmt::Debug for ExtraParameters {
    /// Names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
