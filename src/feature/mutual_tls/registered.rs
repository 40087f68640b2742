//! Certificates that clients registered (RFC 8705 section 2.2): in their records, or where they publish them.

use std::sync::Arc;

use serde_json::Value;

use super::Refusal;
use crate::client::{Client, ClientRejection};
use crate::fetcher::{Document, FetchError, Fetcher};
use crate::mtls::{ClientCertificate, Registered, set_has};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

/// Bytes of a document: with their chains, certificates are longer than keys.
const MAX_BYTES: usize = 128 * 1024;

/// What a client publishes at its `jwks_uri`, as far as certificates go.
struct Published {
    set: Value,
    bytes: usize,
}

impl Document for Published {
    const MAX_BYTES: usize = MAX_BYTES;

    fn read(json: &str) -> Result<Self, &'static str> {
        let set: Value = serde_json::from_str(json).map_err(|_| "it is not JSON")?;
        let is_set = set.get("keys").is_some_and(Value::is_array);
        is_set.then_some(Self { set, bytes: json.len() }).ok_or("it is not a JWK Set (RFC 7517 section 5)")
    }

    fn weight(&self) -> usize {
        // Parsed, it takes about so much more.
        self.bytes * 4
    }
}

/// Did the client register the certificate? If it is not among those that were fetched a while ago, there may be newer ones.
pub(super) async fn is_registered(
    fetcher: Option<&Fetcher>,
    client: &Client,
    certificate: &ClientCertificate,
    now: Timestamp,
) -> Result<Result<(), Refusal>, OAuthError> {
    let found = |has: bool| Ok(if has { Ok(()) } else { Err(Refusal::Unregistered) });
    if let Some(set) = client.jwks() {
        return found(set_has(set, certificate));
    }
    let Some((fetcher, uri)) = fetcher.zip(client.jwks_uri()) else { return Ok(Err(Refusal::Elsewhere)) };
    let trouble = |error: FetchError| {
        let detail: &dyn std::error::Error = &error;
        tracing::warn!(client_id = %client.id(), detail, "the certificates of a client cannot be fetched");
        error.as_unavailable()
    };
    let kept = fetcher.fetch::<Published>(uri, now).await.map_err(trouble)?;
    if set_has(&kept.set, certificate) {
        return Ok(Ok(()));
    }
    let newest = fetcher.refetch::<Published>(uri, now).await.map_err(trouble)?;
    found(!Arc::ptr_eq(&kept, &newest) && set_has(&newest.set, certificate))
}

/// Why a client could never authenticate with what it registered.
pub(super) fn rejection(client: &Client, fetcher: Option<&Fetcher>) -> Option<ClientRejection> {
    if let Some(set) = client.jwks() {
        return (!Registered::any_usable(set)).then_some(ClientRejection::UnusableCertificates);
    }
    let Some((fetcher, uri)) = fetcher.zip(client.jwks_uri()) else { return Some(ClientRejection::CertificatesElsewhere) };
    fetcher.check_url(uri).err().map(|error| ClientRejection::JwksUri(error.to_string()))
}
