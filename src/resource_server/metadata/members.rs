//! The members of the document.

use bytes::Bytes;
use serde_json::{Map, Value};

/// What is said for people, and may be said in several languages (RFC 9728 sections 2 and 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceMember {
    /// `resource_name`.
    Name,
    /// `resource_documentation`: a page for developers.
    Documentation,
    /// `resource_policy_uri`: what clients may do with what they get.
    PolicyUri,
    /// `resource_tos_uri`: the terms of service.
    TosUri,
}

impl ResourceMember {
    const ALL: [Self; 4] = [Self::Name, Self::Documentation, Self::PolicyUri, Self::TosUri];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "resource_name",
            Self::Documentation => "resource_documentation",
            Self::PolicyUri => "resource_policy_uri",
            Self::TosUri => "resource_tos_uri",
        }
    }
}

/// The others that have a method, or follow from what the library does.
const OWN: &[&str] = &[
    "resource",
    "authorization_servers",
    "jwks_uri",
    "scopes_supported",
    "bearer_methods_supported",
    "resource_signing_alg_values_supported",
];

/// Is it a member that nobody else writes, in whatever language?
pub(super) fn is_own(name: &str) -> bool {
    let base = name.split('#').next().unwrap_or_default();
    OWN.contains(&name) || ResourceMember::ALL.iter().any(|member| member.as_str() == base)
}

#[derive(Clone)]
pub(super) struct Members(pub(super) Map<String, Value>);

impl Members {
    /// Sets a member, or takes it away: one without a value is left out (RFC 9728 section 3.2).
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        let is_none = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(values) => values.is_empty(),
            _ => false,
        };
        if is_none {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value);
        }
    }

    pub(super) fn encode(&self) -> Bytes {
        serde_json::to_vec(&self.0).unwrap_or_default().into()
    }
}
