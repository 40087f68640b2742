//! Whether an approval is by the person whom the client asked for: before anything is decided or made of it, at the authorization endpoint and
//! for devices.

use super::{SCOPE, subject};
use crate::authorization::{ApprovedRequest, Needs};
use crate::core::Core;
use crate::events;
use crate::values::error::OAuthError;

/// # Errors
///
/// `login_required` if the client asked for somebody else (OpenID Connect Core sections 3.1.2.1 and 5.5.1); `server_error` if there is to be
/// an ID token, now or later, that cannot name the person: what comes of it could not be redeemed.
pub(super) fn check<S>(core: &Core<S>, approved: &ApprovedRequest) -> Result<(), OAuthError> {
    let ApprovedRequest { client, subject, details, asked, .. } = approved;
    let wanted = asked.sign_in.as_ref().and_then(|sign_in| sign_in.subjects.as_ref());
    if wanted.is_none() && !details.facts().scope.contains(SCOPE) {
        return Ok(());
    }
    let sub = subject::of(core, client, subject)?;
    if wanted.is_none_or(|wanted| wanted.iter().any(|wanted| **wanted == *sub)) {
        return Ok(());
    }
    let error = OAuthError::from(Needs::Login);
    events::not_as_asked(&core.issuer, client.id(), error.code().as_str());
    Err(error)
}
