//! What a token says: to the server, to APIs, and to the storage.

pub(crate) mod claims;
pub(crate) mod shared_details;
