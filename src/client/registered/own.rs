//! What the operator decides about a client: members of this library. A stranger's registration has none of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::members::members;
use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};

/// Which tokens a client may introspect beside its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IntrospectionRight {
    Own,
    Any,
}

members! {
    /// Members of this library.
    Own {
        introspection: Option<IntrospectionRight>,
        /// The names of a resource server, as the `aud` of a token has them.
        audience: Vec<Arc<str>>,
        access_token_lifetime: Option<AccessTokenLifetime>,
        refresh_token_lifetime: Option<RefreshTokenLifetime>,
    }
}

/// The members of this library that a stranger does not have, whatever it writes: these, and two that other groups have.
pub(in crate::client) const OF_THE_OPERATOR: &[&str] = &[
    "introspection",
    "audience",
    "access_token_lifetime",
    "refresh_token_lifetime",
    "default_scope",
    "scope_claims_in_id_token",
];

impl Own {
    pub(in crate::client) fn introspects_any(&self) -> bool {
        self.introspection == Some(IntrospectionRight::Any)
    }

    /// Does it ask about the tokens of others?
    pub(in crate::client) fn is_resource_server(&self) -> bool {
        self.introspects_any() || !self.audience.is_empty()
    }
}
