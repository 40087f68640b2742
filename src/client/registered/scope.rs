//! What a client may ask for.

use super::members::members;
use crate::client::ClientError;
use crate::values::scope::Scope;

members! {
    /// `scope` of RFC 7591 section 2, and this library's `default_scope`.
    Scopes {
        scope: Scope,
        /// What it gets when it asks for none.
        default_scope: Option<Scope>,
    }
}

impl Scopes {
    pub(super) fn check(&self) -> Result<(), ClientError> {
        let is_part = self.default_scope.as_ref().is_none_or(|default| default.is_subset_of(&self.scope));
        if is_part { Ok(()) } else { Err(ClientError::DefaultScope) }
    }
}
