//! Which software a client is, for those who look after it. Kept as it was registered: nothing here is decided by it.

use std::sync::Arc;

use super::members::members;

members! {
    /// RFC 7591 section 2.
    Software {
        software_id: Option<Arc<str>>,
        software_version: Option<Arc<str>>,
    }
}
