//! `id_token_hint`: an ID token of this server, as a hint about who the person is (OpenID Connect Core section 3.1.2.1).

use std::sync::Arc;

use crate::authorization::Checking;
use crate::core::Core;
use crate::jose::OwnIdToken;
use crate::values::error::OAuthError;

/// The `sub` in it. It may have expired; it has to be one that this server signed for this client, with a key that is still published.
///
/// # Errors
///
/// `invalid_request` if it is another.
pub(super) fn subject<S>(core: &Core<S>, checking: &Checking<'_>, hint: &str) -> Result<Arc<str>, OAuthError> {
    let keys = checking.keys.published().unwrap_or_default();
    let verified = OwnIdToken::verify(hint, &core.issuer, Some(checking.client.id().as_str()), &keys);
    verified.map(|token| token.subject).map_err(|reason| {
        tracing::debug!(%reason, "an id_token_hint is refused");
        OAuthError::invalid_request("the id_token_hint is not an ID token of this server for this client")
    })
}
