//! Whether a client wants tokens that are bound to a key of its own.

use super::members::members;

members! {
    /// RFC 9449 section 5.2.
    Bound {
        dpop_bound_access_tokens: Option<bool>,
    }
}
