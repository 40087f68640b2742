//! What was decided about an authorization request.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::authorization::asked::Asked;
use crate::authorization::request::AuthorizationRequest;
use crate::client::Client;
use crate::clock::Timestamp;
use crate::error::{ErrorCode, TokenError};
use crate::scope::Scope;
use crate::storage::{TokenDetails, TokenFacts};
use crate::subject::Subject;

/// A person's approval: who, and of what.
#[derive(Debug, Clone)]
pub struct Approval {
    subject: Subject,
    scope: Option<Scope>,
    username: Option<Arc<str>>,
    auth_time: Option<Timestamp>,
    audience: Vec<Arc<str>>,
}

impl Approval {
    /// The signed-in person approves all that was asked for.
    #[must_use]
    pub const fn by(subject: Subject) -> Self {
        Self { subject, scope: None, username: None, auth_time: None, audience: Vec::new() }
    }

    /// Only this scope. What was not asked for is not granted either; if nothing is left of what was asked for, the request is
    /// denied.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The name by which people know the person (`username` in RFC 7662 section 2.2).
    #[must_use]
    pub fn username(mut self, username: &str) -> Self {
        self.username = Some(username.into());
        self
    }

    /// When the person last proved who they are. It is kept with the tokens; nothing reads it yet.
    #[must_use]
    pub const fn authenticated_at(mut self, moment: Timestamp) -> Self {
        self.auth_time = Some(moment);
        self
    }

    /// The resource servers for which the tokens are meant (`aud` in RFC 7662 section 2.2). Those that a client asks for are the
    /// request's [`parameters`](AuthorizationRequest::parameters) `resource` (RFC 8707 section 2): compare them with those that you
    /// have.
    #[must_use]
    pub fn audience<T: Into<Arc<str>>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        self.audience = audience.into_iter().map(Into::into).collect();
        self
    }
}

/// What becomes of an authorization request: made by [`AuthorizationRequest::approve`], [`deny`](AuthorizationRequest::deny),
/// [`reject`](AuthorizationRequest::reject) or [`Decision::page`], turned into the response by
/// [`AuthorizationEndpoint::complete`](crate::AuthorizationEndpoint::complete).
#[must_use = "a decision does nothing until the authorization endpoint completes it"]
pub struct Decision(pub(crate) Decided);

pub(crate) enum Decided {
    Approved(Box<AuthorizationRequest>, Approval),
    Rejected(Box<AuthorizationRequest>, TokenError),
    Page(Response<Bytes>),
}

impl Decision {
    /// Nothing yet: show this page, such as a login form. The request should have been suspended, or it is lost.
    pub fn page(response: Response<Bytes>) -> Self {
        Self(Decided::Page(response))
    }
}

impl From<Response<Bytes>> for Decision {
    fn from(response: Response<Bytes>) -> Self {
        Self::page(response)
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Decided::Approved(..) => "Decision::Approved",
            Decided::Rejected(..) => "Decision::Rejected",
            Decided::Page(_) => "Decision::Page",
        })
    }
}

/// An approved request, reduced to what response types need.
pub(crate) struct ApprovedRequest {
    pub(crate) client: Arc<Client>,
    pub(crate) subject: Subject,
    pub(crate) details: TokenDetails,
    pub(crate) response_type: &'static str,
    pub(crate) asked: Arc<Asked>,
}

impl ApprovedRequest {
    /// # Errors
    ///
    /// `access_denied` if something was asked for and nothing of it approved.
    pub(crate) fn new(request: AuthorizationRequest, approval: Approval) -> Result<Self, TokenError> {
        let AuthorizationRequest { client, response_type, asked, .. } = request;
        let requested = &asked.scope;
        let scope = approval.scope.map_or_else(|| requested.clone(), |approved| requested.intersection(&approved));
        if scope.is_empty() && !requested.is_empty() {
            return Err(TokenError::new(ErrorCode::AccessDenied, "the resource owner approved nothing of the scope"));
        }
        let mut facts = TokenFacts::new(Some(approval.subject.clone()), scope);
        facts.username = approval.username;
        facts.auth_time = approval.auth_time;
        facts.audience = approval.audience;
        Ok(Self { client, subject: approval.subject, details: facts.into_details(), response_type, asked })
    }
}
