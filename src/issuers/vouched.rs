//! What a trusted issuer vouches for, once its signature was verified.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::jose::{JoseError, Object};
use crate::values::clock::Timestamp;

/// The claims of a verified token of a trusted issuer.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct Vouched {
    /// `iss`: as it is trusted.
    pub(crate) issuer: Arc<str>,
    pub(crate) subject: Arc<str>,
    pub(crate) expires_at: Timestamp,
    pub(crate) jti: Option<Arc<str>>,
    /// All of them.
    pub(crate) claims: Map<String, Value>,
}

impl Vouched {
    pub(super) fn read(issuer: &Arc<str>, claims: &Object<'_>) -> Result<Self, JoseError> {
        let subject = claims.text("sub")?;
        if subject.is_empty() {
            return Err(JoseError::Malformed("sub"));
        }
        let jti = claims.optional_text("jti")?.filter(|jti| !jti.is_empty());
        Ok(Self {
            issuer: issuer.clone(),
            subject: subject.into(),
            expires_at: claims.time("exp")?,
            jti: jti.map(Into::into),
            claims: claims.iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
        })
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a text, or an array of texts; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// [`JoseError::Malformed`] if it is something else.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Vec<&str>, JoseError> {
        let values = match self.claims.get(name) {
            None => &[],
            Some(Value::Array(values)) => &values[..],
            Some(value) => std::slice::from_ref(value),
        };
        values.iter().map(|value| value.as_str().ok_or(JoseError::Malformed(name))).collect()
    }
}
