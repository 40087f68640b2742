//! The flaws of stores in what they make of signing keys.

use grantor::storage::{Announcement, KeyRecord, KeyStore, Kid, SealedKey};
use grantor::{Issuer, Timestamp};

use crate::flaw::Flaw::*;
use crate::flawed::{Flawed, Result, pause, refuse_if};

impl KeyStore for Flawed {
    async fn keys(&self, issuer: &Issuer, now: Timestamp) -> Result<Vec<KeyRecord>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let lives = |it: &KeyRecord| match self.flaw {
            Some(SigningKeysLiveLonger) => now <= it.times.published_until,
            Some(ForgottenWhenTheySignNoMore) => now < it.times.signs_until,
            _ => now < it.times.published_until,
        };
        let theirs = tables.keys.iter().filter(|(owner, it)| *owner == issuer && lives(it));
        let mut keys: Vec<_> = theirs.map(|(_, it)| it.clone()).collect();
        if !self.has(KeysAsTheyCame) {
            keys.sort_by_key(|it| (it.algorithm.clone(), it.generation));
        }
        Ok(keys)
    }

    async fn announce_key(&self, issuer: &Issuer, mut key: KeyRecord, _: Timestamp) -> Result<Announcement> {
        let (issuer, mut tables) = (self.issuer(issuer), self.lock().await);
        if self.has(PublicKeysTrimmed) {
            key.public = key.public.trim().to_owned();
        }
        let same_name = |it: &KeyRecord| match self.flaw {
            Some(AlgorithmsFoldCase) => it.algorithm.as_str().eq_ignore_ascii_case(key.algorithm.as_str()),
            _ => it.algorithm == key.algorithm,
        };
        let is_it = |(owner, it): &(Issuer, KeyRecord)| *owner == issuer && same_name(it) && it.generation == key.generation;
        if tables.keys.iter().any(is_it) {
            return Ok(Announcement::AnotherWas);
        }
        let is_taken = tables.keys.iter().any(|(owner, it)| *owner == issuer && it.kid == key.kid);
        refuse_if(is_taken && !self.has(KidsTwice))?;
        pause!(self, tables, AnnounceChecksThenActs);
        if self.has(AnnouncesInTwoSteps) {
            let mut empty = key.clone();
            empty.sealed = SealedKey::from_bytes([]);
            tables.keys.push((issuer.clone(), empty));
            pause!(self, tables, AnnouncesInTwoSteps);
            tables.keys.retain(|it| !is_it(it));
        }
        tables.keys.push((issuer, key));
        Ok(Announcement::Announced)
    }

    async fn withdraw_key(&self, issuer: &Issuer, kid: &Kid, now: Timestamp) -> Result<()> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let is_it = |(owner, it): &(Issuer, KeyRecord)| *owner == issuer && it.kid == *kid;
        if self.has(WithdrawalDeletes) {
            tables.keys.retain(|it| !is_it(it));
        }
        for (_, key) in tables.keys.iter_mut().filter(|it| is_it(it)) {
            if key.withdrawn_at.is_none() || self.has(WithdrawnAgain) {
                key.withdrawn_at = Some(now);
            }
            if !self.has(WithdrawnKeysStaySealed) {
                key.sealed = SealedKey::from_bytes([]);
            }
        }
        Ok(())
    }
}
