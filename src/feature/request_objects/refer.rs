//! A request object at a URL that the client has registered (RFC 9101 section 5.2).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::authorization::INVALID_REQUEST_URI;
use crate::client::Client;
use crate::fetcher::{Document, DocumentForm, FetchError, Fetcher};
use crate::jose::{RequestObjectJwt, TokenType as _};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

/// What is at the URL.
pub(super) struct Published(pub(super) String);

impl Document for Published {
    const FORM: DocumentForm = DocumentForm::RequestObject;
    const MAX_BYTES: usize = RequestObjectJwt::MAX_LEN;

    fn read(text: &str) -> Result<Self, &'static str> {
        Ok(Self(text.trim_ascii().to_owned()))
    }

    fn weight(&self) -> usize {
        self.0.len()
    }
}

/// Is it one that the client has registered? One that was registered without a fragment is meant with any: the fragment is the hash of what
/// is there now (OpenID Connect Core section 6.2).
pub(super) fn is_registered(client: &Client, uri: &str) -> bool {
    let plain = uri.split('#').next().unwrap_or(uri);
    client.request_uris().any(|own| own == uri || own == plain)
}

/// Fetches the request object.
///
/// # Errors
///
/// `invalid_request_uri` where there is none, whatever the reason: that is for the operator.
pub(super) async fn fetch(fetcher: &Fetcher, client: &Client, uri: &str, now: Timestamp) -> Result<Arc<Published>, OAuthError> {
    let (url, fragment) = uri.split_once('#').map_or((uri, None), |(url, fragment)| (url, Some(fragment)));
    let trouble = |error| not_fetched(client, &error);
    let kept = fetcher.fetch::<Published>(url, now).await.map_err(trouble)?;
    if is_of(&kept, fragment) {
        return Ok(kept);
    }
    fetcher.refetch::<Published>(url, now).await.map_err(trouble)
}

/// Is it what the fragment is the hash of? It says no more than that what is kept may be old (OpenID Connect Core section 6.2): the object is
/// signed, and clients register fragments before they know the object.
fn is_of(published: &Published, fragment: Option<&str>) -> bool {
    let is_hash = |fragment: &&str| URL_SAFE_NO_PAD.decode(fragment).is_ok_and(|bytes| bytes.len() == 32);
    fragment.filter(is_hash).is_none_or(|hash| URL_SAFE_NO_PAD.encode(Sha256::digest(&published.0)) == hash)
}

fn not_fetched(client: &Client, error: &FetchError) -> OAuthError {
    let detail: &dyn std::error::Error = error;
    tracing::warn!(client_id = %client.id(), detail, "the request object of a client cannot be fetched");
    OAuthError::new(INVALID_REQUEST_URI, "there is no request object at the request_uri")
}
