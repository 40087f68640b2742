//! Under which algorithm something is signed for a client, by the member in which it registered one.

use crate::client::{Client, ClientRejection};
use crate::issue::Keyring;
use crate::jose::Algorithm;
use crate::values::error::OAuthError;

/// That of the client, or the one of those that registered none.
///
/// # Errors
///
/// `server_error` if it registered one that nobody ever heard of: some other server let it in. Without a key for it nothing is signed.
pub(super) fn algorithm(registered: Option<&str>, client: &Client, keys: &impl Keyring) -> Result<Option<Algorithm>, OAuthError> {
    let Some(name) = registered else { return Ok(keys.default_algorithm()) };
    match Algorithm::from_name(name) {
        Some(algorithm) => Ok(Some(algorithm)),
        None => {
            tracing::error!(client_id = %client.id(), algorithm = name, "a client registered an algorithm that is not known");
            Err(OAuthError::unexpected())
        }
    }
}

/// Refuses one that no key of the server signs with. `none` is one of them.
pub(super) fn rejection(
    registered: Option<&str>,
    algorithms: &[&'static str],
    member: &'static str,
    metadata: &'static str,
) -> Option<ClientRejection> {
    let signs = |name: &&str| Algorithm::from_name(name).is_some_and(|known| algorithms.contains(&known.as_str()));
    let algorithm = registered.filter(|name| !signs(name))?.to_owned();
    Some(ClientRejection::UnknownSigningAlgorithm { member, algorithm, metadata })
}
