//! The successful token response (RFC 6749 section 5.1).

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::http_response;
use crate::json::{self, Entries, MemberSink, name};
use crate::scope::Scope;
use crate::storage::TokenDetails;
use crate::token::Bearer;

/// A token response (RFC 6749 section 5.1). Only the core makes one, and only for tokens that have been stored.
pub struct TokenResponse {
    pub(crate) access_token: Bearer,
    /// Seconds.
    pub(crate) expires_in: u64,
    /// The token and its seconds to live.
    pub(crate) refresh_token: Option<(Bearer, u64)>,
    /// Of the access token.
    pub(crate) details: TokenDetails,
    pub(crate) members: Vec<(Cow<'static, str>, Value)>,
}

impl TokenResponse {
    /// The `access_token`.
    #[must_use]
    pub fn access_token(&self) -> &str {
        self.access_token.as_str()
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
        http_response::json(StatusCode::OK, self.to_json())
    }

    /// The scope granted.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.details.facts().scope
    }

    /// The response body.
    fn to_json(&self) -> Bytes {
        json::object(256, |members| self.list(members))
    }

    fn list(&self, members: &mut impl MemberSink) {
        members.string(name!("access_token"), self.access_token());
        members.string(name!("token_type"), "Bearer");
        members.number(name!("expires_in"), self.expires_in);
        if let Some((token, expires_in)) = &self.refresh_token {
            members.string(name!("refresh_token"), token.as_str());
            members.number(name!("refresh_token_expires_in"), *expires_in);
        }
        if !self.scope().is_empty() {
            members.string(name!("scope"), self.scope().as_str());
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
