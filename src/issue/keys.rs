//! What signs on a server, as formats and hooks see it: folded from the features, so that none of them knows which one has the
//! keys.

use std::future::Future;

use zeroize::Zeroizing;

use crate::error::{ErrorCode, TokenError};
use crate::typelevel::choice::Open;

/// The keys of a server.
#[doc(hidden)]
pub trait Keyring: Send + Sync + 'static {
    /// Signs claims (JSON) as a compact JWS whose header has this `typ` (RFC 7515 section 4.1.9).
    fn sign(&self, typ: &'static str, claims: &[u8]) -> impl Future<Output = Result<Zeroizing<String>, TokenError>> + Send;
}

/// No feature of the server has keys. Rules keep what signs out of such a server, so nobody gets to see this error.
impl Keyring for Open {
    async fn sign(&self, _: &'static str, _: &[u8]) -> Result<Zeroizing<String>, TokenError> {
        tracing::error!("something is to be signed on a server without keys");
        Err(TokenError::new(ErrorCode::ServerError, "the authorization server met an unexpected condition"))
    }
}
