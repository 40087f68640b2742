//! What was issued: withheld until the storage has done its step, then the successful token response (RFC 6749 section 5.1).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::http::answer;
use crate::issue::format::TokenText;
use crate::issue::step::Stored;
use crate::storage::{FamilyId, TokenDetails};
use crate::values::asked::Asked;
use crate::values::bearer::Bearer;
use crate::values::json::{self, Entries, MemberSink, name};
use crate::values::scope::Scope;

/// A token response (RFC 6749 section 5.1). Only the core makes one, and only for tokens that have been stored.
pub struct TokenResponse {
    access_token: Option<TokenText>,
    /// Seconds.
    expires_in: u64,
    pub(crate) code: Option<Bearer>,
    /// The token and its seconds to live.
    refresh_token: Option<(Bearer, u64)>,
    /// Of the access token.
    details: TokenDetails,
    members: Vec<(Cow<'static, str>, Value)>,
    /// Is it one that APIs of this server take?
    usable: bool,
    /// What features add to the headers. Rarely there: boxed.
    headers: Option<Box<HeaderMap>>,
}

/// What has been made and waits for the step that makes it good: features see it and add to it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Withheld {
    response: TokenResponse,
    means: Means,
}

/// What a response is about, beside what it says.
#[derive(Debug)]
pub(super) struct Means {
    /// Did the response type declare an ID token?
    pub(super) id_token: bool,
    /// The authorization request that is answered, if there was one.
    pub(super) asked: Option<Arc<Asked>>,
    pub(super) family: FamilyId,
}

impl Withheld {
    pub(super) fn new(
        access_token: Option<TokenText>,
        expires_in: u64,
        code: Option<Bearer>,
        details: TokenDetails,
        members: Vec<(Cow<'static, str>, Value)>,
        means: Means,
    ) -> Self {
        let (refresh_token, usable, headers) = (None, true, None);
        let response = TokenResponse { access_token, expires_in, code, refresh_token, details, members, usable, headers };
        Self { response, means }
    }

    /// The access token, for a hash of it.
    #[must_use]
    pub fn access_token(&self) -> Option<&str> {
        self.response.access_token.as_ref().map(TokenText::as_str)
    }

    /// The code, for a hash of it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.response.code.as_ref().map(Bearer::as_str)
    }

    /// Who, what scope, for whom.
    #[must_use]
    pub const fn details(&self) -> &TokenDetails {
        &self.response.details
    }

    /// The authorization from which all of it descends.
    #[must_use]
    pub const fn family(&self) -> FamilyId {
        self.means.family
    }

    /// Did the response type declare an ID token?
    #[must_use]
    pub const fn declares_id_token(&self) -> bool {
        self.means.id_token
    }

    /// The authorization request that is answered: that of the code, or the one that was just approved.
    #[must_use]
    pub fn asked(&self) -> Option<&Asked> {
        self.means.asked.as_deref()
    }

    /// As it would go out, without its refresh token.
    pub(crate) const fn response(&self) -> &TokenResponse {
        &self.response
    }

    /// Adds a member to the response.
    pub fn add(&mut self, name: &'static str, value: impl Into<Value>) {
        self.response.members.push((Cow::Borrowed(name), value.into()));
    }

    /// With these headers.
    pub(super) fn say(&mut self, headers: Option<Box<HeaderMap>>) {
        self.response.headers = headers;
    }

    /// What stands in the place of the access token is none (`N_A`, RFC 8693 section 2.2.1).
    pub(super) fn is_no_access_token(&mut self) {
        self.response.usable = false;
    }

    /// Says for which resources the access token is: `resource`, as RFC 8707 section 2 has it in requests.
    pub(super) fn say_resource(&mut self) {
        let details = self.details().clone();
        match &details.facts().audience[..] {
            [] => {}
            [one] => self.add("resource", &**one),
            several => self.add("resource", several.iter().map(|name| Value::from(&**name)).collect::<Vec<_>>()),
        }
    }

    /// Gives it out, with the refresh token that was stored: after a retry that of the first rotation, which is older, by less
    /// than the window.
    pub(super) fn release(mut self, refresh_token: Option<(Bearer, u64)>, stored: Stored) -> TokenResponse {
        if let Some((token, seconds)) = refresh_token {
            let (token, older) = stored.into_retried().unwrap_or((token, 0));
            self.response.refresh_token = Some((token, seconds.saturating_sub(older)));
        }
        self.response
    }
}

impl TokenResponse {
    /// The `access_token`.
    #[must_use]
    pub fn access_token(&self) -> &str {
        self.access_token.as_ref().map_or("", TokenText::as_str)
    }

    /// The `token_type` (RFC 6749 section 7.1).
    #[must_use]
    pub fn token_type(&self) -> &'static str {
        if self.usable { self.details.token_type() } else { "N_A" }
    }

    /// How long it lives, in seconds.
    #[must_use]
    pub const fn expires_in(&self) -> u64 {
        self.expires_in
    }

    /// The `refresh_token`, if one was issued.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_ref().map(|(token, _)| token.as_str())
    }

    /// How long the refresh token lives, in seconds.
    #[must_use]
    pub fn refresh_token_expires_in(&self) -> Option<u64> {
        self.refresh_token.as_ref().map(|(_, seconds)| *seconds)
    }

    /// The HTTP response (RFC 6749 section 5.1): 200 with the JSON body, not to be stored.
    #[must_use]
    pub fn to_response(&self) -> Response<Bytes> {
        let mut response = answer::json(StatusCode::OK, self.to_json());
        for (name, value) in self.headers() {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }

    /// What features add to the headers of the response, such as the nonce for a client's next proof (`DPoP-Nonce`, RFC 9449 section 8.2):
    /// for applications that write the response themselves.
    pub fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().flat_map(|headers| headers.iter())
    }

    /// The scope granted.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.details.facts().scope
    }

    /// What features and the grant added.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) const fn has_access_token(&self) -> bool {
        self.access_token.is_some()
    }

    /// The response body.
    fn to_json(&self) -> Bytes {
        let size = self.access_token.as_ref().map_or(0, TokenText::len) + 209;
        json::object(size, |members| self.list(members))
    }

    fn list(&self, members: &mut impl MemberSink) {
        members.plain(name!("access_token"), self.access_token());
        members.plain(name!("token_type"), self.token_type());
        members.number(name!("expires_in"), self.expires_in);
        if let Some((token, expires_in)) = &self.refresh_token {
            members.plain(name!("refresh_token"), token.as_str());
            members.number(name!("refresh_token_expires_in"), *expires_in);
        }
        if !self.scope().is_empty() {
            members.plain(name!("scope"), self.scope().as_str());
        }
        for (name, value) in &self.members {
            members.value(name, value);
        }
    }
}

impl Serialize for TokenResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = Entries::new(serializer.serialize_map(None)?);
        self.list(&mut entries);
        entries.end()
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("expires_in", &self.expires_in).field("scope", self.scope()).finish_non_exhaustive()
    }
}
