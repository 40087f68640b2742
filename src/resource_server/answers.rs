//! What an introspection endpoint answered, remembered for a while, and bounded in bytes: whoever can have long answers given, with
//! long details of an authorization, fills no memory.

use crate::token::claims::TokenClaims;
use crate::values::bearer::TokenHash;
use crate::values::bounded::BoundedMap;
use crate::values::clock::Timestamp;

/// Remembered answers. The inactive ones have a map of their own: whoever sends made-up tokens cannot push out good ones.
pub(super) struct Cache {
    lifetime: u64,
    /// When it was last asked.
    asked_at: Timestamp,
    active: BoundedMap<TokenHash, (TokenClaims, Validity)>,
    inactive: BoundedMap<TokenHash, Validity>,
}

/// In bytes: what an answer takes up of the capacity is counted in these. The usual ones take one.
const UNIT: usize = 1024;
/// What an answer takes beside its texts: its place in the map, and the members that are there or not.
const OVERHEAD: usize = 512;
/// For how many seconds at most a token is remembered as inactive: enough to spare the endpoint a client that keeps trying,
/// too short to matter where a new token reaches the endpoint's replicas late.
const INACTIVE_LIFETIME: u64 = 1;
/// By so many seconds one caller's clock may be behind another's, who asked first.
const SKEW: u64 = 1;

/// When an answer may be used: from the question until before `until`.
#[derive(Clone, Copy)]
struct Validity {
    asked_at: Timestamp,
    until: Timestamp,
}

impl Validity {
    fn new(asked_at: Timestamp, lifetime: u64, exp: Option<Timestamp>) -> Self {
        let until = asked_at.saturating_add_secs(lifetime);
        Self { asked_at, until: exp.map_or(until, |exp| exp.min(until)) }
    }

    fn holds_at(self, now: Timestamp) -> bool {
        self.asked_at <= now && now < self.until
    }
}

impl Cache {
    pub(super) fn new(capacity: usize, lifetime: u64) -> Self {
        // A lifetime of 0 makes every answer stale at once; keeping none saves the memory.
        let capacity = if lifetime == 0 { 0 } else { capacity };
        Self { lifetime, asked_at: Timestamp::default(), active: BoundedMap::new(capacity), inactive: BoundedMap::new(capacity) }
    }

    pub(super) fn get(&mut self, hash: &TokenHash, now: Timestamp) -> Option<Option<TokenClaims>> {
        if now.saturating_add_secs(SKEW) < self.asked_at {
            // The clock was set back: nobody knows any more how old the answers are.
            self.active.clear();
            self.inactive.clear();
        }
        self.asked_at = now;
        let active = self.active.get(hash).filter(|(_, validity)| validity.holds_at(now));
        let inactive = self.inactive.get(hash).filter(|validity| validity.holds_at(now));
        match (active, inactive) {
            // Look-ups at the same time may have left both: the token has been revoked between them.
            (_, Some(_)) => Some(None),
            (Some((claims, _)), None) => Some(Some(claims)),
            (None, None) => None,
        }
    }

    pub(super) fn insert(&mut self, hash: TokenHash, claims: Option<TokenClaims>, asked_at: Timestamp) {
        if self.asked_at.saturating_add_secs(SKEW) < asked_at {
            // The clock was set back between question and answer.
            return;
        }
        match claims {
            Some(claims) => {
                let validity = Validity::new(asked_at, self.lifetime, claims.expires_at());
                let weight = claims.heap_size().saturating_add(OVERHEAD).div_ceil(UNIT);
                self.active.insert_weighing(hash, (claims, validity), weight);
            }
            None => {
                self.active.remove(&hash);
                self.inactive.insert(hash, Validity::new(asked_at, self.lifetime.min(INACTIVE_LIFETIME), None));
            }
        }
    }
}
