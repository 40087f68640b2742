//! How a client signs its authorization requests (RFC 9101, OpenID Connect Registration section 2).

use std::sync::Arc;

use serde_json::Value;

use super::members::{Member, members};
use crate::client::ClientError;
use crate::values::uri::is_web_url;

/// Where a request object of the client is. What is behind a `#` is the hash of it (OpenID Connect Core section 6.2).
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub(in crate::client) struct RequestUri(Arc<str>);

impl RequestUri {
    pub(in crate::client) fn checked(uri: &str) -> Result<Self, ClientError> {
        if is_web_url(uri, |_| false) { Ok(Self(uri.into())) } else { Err(ClientError::RequestUri) }
    }

    pub(in crate::client) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Member for Vec<RequestUri> {
    type Json = Vec<String>;
    fn checked(json: Vec<String>) -> Result<Self, ClientError> {
        json.iter().map(|uri| RequestUri::checked(uri)).collect()
    }
}

members! {
    /// Which algorithms there are, the server knows.
    Requests {
        request_object_signing_alg: Option<Arc<str>>,
        /// RFC 9101 section 10.5.
        require_signed_request_object: Option<bool>,
        request_uris: Vec<RequestUri>,
        request_object_encryption_alg: Option<Value>,
    }
}

impl Requests {
    pub(super) fn check(&self) -> Result<(), ClientError> {
        if self.request_object_encryption_alg.is_some() { Err(ClientError::Encryption) } else { Ok(()) }
    }
}
