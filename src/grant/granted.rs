//! What a grant decided: who, what scope, for whom, how long. It holds no token; the core makes those.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::lifetime::AccessTokenLifetime;
use crate::parameters::is_parameter_name;
use crate::scope::Scope;
use crate::storage::{TokenDetails, TokenFacts};
use crate::subject::Subject;

/// A decision to issue tokens, made by a [`Grant`](crate::Grant).
#[derive(Debug, Clone)]
#[must_use = "a decision issues nothing until it is given to `TokenContext::issue`"]
pub struct Granted {
    pub(crate) details: TokenDetails,
    pub(crate) refreshable: bool,
    pub(crate) members: Vec<(Cow<'static, str>, Value)>,
}

/// The members of a token response that only the core writes (RFC 6749 section 5.1, RFC 8693, RFC 9396, RFC 9449 included).
const RESERVED: [&str; 12] = [
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "refresh_token_expires_in",
    "scope",
    "id_token",
    "error",
    "error_description",
    "error_uri",
    "issued_token_type",
    "authorization_details",
];

/// A name that a grant cannot add to a token response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be added to a token response: it is reserved (RFC 6749 section 5.1), there already, or has other characters than letters, digits and `-._` (section 8.2); choose another name"
)]
pub struct ReservedMember(String);

impl Granted {
    /// Grants `scope` on behalf of a resource owner.
    pub fn to(subject: Subject, scope: Scope) -> Self {
        Self::of(TokenFacts::new(Some(subject), scope).into_details())
    }

    /// Grants `scope` to the client itself. There will be no refresh token (RFC 6749 section 4.4.3).
    pub fn to_client(scope: Scope) -> Self {
        Self::of(TokenFacts::new(None, scope).into_details()).without_refresh_token()
    }

    pub(crate) fn of(details: TokenDetails) -> Self {
        Self { details, refreshable: true, members: Vec::new() }
    }

    /// The name by which people know the resource owner (`username` in RFC 7662 section 2.2).
    pub fn username(mut self, username: &str) -> Self {
        self.details = self.changed(|facts| facts.username = Some(username.into()));
        self
    }

    /// The resource servers for which the tokens are meant (`aud` in RFC 7662 section 2.2).
    pub fn audience<T: Into<Arc<str>>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        let audience = audience.into_iter().map(Into::into).collect();
        self.details = self.changed(|facts| facts.audience = audience);
        self
    }

    /// When the resource owner last proved who they are. It is kept with the tokens; nothing reads it yet.
    pub fn authenticated_at(mut self, moment: Timestamp) -> Self {
        self.details = self.changed(|facts| facts.auth_time = Some(moment));
        self
    }

    /// How long the access token lives, and each that a refresh token brings later, in place of the client's or the server's
    /// setting.
    pub fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.details = self.changed(|facts| facts.access_token_lifetime = Some(lifetime));
        self
    }

    /// Issues no refresh token, whatever the server and the client are set up for.
    pub fn without_refresh_token(mut self) -> Self {
        self.refreshable = false;
        self
    }

    /// Adds a member to the token response.
    ///
    /// # Errors
    ///
    /// [`ReservedMember`] if only the core may write it, if it is there already, or if it cannot be the name of a parameter
    /// (RFC 6749 section 8.2).
    pub fn member(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Result<Self, ReservedMember> {
        let name = name.into();
        if RESERVED.contains(&&*name) || !is_parameter_name(&name) || self.members.iter().any(|(known, _)| *known == name) {
            return Err(ReservedMember(name.into_owned()));
        }
        self.members.push((name, value.into()));
        Ok(self)
    }

    fn changed(&self, change: impl FnOnce(&mut TokenFacts)) -> TokenDetails {
        let mut facts = self.details.facts().clone();
        change(&mut facts);
        facts.into_details()
    }
}
