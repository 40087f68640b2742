//! Scope that is about signing in to the client that asked for it.

use crate::values::error::OAuthError;
use crate::values::scope::Scope;

/// An ID token says that a person signed in to its audience, and nobody signed in to a client that presents a token or an assertion
/// (OpenID Connect Core sections 3.1.2.1 and 11).
const OF_THE_SIGN_IN: [&str; 2] = ["openid", "offline_access"];

/// The scope without it.
pub(super) fn without(scope: &Scope) -> Scope {
    scope.filtered(|token| !OF_THE_SIGN_IN.contains(&token))
}

/// The scope without it, where the client asks for the scope.
///
/// # Errors
///
/// `invalid_scope` if there is nothing else in it.
pub(super) fn asked_without(scope: &Scope) -> Result<Scope, OAuthError> {
    let left = without(scope);
    if left.is_empty() && !scope.is_empty() {
        return Err(OAuthError::invalid_scope("nobody signs in to the client here, and it asks for nothing else"));
    }
    Ok(left)
}
