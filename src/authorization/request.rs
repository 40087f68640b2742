//! The validated authorization request.

use std::fmt;
use std::sync::Arc;

use crate::authorization::asked::Asked;
use crate::authorization::browser::Browser;
use crate::authorization::decision::{Approval, Decided, Decision};
use crate::authorization::pending::Pending;
use crate::authorization::target::{RedirectTarget, ResponseMode};
use crate::client::{Client, host_for_display};
use crate::error::{ErrorCode, TokenError};
use crate::issuer::Issuer;
use crate::scope::Scope;

/// A valid authorization request (RFC 6749 section 4.1.1) that waits for a person's decision. Only validation makes one;
/// deciding consumes it, and only then a code or token exists.
///
/// It is `must_use`: a request that is dropped leaves its person on a blank page.
#[must_use = "approve, deny, reject or suspend the request: its person waits"]
pub struct AuthorizationRequest {
    /// The server that validated it: no other completes it.
    pub(crate) issuer: Issuer,
    pub(crate) client: Arc<Client>,
    pub(crate) response_type: &'static str,
    pub(crate) asked: Arc<Asked>,
    /// Is a POST answered?
    pub(crate) after_post: bool,
    pub(crate) browser: Browser,
    /// If it came back from the storage, where it waits until it is decided.
    pub(crate) pending: Option<Box<Pending>>,
}

impl AuthorizationRequest {
    /// The client that asks.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The scope to put before the person: what was asked for, or the client's default.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.asked.scope
    }

    /// The redirect URI to which the response goes.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.asked.redirect_uri
    }

    /// Where the person goes next, to show them: the host of the redirect URI, or the scheme of a private-use one.
    #[must_use]
    pub fn redirect_host(&self) -> &str {
        host_for_display(&self.asked.redirect_uri)
    }

    /// The response type, as this server names it.
    #[must_use]
    pub const fn response_type(&self) -> &'static str {
        self.response_type
    }

    /// How the response will travel.
    #[must_use]
    pub fn response_mode(&self) -> ResponseMode {
        self.asked.mode
    }

    /// A parameter that this library does not know, such as one of an extension; the first, if it was repeated.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters(name).next()
    }

    /// All values of such a parameter, as of `resource` (RFC 8707 section 2), which may be repeated.
    pub fn parameters<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.asked.other.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Where the answer goes.
    pub(crate) fn target(&self) -> RedirectTarget {
        RedirectTarget::of(&self.asked, self.after_post)
    }

    /// The person, who is signed in, approves.
    pub fn approve(self, approval: Approval) -> Decision {
        Decision(Decided::Approved(Box::new(self), approval))
    }

    /// The person refuses: `access_denied` (RFC 6749 section 4.1.2.1).
    pub fn deny(self) -> Decision {
        self.reject(TokenError::new(ErrorCode::AccessDenied, "the resource owner denied the request"))
    }

    /// The application refuses, with an error of RFC 6749 section 4.1.2.1 or of an extension.
    pub fn reject(self, error: TokenError) -> Decision {
        Decision(Decided::Rejected(Box::new(self), error))
    }
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client_id", self.client.id())
            .field("response_type", &self.response_type)
            .field("redirect_uri", &self.asked.redirect_uri)
            .field("scope", &self.asked.scope)
            .finish_non_exhaustive()
    }
}
