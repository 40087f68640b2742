//! What a client may ask for.

use super::members::members;
use crate::client::ClientError;
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

members! {
    /// `scope` of RFC 7591 section 2, and this library's `default_scope`.
    Scopes {
        scope: Scope,
        /// What it gets when it asks for none.
        default_scope: Option<Scope>,
    }
}

impl Scopes {
    /// No more than this. The default stays a part of the whole, so what of it is left is in there by name.
    pub(crate) fn narrow(&mut self, bound: &Scope, hierarchy: &ScopeHierarchy) {
        self.scope = hierarchy.common(&self.scope, bound);
        let default = self.default_scope.take().map(|default| hierarchy.common(&default, bound));
        self.set_default(default);
    }

    /// The default, which is covered by the whole.
    pub(crate) fn set_default(&mut self, default: Option<Scope>) {
        if let Some(default) = &default {
            self.scope = self.scope.union(default);
        }
        self.default_scope = default;
    }

    pub(super) fn check(&self) -> Result<(), ClientError> {
        let is_part = self.default_scope.as_ref().is_none_or(|default| default.is_subset_of(&self.scope));
        if is_part { Ok(()) } else { Err(ClientError::DefaultScope) }
    }
}
