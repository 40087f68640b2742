//! A browser comes with a reference to what was pushed (RFC 9126 section 4).

use zeroize::Zeroizing;

use crate::authorization::{INVALID_REQUEST_URI, Kept, Place, Pushed, decide_in};
use crate::client::Client;
use crate::core::Core;
use crate::storage::{PendingKind, PendingStore};
use crate::values::error::OAuthError;

/// The request of this client that nobody has decided yet.
///
/// # Errors
///
/// `invalid_request_uri` in any other case. Which one it is nobody learns: not whether there is a request of another client.
pub(super) async fn find<S: PendingStore>(core: &Core<S>, reference: &str, client: &Client) -> Result<Kept, OAuthError> {
    let invalid = || OAuthError::new(INVALID_REQUEST_URI, "the request_uri is unknown, expired, used, or another client's");
    let now = core.now();
    let found = core.storage.find_pending(&core.issuer, &Pushed::key(reference), now).await?.ok_or_else(invalid)?;
    let record = found.record;
    let is_its = record.kind == PendingKind::Pushed && record.client_id == *client.id();
    if !is_its || found.answer.is_some() || now >= record.expires_at {
        return Err(invalid());
    }
    let pushed = Pushed::read(&record.details)?;
    if now >= pushed.until {
        return Err(invalid());
    }
    let seed = pushed.seed(reference);
    let reference = Zeroizing::new(reference.to_owned());
    let place = Place { reference, seed, expires_at: record.expires_at, decide: decide_in::<S> };
    Ok(Kept { asked: pushed.asked, place })
}
