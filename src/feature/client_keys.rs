//! The keys with which clients sign: where they are, in records or where clients publish them, and whether one of them signed.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize as _;
use serde_json::Value;

use crate::client::{Client, ClientId, ClientRejection};
use crate::fetcher::{Document, FetchError, Fetcher};
use crate::jose::{Algorithm, JoseError, Jwks};
use crate::typelevel::{Flag, No, Yes};
use crate::values::bounded::BoundedMap;
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

mod sealed {
    pub trait Sealed {}
}

/// Where a server looks for the keys of its clients.
pub trait ClientKeys: sealed::Sealed + 'static {
    /// Where they publish them, too.
    #[doc(hidden)]
    type Fetched: Flag;
}

/// In their records, and where they publish them: `jwks` and `jwks_uri`.
#[derive(Debug, Clone, Copy)]
pub struct FetchedKeys;

/// In their records alone: `jwks`.
#[derive(Debug, Clone, Copy)]
pub struct InlineKeys;

impl sealed::Sealed for FetchedKeys {}
impl sealed::Sealed for InlineKeys {}

impl ClientKeys for FetchedKeys {
    type Fetched = Yes;
}

impl ClientKeys for InlineKeys {
    type Fetched = No;
}

/// About how many bytes a key takes that is ready to verify.
const KEY_BYTES: usize = 1_024;
/// How many bytes the keys from records may take, about; half of it is sure to be kept.
const KNOWN_BYTES: usize = 4 * 1024 * 1024;

/// What a client publishes at its `jwks_uri`.
struct PublishedKeys(Jwks);

impl Document for PublishedKeys {
    const MAX_BYTES: usize = Jwks::MAX_LEN;

    fn read(json: &str) -> Result<Self, &'static str> {
        Jwks::parse(json.as_bytes()).map(Self).map_err(|error| match error {
            JoseError::SecretKey => "it has a key that is secret (RFC 7517 section 9.2)",
            _ => "it is not a JWK Set (RFC 7517 section 5)",
        })
    }

    fn weight(&self) -> usize {
        weight(&self.0)
    }
}

fn weight(keys: &Jwks) -> usize {
    keys.iter().count() * KEY_BYTES + size_of_val(keys.skipped())
}

/// The keys of a record, and what was read.
#[derive(Clone)]
struct Known {
    set: Arc<Value>,
    keys: Arc<Jwks>,
}

/// Keys from the records of clients, ready to verify, so that they are not made so for each request.
pub(super) struct KnownKeys(Mutex<BoundedMap<ClientId, Known>>);

impl KnownKeys {
    pub(super) fn new() -> Self {
        Self(Mutex::new(BoundedMap::new(KNOWN_BYTES / 2)))
    }

    /// The keys of the record, which may have changed since.
    fn of(&self, id: &ClientId, set: &Arc<Value>) -> Result<Arc<Jwks>, JoseError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(id);
        if let Some(known) = known.filter(|known| Arc::ptr_eq(&known.set, set) || known.set == *set) {
            return Ok(known.keys);
        }
        let keys = Arc::new(read(set)?);
        let weight = weight(&keys) + set.to_string().len() + id.as_str().len();
        lock().insert_weighing(id.clone(), Known { set: set.clone(), keys: keys.clone() }, weight);
        Ok(keys)
    }
}

fn read(set: &Value) -> Result<Jwks, JoseError> {
    Jwks::deserialize(set).map_err(|_| JoseError::Malformed("keys"))
}

/// Why nothing that a client signs could be verified.
pub(super) fn rejection<K: ClientKeys>(
    client: &Client,
    permitted: &[Algorithm],
    fetcher: Option<&Fetcher>,
) -> Option<ClientRejection> {
    if let Some(set) = client.jwks() {
        let Ok(keys) = Jwks::deserialize(set) else {
            return Some(ClientRejection::UnusableKeys("it is not a JWK Set of at most 64 public keys"));
        };
        let is_usable = keys.iter().any(|key| permitted.contains(&key.algorithm()));
        return (!is_usable).then_some(ClientRejection::UnusableKeys("none is for an algorithm that is accepted"));
    }
    let uri = client.jwks_uri()?;
    match fetcher.filter(|_| K::Fetched::VALUE) {
        None => Some(ClientRejection::KeysElsewhere),
        Some(fetcher) => fetcher.check_url(uri).err().map(|error| ClientRejection::JwksUri(error.to_string())),
    }
}

/// Whose keys are looked for, with what, and when.
pub(super) struct Tried<'a> {
    pub(super) client: &'a Client,
    pub(super) fetcher: Option<&'a Fetcher>,
    pub(super) now: Timestamp,
}

/// Why none of the keys of a client signed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// The one that it may be did not.
    Jose(JoseError),
    /// They are at its `jwks_uri`, and this server fetches none.
    Elsewhere,
}

impl KnownKeys {
    /// Did one of the client's keys sign? If none did of those that were fetched a while ago, there may be newer ones.
    ///
    /// # Errors
    ///
    /// `temporarily_unavailable` where the keys cannot be fetched: nobody knows.
    pub(super) async fn signed<P: ClientKeys>(
        &self,
        tried: Tried<'_>,
        verify: impl Fn(&Jwks) -> Result<(), JoseError>,
    ) -> Result<Result<(), Unsigned>, OAuthError> {
        let Tried { client, fetcher, now } = tried;
        if let Some(set) = client.shared_jwks() {
            return Ok(self.of(client.id(), set).and_then(|keys| verify(&keys)).map_err(Unsigned::Jose));
        }
        let Some((fetcher, uri)) = fetcher.filter(|_| P::Fetched::VALUE).zip(client.jwks_uri()) else {
            return Ok(Err(Unsigned::Elsewhere));
        };
        // In a box: it is many layers deep, and all features are inside each other.
        Box::pin(published(fetcher, uri, client, now, verify)).await
    }
}

/// The same of keys that the client publishes.
async fn published(
    fetcher: &Fetcher,
    uri: &str,
    client: &Client,
    now: Timestamp,
    verify: impl Fn(&Jwks) -> Result<(), JoseError>,
) -> Result<Result<(), Unsigned>, OAuthError> {
    let trouble = |error| not_fetched(client, &error);
    let kept = fetcher.fetch::<PublishedKeys>(uri, now).await.map_err(trouble)?;
    let Err(reason) = verify(&kept.0) else { return Ok(Ok(())) };
    let newest = fetcher.refetch::<PublishedKeys>(uri, now).await.map_err(trouble)?;
    let verified = if Arc::ptr_eq(&kept, &newest) { Err(reason) } else { verify(&newest.0) };
    Ok(verified.map_err(Unsigned::Jose))
}

/// The client, whoever it is, may try again later. What it is not told, the operator is.
fn not_fetched(client: &Client, error: &FetchError) -> OAuthError {
    let detail: &dyn std::error::Error = error;
    tracing::warn!(client_id = %client.id(), detail, "the keys of a client cannot be fetched");
    error.as_unavailable()
}
