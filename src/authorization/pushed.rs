//! An authorization request that its client sent itself and that waits for a browser (RFC 9126). It is one row from then on until it is
//! decided: browsers may come with it for a short time, and a person who came has as long as anybody to sign in. So one decision, in
//! whichever browser, spends it for all of them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::authorization::browser::Browser;
use crate::authorization::pending::{Decide, Pending};
use crate::client::ClientId;
use crate::storage::{PendingKind, PendingRecord};
use crate::values::asked::Asked;
use crate::values::bearer::{TokenHash, random_text};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::random::NoRandomness;

/// The version written into new records.
const VERSION: u32 = 1;

/// What the storage keeps of it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Pushed {
    #[serde(rename = "v", deserialize_with = "known")]
    version: u32,
    /// A browser may come with it while `now < until`. The record lives longer, for those who sign in.
    pub(crate) until: Timestamp,
    /// With the reference it yields the codes and tokens that answer the request: who has the one has not the other.
    salt: String,
    pub(crate) asked: Asked,
}

/// What a later release wrote is refused.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        version => Err(D::Error::custom(format!("a pushed request of version {version}, and this release knows {VERSION}"))),
    }
}

impl Pushed {
    pub(crate) fn new(asked: Asked, until: Timestamp) -> Result<Self, NoRandomness> {
        Ok(Self { version: VERSION, until, salt: random_text()?.to_string(), asked })
    }

    pub(crate) fn read(details: &str) -> Result<Self, StoreError> {
        serde_json::from_str(details).map_err(StoreError::failed)
    }

    /// What the storage keeps: of the reference a hash.
    pub(crate) fn record(
        &self,
        reference: &str,
        client_id: &ClientId,
        expires_at: Timestamp,
    ) -> Result<PendingRecord, StoreError> {
        let details = serde_json::to_string(self).map_err(StoreError::failed)?;
        let owner = TokenHash::of_pair("owner of pushed requests", client_id.as_str());
        Ok(PendingRecord::new(Self::key(reference), PendingKind::Pushed, owner, client_id.clone(), expires_at, details))
    }

    pub(crate) fn key(reference: &str) -> TokenHash {
        TokenHash::of(reference)
    }

    pub(crate) fn seed(&self, reference: &str) -> Zeroizing<String> {
        Zeroizing::new([reference, &self.salt].concat())
    }
}

/// Such a request as it was found, to be decided in the browser that came with it.
pub(crate) struct Kept {
    pub(crate) asked: Asked,
    pub(crate) place: Place,
}

/// What leads to it.
pub(crate) struct Place {
    pub(crate) reference: Zeroizing<String>,
    pub(crate) seed: Zeroizing<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) decide: Decide,
}

impl Place {
    /// What leads this browser to it.
    pub(crate) fn for_browser(self, browser: &mut Browser) -> Result<Pending, NoRandomness> {
        let Self { reference, seed, expires_at, decide } = self;
        let handle = browser.handle_to(&reference)?;
        Ok(Pending { key: Pushed::key(&reference), expires_at, handle, seed, answer: None, decide })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_release_pushed_is_refused() {
        let pushed = Pushed::new(Asked::new("code", "https://app/".into()), Timestamp::from_unix(1)).unwrap();
        let text = serde_json::to_string(&pushed).unwrap();
        assert_eq!(Pushed::read(&text).unwrap().seed("a").len(), 44);
        assert!(Pushed::read(&text.replace("\"v\":1", "\"v\":2")).is_err());
    }
}
