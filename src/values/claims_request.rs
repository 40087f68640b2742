//! Claims that a client asks for one by one (OpenID Connect Core section 5.5).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The claims that the parameter `claims` names (OpenID Connect Core section 5.5), and the languages of `claims_locales` (section 5.2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) userinfo: Vec<RequestedClaim>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) id_token: Vec<RequestedClaim>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) locales: Vec<Arc<str>>,
}

/// A claim that is asked for by its name.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestedClaim {
    #[serde(rename = "n")]
    pub(crate) name: Arc<str>,
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) essential: bool,
    /// One of these it has to be; nothing if any value will do.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<Value>,
}

impl ClaimsRequest {
    /// Those for the userinfo endpoint.
    pub fn userinfo(&self) -> impl Iterator<Item = &RequestedClaim> {
        self.userinfo.iter()
    }

    /// Those for the ID token.
    pub fn id_token(&self) -> impl Iterator<Item = &RequestedClaim> {
        self.id_token.iter()
    }

    /// The languages in which the client would like claims, what it prefers first.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        self.locales.iter().map(|tag| &**tag)
    }

    #[cfg(feature = "jose")]
    pub(crate) fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty() && self.locales.is_empty()
    }

    /// The same, of the claims only those whose name is permitted.
    pub(crate) fn only(&self, permitted: impl Fn(&str) -> bool) -> Self {
        let kept = |claims: &[RequestedClaim]| claims.iter().filter(|claim| permitted(&claim.name)).cloned().collect();
        Self { userinfo: kept(&self.userinfo), id_token: kept(&self.id_token), locales: self.locales.clone() }
    }

    /// Bytes of text in it, about.
    pub(crate) fn size(&self) -> usize {
        let claims = self.userinfo.iter().chain(&self.id_token);
        let claims: usize = claims.map(|claim| claim.name.len() + MEMBERS + size_of_values(&claim.values)).sum();
        MEMBERS + claims + self.locales.iter().map(|tag| tag.len() + 1).sum::<usize>()
    }
}

/// More than a sixth of what stands around a claim.
const MEMBERS: usize = 16;

/// As JSON, which is not escaped again.
fn size_of_values(values: &[Value]) -> usize {
    if values.is_empty() { 0 } else { serde_json::to_string(values).map_or(usize::MAX / 8, |text| text.len()) }
}

impl RequestedClaim {
    /// Its name, with the language behind a `#` if one is asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Does the client need it for what the person wants to do? It may be left out all the same.
    #[must_use]
    pub const fn is_essential(&self) -> bool {
        self.essential
    }

    /// The values that it may have, what is preferred first; none if any will do. Others are left out.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

impl fmt::Debug for RequestedClaim {
    /// Without the values, which may say who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestedClaim").field("name", &self.name).field("essential", &self.essential).finish_non_exhaustive()
    }
}
