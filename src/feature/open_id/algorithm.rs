//! Under which algorithm a client gets what is signed for it (OpenID Connect Registration section 2).

use crate::client::{Client, ClientRejection};
use crate::jose::Algorithm;
use crate::values::error::OAuthError;

/// The registered default.
const DEFAULT: Algorithm = Algorithm::Rs256;

/// That of ID tokens.
///
/// # Errors
///
/// `server_error` if the client names none that there is: such a client is not served.
pub(in crate::feature) fn of_id_tokens(client: &Client) -> Result<Algorithm, OAuthError> {
    client.id_token_signed_response_alg().map_or(Ok(DEFAULT), named)
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
    let signs = |name: &&str| Algorithm::from_name(name).is_some_and(|known| algorithms.contains(&known.as_str()));
    for (member, name, metadata) in [
        ("id_token_signed_response_alg", client.id_token_signed_response_alg(), "id_token_signing_alg_values_supported"),
        ("userinfo_signed_response_alg", client.userinfo_signed_response_alg(), "userinfo_signing_alg_values_supported"),
    ] {
        let unknown = name.filter(|name| !signs(name)).map(str::to_owned);
        reasons.extend(unknown.map(|algorithm| ClientRejection::UnknownSigningAlgorithm { member, algorithm, metadata }));
    }
}
