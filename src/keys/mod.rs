//! Secrets from outside, and the keys that are derived from them.

pub(crate) mod hkdf;
pub(crate) mod master_keys;
