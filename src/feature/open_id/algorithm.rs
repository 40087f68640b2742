//! Under which algorithm a client gets what is signed for it (OpenID Connect Registration section 2).

use crate::client::{Client, ClientRejection};
use crate::feature::signed_for;
use crate::issue::Keyring;
use crate::jose::Algorithm;
use crate::values::error::OAuthError;

/// That of ID tokens. A client that registered none gets the registered default, or the preferred one where that does not exist, as under
/// FAPI 2.0.
///
/// # Errors
///
/// `server_error` if the client names none that there is: such a client is not served.
pub(in crate::feature) fn of_id_tokens(client: &Client, keys: &impl Keyring) -> Result<Algorithm, OAuthError> {
    match client.id_token_signed_response_alg() {
        Some(name) => named(name),
        None => keys.default_algorithm().ok_or_else(OAuthError::unexpected),
    }
}

/// That of userinfo responses; `None` if they are plain JSON.
///
/// # Errors
///
/// As above.
pub(super) fn of_userinfo(client: &Client) -> Result<Option<Algorithm>, OAuthError> {
    client.userinfo_signed_response_alg().map(named).transpose()
}

fn named(name: &str) -> Result<Algorithm, OAuthError> {
    Algorithm::from_name(name).ok_or_else(OAuthError::unexpected)
}

/// Refuses those that no key of the server signs with. `none` is one of them.
pub(super) fn check(client: &Client, algorithms: &[&'static str], reasons: &mut Vec<ClientRejection>) {
    for (member, name, metadata) in [
        ("id_token_signed_response_alg", client.id_token_signed_response_alg(), "id_token_signing_alg_values_supported"),
        ("userinfo_signed_response_alg", client.userinfo_signed_response_alg(), "userinfo_signing_alg_values_supported"),
    ] {
        reasons.extend(signed_for::rejection(name, algorithms, member, metadata));
    }
}
