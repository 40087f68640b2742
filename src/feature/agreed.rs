//! Clients that nobody vetted may become other ones, under the same identifier.

use crate::events;
use crate::issue::{Binding, IssueContext};
use crate::values::error::OAuthError;

/// What people agreed to may be fetched, and renewed, as long as the client is what they saw.
///
/// # Errors
///
/// `invalid_grant` if it is not. Nothing is revoked: it may become again what it was.
pub(super) fn still_as_agreed<S>(cx: &IssueContext<'_, S>, binding: &Binding) -> Result<(), OAuthError> {
    // What begins now says what the client is now.
    if binding.begins || binding.replays || cx.client.is_still(binding.access.facts().client_fingerprint.as_deref()) {
        return Ok(());
    }
    let (facts, authorization) = (binding.access.facts(), binding.of.as_ref().map(|id| id as _));
    events::client_changed(&cx.core.issuer, cx.client.id(), facts.subject.as_ref(), &facts.scope, authorization);
    Err(OAuthError::invalid_grant("the client is described otherwise than when it was authorized: begin a new authorization"))
}
