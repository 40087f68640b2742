//! A client's public keys. Here they are kept, and looked at as far as a record goes: that they are there once, are a set, and that
//! no secret is among them. Whoever verifies a signature reads the keys themselves, and strictly.

use std::sync::Arc;

use serde_json::Value;

use super::members::{Member, Omitted, members};
use crate::client::ClientError;
use crate::values::uri::is_web_url;

/// Why a client's public keys cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// Both in the record and elsewhere.
    #[error("`jwks` and `jwks_uri` must not both be there (RFC 7591 section 2); remove one")]
    Both,
    /// Not a URL that can be fetched safely.
    #[error("`jwks_uri` must be an https URL without fragment (RFC 7591 section 2)")]
    Uri,
    /// Not a JWK Set.
    #[error("`jwks` must be an object with the array `keys` of at least one key, each with its `kty` (RFC 7517 section 5)")]
    NotASet,
    /// A private key, or a symmetric one.
    #[error("`jwks` has a key that is secret: register the public keys only (RFC 7517 section 9.2)")]
    SecretKey,
}

/// A JWK Set (RFC 7517 section 5) without secret keys, as it was registered.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub(in crate::client) struct Jwks(Arc<Value>);

impl Jwks {
    /// The parameters in which secret keys are (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1).
    const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    pub(in crate::client) fn checked(set: Value) -> Result<Self, JwksError> {
        let keys = set.get("keys").and_then(Value::as_array).filter(|keys| !keys.is_empty()).ok_or(JwksError::NotASet)?;
        for key in keys {
            let members = key.as_object().filter(|key| key.get("kty").is_some_and(Value::is_string)).ok_or(JwksError::NotASet)?;
            if Self::SECRET.iter().any(|name| members.contains_key(*name)) {
                return Err(JwksError::SecretKey);
            }
        }
        Ok(Self(set.into()))
    }

    pub(in crate::client) fn value(&self) -> &Arc<Value> {
        &self.0
    }
}

impl Member for Option<Jwks> {
    type Json = Value;
    fn checked(json: Value) -> Result<Self, ClientError> {
        Ok(Some(Jwks::checked(json)?))
    }
}

/// Where a client publishes its keys.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub(in crate::client) struct JwksUri(Arc<str>);

impl JwksUri {
    pub(in crate::client) fn checked(uri: &str) -> Result<Self, JwksError> {
        let permitted = is_web_url(uri, |_| false) && !uri.contains('#');
        if permitted { Ok(Self(uri.into())) } else { Err(JwksError::Uri) }
    }

    pub(in crate::client) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Member for Option<JwksUri> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        Ok(Some(JwksUri::checked(&json)?))
    }
}

members! {
    /// RFC 7591 section 2. Clients that authenticate otherwise may have keys too.
    Keys {
        jwks: Option<Jwks>,
        jwks_uri: Option<JwksUri>,
        /// With which algorithm it signs what it authenticates with (OpenID Connect Registration section 2). Which there are, the
        /// server knows.
        token_endpoint_auth_signing_alg: Option<Arc<str>>,
    }
}

impl Keys {
    pub(super) fn check(&self) -> Result<(), ClientError> {
        if self.token_endpoint_auth_signing_alg.as_deref().is_some_and(|name| matches!(name, "none" | "")) {
            return Err(ClientError::Unsigned);
        }
        if self.jwks.is_some() && self.jwks_uri.is_some() { Err(JwksError::Both.into()) } else { Ok(()) }
    }

    pub(in crate::client) fn are_there(&self) -> bool {
        !self.jwks.is_omitted() || !self.jwks_uri.is_omitted()
    }
}
