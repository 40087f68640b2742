//! What a grant sees of a token request, and what every phase of issuing knows.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::authorization::{OwnKeys, Settling};
use crate::client::Client;
use crate::core::Core;
use crate::events::About;
use crate::http::call::Call;
#[cfg(feature = "jose")]
use crate::http::endpoints;
use crate::http::parameters::Parameters;
use crate::http::source::RequestSource;
use crate::issue::RefreshSettings;
use crate::storage::{FamilyId, FoundToken, TokenDetails};
use crate::typelevel::WireName;
use crate::values::bearer::{Bearer, ENTROPY};
use crate::values::clock::Timestamp;
use crate::values::details;
use crate::values::error::OAuthError;
use crate::values::issuer::Issuer;
use crate::values::pkce::PkceRequirement;
use crate::values::random::{Draw, NoRandomness};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// What every phase of issuing knows: at which server, to whom, when, and on which request.
#[doc(hidden)]
pub struct IssueContext<'a, S> {
    pub(crate) core: &'a Core<S>,
    pub(crate) client: &'a Client,
    pub(crate) now: Timestamp,
    /// The token request; `None` where the authorization endpoint issues.
    pub(crate) call: Option<Call<'a>>,
    /// The server's own text.
    pub(crate) grant_type: &'static str,
    /// How refresh tokens are issued, if this server has them.
    pub(crate) refresh: Option<RefreshSettings>,
    /// If an authorization request is answered that waited for its person.
    pub(crate) settling: Option<&'a Settling<'a>>,
}

impl<S> IssueContext<'_, S> {
    /// A code or token for this purpose: a random one; for a request that waited the one that answers it, and answers it again.
    pub(crate) fn bearer(&self, purpose: &str, draw: &mut Draw) -> Result<Bearer, NoRandomness> {
        match self.settling {
            Some(settling) => settling.bearer(purpose, draw),
            None => Bearer::generate(draw),
        }
    }

    /// The same for an access token, where the format needs so many random bytes.
    pub(crate) fn access_token(&self, random: usize, draw: &mut Draw) -> Result<Bearer, NoRandomness> {
        match self.settling {
            None if random < ENTROPY => Bearer::unique(draw, random),
            _ => self.bearer("access token", draw),
        }
    }
}

impl<S> IssueContext<'_, S> {
    /// What events say of what is issued.
    pub(crate) fn about<'c>(&'c self, details: &'c TokenDetails, authorization: &'c FamilyId) -> About<'c> {
        let (issuer, client_id, facts) = (&self.core.issuer, self.client.id(), details.facts());
        About { issuer, client_id, subject: facts.subject.as_ref(), scope: &facts.scope, authorization }
    }
}

impl<S> Clone for IssueContext<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for IssueContext<'_, S> {}

impl<S> fmt::Debug for IssueContext<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("IssueContext");
        text.field("client_id", self.client.id()).field("call", &self.call).field("now", &self.now).finish_non_exhaustive()
    }
}

/// A token request from an authenticated client that may use the grant.
pub struct TokenContext<'a, S> {
    pub(in crate::issue) issue: &'a IssueContext<'a, S>,
    call: Call<'a>,
    pkce: PkceRequirement,
    tokens: &'a [(&'static str, FoundToken)],
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "there are keys where something is signed"))]
    keys: &'a dyn OwnKeys,
}

