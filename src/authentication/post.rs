//! `client_secret_post`: the secret in the body (RFC 6749 section 2.3.1).

use super::Presented;
use crate::client::ClientAuthenticationMethod;

pub(super) const METHOD: ClientAuthenticationMethod = ClientAuthenticationMethod::ClientSecretPost;

pub(super) fn presented<'a>(id: &'a str, secret: &'a str) -> Presented<'a> {
    Presented { id: id.into(), secret: secret.into(), method: METHOD }
}
