//! With which algorithms what a client gets is to be signed. Which ones a server has it knows itself, so it is asked when the client is
//! registered.

use std::sync::Arc;

use serde_json::Value;

use super::members::members;
use crate::client::ClientError;

members! {
    Signing {
        /// RFC 9701 section 6.
        introspection_signed_response_alg: Option<Arc<str>>,
        /// JARM section 3.
        authorization_signed_response_alg: Option<Arc<str>>,
        authorization_encrypted_response_alg: Option<Value>,
    }
}

impl Signing {
    /// What is not served is not ignored: the client would get something else than it counts on.
    pub(super) fn check(&self) -> Result<(), ClientError> {
        if self.authorization_encrypted_response_alg.is_some() { Err(ClientError::Encryption) } else { Ok(()) }
    }
}