impl<'a, S> TokenContext<'a, S> {
    pub(crate) const fn new(
        issue: &'a IssueContext<'a, S>,
        call: Call<'a>,
        pkce: PkceRequirement,
        tokens: &'a [(&'static str, FoundToken)],
        keys: &'a dyn OwnKeys,
    ) -> Self {
        Self { issue, call, pkce, tokens, keys }
    }

    /// With which the server signs, to verify what it signed before.
    #[cfg(feature = "jose")]
    pub(crate) const fn keys(&self) -> &'a dyn OwnKeys {
        self.keys
    }

    /// The names of the algorithms that the profile permits, if not all.
    #[cfg(feature = "jose")]
    pub(crate) fn permitted_algorithms(&self) -> Option<&'static [&'static str]> {
        self.issue.core.manners.algorithms
    }

    /// The URL of the token endpoint.
    #[cfg(feature = "jose")]
    pub(crate) fn token_endpoint(&self) -> String {
        endpoints::url(self.issuer(), self.issue.core.endpoints.token_path())
    }

    /// What of a scope the client may have here.
    pub(crate) fn permitted(&self, scope: &Scope) -> Scope {
        self.issue.core.known(&self.scope_hierarchy().common(scope, self.client().scope()))
    }

    /// What of a scope that the client asks for whoever may have `bound` gets: all, or under a profile that narrows what there is of it.
    pub(crate) fn within(&self, requested: Scope, bound: &Scope) -> Option<Scope> {
        self.scope_hierarchy().within(requested, bound, self.issue.core.manners.narrows_scope)
    }

    /// What the type of the grant says about PKCE.
    pub(crate) const fn pkce(&self) -> PkceRequirement {
        self.pkce
    }

    /// The storage of the server, for what a grant of your own keeps there.
    #[must_use]
    pub fn store(&self) -> &'a S {
        &self.issue.core.storage
    }

    /// The issuer, part of every key in the storage.
    #[must_use]
    pub fn issuer(&self) -> &'a Issuer {
        &self.issue.core.issuer
    }

    /// The client that asks. It is authenticated, and registered for this grant.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.issue.client
    }

    /// The time of the request. The same during the whole of it.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.issue.now
    }

    /// The request itself.
    #[must_use]
    pub const fn call(&self) -> Call<'a> {
        self.call
    }

    /// Counts this request once more, at something of the grant's own that is called `name`, such as a text message that costs money:
    /// [`RateLimits`](crate::RateLimits) are asked about its source, and about its client unless that is public. Without
    /// [limits](crate::Builder::rate_limits) nothing is counted.
    ///
    /// # Errors
    ///
    /// 429 if there are too many, which is to be returned as it is.
    pub async fn admit(&self, name: &'static str) -> Result<(), OAuthError> {
        let (core, source) = (self.issue.core, self.call.extension::<RequestSource>().copied());
        core.admit(name, source, None).await?;
        match self.client().is_public() {
            true => Ok(()),
            false => core.admit(name, source, Some(self.client().id())).await,
        }
    }

    /// All parameters of the request, also those that no grant declares.
    #[must_use]
    pub const fn parameters(&self) -> &'a Parameters<'a> {
        self.call.parameters()
    }

    /// A parameter, if it is there and not empty.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters().get(name)
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    ///
    /// `invalid_request` if it is missing or empty (RFC 6749 section 5.2).
    pub fn require(&self, name: &'static str) -> Result<&'a str, OAuthError> {
        self.parameter(name).ok_or_else(|| OAuthError::invalid_request(format!("the parameter {name} is missing")))
    }

    /// The access token of this server that the request presents in a parameter which the grant declares as one
    /// ([`GrantType::TOKENS`](crate::GrantType::TOKENS)): verified, and active. `None` if the parameter is missing, or what is
    /// there is not an active access token of this server.
    #[must_use]
    pub fn token(&self, parameter: &str) -> Option<&'a FoundToken> {
        self.tokens.iter().find(|(name, _)| *name == parameter).map(|(_, found)| found)
    }

    /// The scope to grant: what was asked for, if the client may have it; if nothing was asked for, the client's default
    /// (RFC 6749 section 3.3).
    ///
    /// # Errors
    ///
    /// `invalid_scope` if it is malformed, unknown to this server or more than the client may have.
    pub fn scope(&self) -> Result<Scope, OAuthError> {
        self.issue.core.permitted_scope(self.client(), self.parameter("scope"))
    }

    /// As [`scope`](Self::scope), as what is kept of a token that the client gets for itself.
    pub(crate) fn details_for_client(&self) -> Result<TokenDetails, OAuthError> {
        self.issue.core.details_for(self.client(), self.parameter("scope"))
    }

    /// What the request asks for in detail, of the type that `T` is (the parameter `authorization_details`, RFC 9396 section 6): for a grant of
    /// your own that [permits](crate::Granted::detail) details. None if it asks for nothing of that type. What is issued is checked against the types
    /// of the server whatever the grant decides.
    ///
    /// # Errors
    ///
    /// `invalid_authorization_details` if it cannot be read.
    pub fn details<T: WireName + DeserializeOwned>(&self) -> Result<Vec<T>, OAuthError> {
        let Some(text) = self.parameter("authorization_details") else { return Ok(Vec::new()) };
        let read = details::parse(text).map_err(OAuthError::invalid_authorization_details)?;
        let array = read.into_iter().map(Value::Object).collect();
        details::read_all(&Value::Array(array)).map_err(|error| OAuthError::invalid_authorization_details(error.to_string()))
    }

    /// Which scopes imply others at this server.
    #[must_use]
    pub fn scope_hierarchy(&self) -> &'a ScopeHierarchy {
        &self.issue.core.scope_hierarchy
    }

    /// An `invalid_grant` error with a description.
    pub fn invalid_grant(&self, description: impl Into<Cow<'static, str>>) -> OAuthError {
        OAuthError::invalid_grant(description)
    }
}

impl<S> fmt::Debug for TokenContext<'_, S> {
    /// Of the parameters, the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("TokenContext");
        let text = text.field("client_id", self.client().id()).field("parameters", self.parameters());
        text.field("now", &self.now()).finish_non_exhaustive()
    }
}
