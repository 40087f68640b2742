//! The flaws of stores in what they remember to have been used.

use grantor::storage::{ReplayKey, ReplayStore};
use grantor::{Issuer, Timestamp};

use crate::flaw::Flaw::*;
use crate::flawed::{Flawed, Result, pause, refuse_if};

/// The end of all time.
const NEVER: Timestamp = Timestamp::from_unix(u64::MAX);

impl ReplayStore for Flawed {
    async fn first_time(&self, issuer: &Issuer, key: &ReplayKey, until: Timestamp, now: Timestamp) -> Result<bool> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let latest = now.saturating_add_secs(ReplayKey::MAX_SECS);
        refuse_if(until > latest && !self.has(RemembersForEver))?;
        let is_it = |(owner, it, _): &(Issuer, ReplayKey, Timestamp)| *owner == issuer && it == key;
        let found = tables.replays.iter_mut().find(|it| is_it(it));
        let is_remembered = found.is_some_and(|(_, _, kept)| {
            let is_remembered = if self.has(KeysLiveLonger) { now <= *kept } else { now < *kept };
            if is_remembered && self.has(SecondUseProlongs) {
                *kept = until.max(*kept);
            }
            is_remembered
        });
        if is_remembered || (until <= now && !self.has(ExpiredKeysComeFirst)) {
            return Ok(false);
        }
        pause!(self, tables, FirstTimeChecksThenActs);
        tables.replays.retain(|it| !is_it(it));
        if self.has(FirstTimeInTwoSteps) {
            tables.replays.push((issuer.clone(), *key, NEVER));
            pause!(self, tables, FirstTimeInTwoSteps);
            tables.replays.retain(|it| !is_it(it));
        }
        tables.replays.push((issuer, *key, until));
        Ok(true)
    }
}
