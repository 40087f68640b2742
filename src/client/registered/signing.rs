//! With which algorithms what a client gets is to be signed. Which ones a server has it knows itself, so it is asked when the client is
//! registered.

use std::sync::Arc;

use super::members::members;

members! {
    /// RFC 9701 section 6.
    Signing {
        introspection_signed_response_alg: Option<Arc<str>>,
    }
}
