//! The validated authorization request.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::authorization::browser::Browser;
use crate::authorization::decision::{Approval, Decided, Decision};
use crate::authorization::pending::Pending;
use crate::authorization::target::RedirectTarget;
use crate::client::{Client, host_for_display};
use crate::values::asked::Asked;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::issuer::Issuer;
use crate::values::response_mode::ResponseMode;
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

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
    pub(crate) hierarchy: ScopeHierarchy,
    /// If it came back from the storage, where it waits until it is decided.
    pub(crate) pending: Option<Box<Pending>>,
}

impl AuthorizationRequest {
    /// The client that asks.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Has somebody looked at the client who answers for this server? One that registered itself, or whose identifier is a URL, is known
    /// by nothing but what it says of itself, which may be the name of another one. So such a client is held to more:
    ///
    /// * the person is asked each time, and an approval that does not say so ([`Approval::consented`]) is refused with
    ///   `consent_required`: show [`client_name`](Self::client_name), and [`redirect_host`](Self::redirect_host) beside it;
    /// * a request of it that is not valid ends on a page. What is redirected before anybody has signed in would take people from a link to
    ///   this server to wherever the client likes (RFC 9700 section 4.11.2).
    #[must_use]
    pub fn client_is_vetted(&self) -> bool {
        self.client.is_vetted()
    }

    /// The client's name, to be shown to people ([`Client::shown_name`]).
    #[must_use]
    pub fn client_name(&self) -> Cow<'_, str> {
        self.client.shown_name()
    }

    /// The scope to put before the person: what was asked for, or the client's default.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.asked.scope
    }

    /// The resources for which the tokens are to be, to put before the person: as they are registered
    /// ([`ResourceIndicators`](crate::ResourceIndicators), RFC 8707 section 2.1). None where the request names none and the server has
    /// no default one, or has not that feature.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.asked.resources.iter().map(|name| &**name)
    }

    /// The redirect URI to which the response goes.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.asked.redirect_uri
    }

    /// Where the person goes next, to show them: the host of the redirect URI, with the port if it names one, or the scheme of a
    /// private-use one.
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

    /// All values of such a parameter, which may be repeated.
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
        self.reject(OAuthError::new(ErrorCode::AccessDenied, "the resource owner denied the request"))
    }

    /// The application refuses, with an error of RFC 6749 section 4.1.2.1 or of an extension.
    pub fn reject(self, error: OAuthError) -> Decision {
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
