//! Whether a client wants tokens that are bound to a key of its own.

use super::members::members;

members! {
    /// RFC 9449 section 5.2, RFC 8705 section 3.4.
    Bound {
        dpop_bound_access_tokens: Option<bool>,
        tls_client_certificate_bound_access_tokens: Option<bool>,
    }
}
