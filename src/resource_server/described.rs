//! What a resource server does once it is described (RFC 9728), and what it asks of a token that it has let in already.

use std::sync::Arc;

use super::challenge::Fault;
use super::{Audience, Challenge, ProtectedResourceMetadata, ResourceServer, TokenVerifier};
use crate::token::claims::TokenClaims;
use crate::values::scope::Scope;

impl<V: TokenVerifier> ResourceServer<V> {
    /// It is this protected resource (RFC 9728). Its challenges say where the metadata is, `resource_metadata`, and a 401 where no scope
    /// is required names the [`scopes_supported`](ProtectedResourceMetadata::scopes_supported), as clients that are told none ask for
    /// whatever the authorization server has. No challenge says `offline_access`.
    ///
    /// Only tokens for the resource are accepted, unless an [`audience`](Self::audience) was named, by the verifier too, or
    /// [any](Self::any_audience) will do. The document itself is served by
    /// [`ProtectedResourceMetadata::respond`], or as a service or a router.
    #[must_use]
    pub fn protected_resource(mut self, metadata: &ProtectedResourceMetadata) -> Self {
        let protection = Arc::make_mut(&mut self.protection);
        protection.resource_metadata = Some(metadata.url().into());
        protection.least_scope = metadata.scopes().as_str().into();
        if matches!(self.audience, Audience::Unnamed) {
            self.audience = Audience::Named(metadata.resource().into());
        }
        self
    }

    /// Programs in browsers may use the resource, whatever their origin: challenges carry what lets them read the response and its
    /// `WWW-Authenticate`, and the [`layer`](Self::layer) answers their preflight requests, with the headers that they ask for, and has
    /// every response read. A token is sent by whoever has it, and not by the browser of its own accord, as a cookie is.
    #[must_use]
    pub fn any_origin(mut self) -> Self {
        Arc::make_mut(&mut self.protection).any_origin = true;
        self
    }

    #[cfg(feature = "tower")]
    pub(super) fn is_for_any_origin(&self) -> bool {
        self.protection.any_origin
    }

    /// Has the token all of the scope, or what implies it?
    pub(super) fn has_scope(&self, claims: &TokenClaims, required: &str) -> bool {
        let mut required = required.split(' ').filter(|token| !token.is_empty());
        required.all(|token| self.hierarchy.covers(claims.scope(), token))
    }

    /// Has a token that was let in the scope for what it is about to do, where that is known only once the request was read? Name all
    /// that this needs: a client that is told of one scope after the other asks its person as often.
    ///
    /// # Errors
    ///
    /// The 403 to answer with: `insufficient_scope`, with all of `required` (RFC 6750 section 3.1).
    pub fn require_scope(&self, claims: &TokenClaims, required: &Scope) -> Result<(), Challenge> {
        if self.has_scope(claims, required.as_str()) {
            return Ok(());
        }
        Err(Challenge::new(Fault::InsufficientScope, required.as_str(), &self.protection))
    }
}
