//! Clients that nobody vetted may become other ones, under the same identifier.

use crate::events;
use crate::issue::{Binding, IssueContext};
use crate::values::error::OAuthError;

/// What people agreed to may be renewed as long as the client is what they saw.
///
/// # Errors
///
/// `invalid_grant` if it is not. Nothing is revoked: it may become again what it was.
pub(super) fn still_as_agreed<S>(cx: &IssueContext<'_, S>, binding: &Binding) -> Result<(), OAuthError> {
    let Some(authorization) = &binding.continues else { return Ok(()) };
    if cx.client.is_still(binding.access.facts().client_fingerprint.as_deref()) {
        return Ok(());
    }
    events::client_changed(cx.about(&binding.access, authorization));
    Err(OAuthError::invalid_grant("the client is described otherwise than when it was authorized: begin a new authorization"))
}
