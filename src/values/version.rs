//! Versions of what is kept as JSON. A version rises when ignoring a new member would be wrong, such as a key to which a token is
//! bound; members that may be ignored do not raise it, and are kept. So an instance of an older release, beside newer ones
//! over one database, refuses what it would misread.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::values::error::StoreError;

/// Something was written in a version that this release does not know.
#[derive(Debug, thiserror::Error)]
#[error("a later release of the library wrote {what}: they have version {written}, this release knows {known}")]
struct LaterVersion {
    what: &'static str,
    written: u32,
    known: u32,
}

/// Without what serde says of it, which shows values: a `state`, or the verifier that a `plain` challenge is.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be read: the JSON is damaged or has other members, at line {line}, column {column}")]
struct Unreadable {
    what: &'static str,
    line: usize,
    column: usize,
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    #[serde(rename = "v")]
    version: u32,
}

fn check(what: &'static str, written: u32, known: u32) -> Result<(), StoreError> {
    if written > known { Err(StoreError::failed(LaterVersion { what, written, known })) } else { Ok(()) }
}

/// Why something cannot be read, without its values.
pub(crate) fn unreadable(what: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::failed(Unreadable { what, line: error.line(), column: error.column() })
}

/// Reads what has a version, up to the one that is known. `what` is in the plural.
///
/// # Errors
///
/// [`StoreError::Failed`] if a later release wrote it, or it cannot be read.
pub(crate) fn read<T: DeserializeOwned>(
    what: &'static str,
    known: u32,
    text: &str,
    version: impl FnOnce(&T) -> u32,
) -> Result<T, StoreError> {
    let read = serde_json::from_str::<T>(text).map_err(|error| {
        // It may be a later version that makes it unreadable.
        let later = serde_json::from_str::<Versioned>(text).ok().and_then(|text| check(what, text.version, known).err());
        later.unwrap_or_else(|| unreadable(what, &error))
    })?;
    check(what, version(&read), known)?;
    Ok(read)
}
