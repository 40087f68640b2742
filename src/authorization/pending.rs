//! A request that waits for its person, from the library's side: the key and the secrets that lead to it, how many there are, and the
//! answer that whoever decides again gets again.
//!
//! The answer is kept without its code and tokens, which the storage must not see. They are derived from the handle and the browser's
//! cookie, so the same browser gets the same ones again, and nobody else can.

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::authorization::decision::ApprovedRequest;
use crate::authorization::sign_in::Needs;
use crate::core::Boxed;
use crate::storage::{FamilyId, PendingStore, Spend, Spending, TokenFacts};
use crate::values::bearer::{Bearer, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::lifetime::CodeLifetime;
use crate::values::random::{Draw, NoRandomness};

/// What leads to a request that waits.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) key: TokenHash,
    pub(crate) expires_at: Timestamp,
    pub(crate) handle: Zeroizing<String>,
    /// Of what the codes and tokens are made that answer it: whoever asks for them again has to know it, and the storage does not.
    pub(crate) seed: Zeroizing<String>,
    /// How it was decided, if it was when it was looked up.
    pub(crate) answer: Option<Answer>,
    /// How the storage decides: only where it can is there a pending request.
    pub(crate) decide: Decide,
}

/// [`PendingStore::decide_pending`] of the storage, whatever its type.
pub(crate) type Decide = for<'a> fn(&'a Storage, &'a Issuer, Spend, Timestamp) -> Boxed<'a, Result<Spending, StoreError>>;

pub(crate) type Storage = dyn Any + Send + Sync;

pub(crate) fn decide_in<'a, S: PendingStore>(
    storage: &'a Storage,
    issuer: &'a Issuer,
    spend: Spend,
    now: Timestamp,
) -> Boxed<'a, Result<Spending, StoreError>> {
    Box::pin(async move {
        let storage = storage.downcast_ref::<S>().ok_or_else(|| StoreError::failed("the request waits in another storage"))?;
        storage.decide_pending(issuer, spend, now).await
    })
}

impl Pending {
    /// The code or token of this purpose that answers the request.
    fn derive(&self, purpose: &str, number: u32, draw: &mut Draw) -> Result<Bearer, NoRandomness> {
        Bearer::derived(&self.seed, &format!("grantor {purpose} {number} of a pending request v1"), draw)
    }
}

/// The version written into new answers.
const VERSION: u32 = 1;

/// How a request was decided, as the storage keeps it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    #[serde(rename = "v", deserialize_with = "known")]
    version: u32,
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Approved, which is said again for as long as a code lives.
    Approved { until: Timestamp, details: Box<TokenFacts> },
    /// Refused, with the error that the client was told.
    Refused { error: String, description: String },
}

/// What a later release wrote is refused.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        version => Err(D::Error::custom(format!("an answer of version {version}, and this release knows {VERSION}"))),
    }
}

impl Answer {
    pub(crate) fn approved(approved: &ApprovedRequest, lifetime: Option<CodeLifetime>, at: Timestamp) -> Self {
        let until = at.saturating_add_secs(lifetime.unwrap_or_default().as_secs());
        Self { version: VERSION, at, outcome: Outcome::Approved { until, details: Box::new(approved.details.facts().clone()) } }
    }

    pub(crate) fn refused(error: &OAuthError, at: Timestamp) -> Self {
        let (error, description) = (error.code().as_str().to_owned(), error.description().to_owned());
        Self { version: VERSION, at, outcome: Outcome::Refused { error, description } }
    }

    pub(crate) fn read(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(StoreError::failed)
    }

    pub(crate) fn to_spend(&self, key: TokenHash) -> Result<Spend, StoreError> {
        Ok(Spend::new(key, serde_json::to_string(self).map_err(StoreError::failed)?))
    }

    /// Is it too late to give it again?
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        matches!(self.outcome, Outcome::Approved { until, .. } if now >= until)
    }
}

/// Deciding a pending request, by whatever its response type does: what it begins first answers the request.
pub(crate) struct Settling<'a> {
    pending: &'a Pending,
    /// What is to be kept; `None` if the request was decided before, and is only answered again.
    spend: Option<Spend>,
    /// What came of it, once something was begun.
    outcome: Mutex<Option<Spending>>,
    derived: AtomicU32,
}

impl<'a> Settling<'a> {
    pub(crate) fn new(pending: &'a Pending, spend: Option<Spend>) -> Self {
        Self { pending, spend, outcome: Mutex::new(None), derived: AtomicU32::new(0) }
    }

    /// Is the request only answered again, with nothing to be stored?
    pub(crate) const fn repeats(&self) -> bool {
        self.spend.is_none()
    }

    /// The next code or token.
    pub(crate) fn bearer(&self, purpose: &str, draw: &mut Draw) -> Result<Bearer, NoRandomness> {
        self.pending.derive(purpose, self.derived.fetch_add(1, Ordering::Relaxed), draw)
    }

    /// The next family: a token that carries it carries the same one when the request is answered again.
    pub(crate) fn family(&self, draw: &mut Draw) -> Result<FamilyId, NoRandomness> {
        Ok(FamilyId::derived(&self.bearer("family", draw)?, draw))
    }

    /// What the next family is to spend: the first one does.
    pub(crate) fn spend(&self) -> Option<Spend> {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        if outcome.is_some() { None } else { self.spend.clone() }
    }

    /// Takes down what came of a beginning.
    ///
    /// # Errors
    ///
    /// `login_required` if what it was to descend from has ended, as a sign-in does; an error, which nobody is told, if the request was
    /// decided before.
    pub(crate) fn begun(&self, spending: Spending) -> Result<(), OAuthError> {
        let outcome = match spending {
            Spending::First => Ok(()),
            Spending::Orphaned => Err(Needs::Login.into()),
            _ => Err(OAuthError::new(ErrorCode::ServerError, "the request was decided before")),
        };
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(spending);
        outcome
    }

    pub(crate) fn outcome(self) -> Option<Spending> {
        self.outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(second: u64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + second)
    }

    #[test]
    fn what_a_later_release_answered_is_refused() {
        let answer = Answer::refused(&OAuthError::new(ErrorCode::AccessDenied, "no"), t(0));
        let text = answer.to_spend(TokenHash::of("x")).unwrap().answer;
        assert!(Answer::read(&text).unwrap() == answer);
        assert!(Answer::read(&text.replace("\"v\":1", "\"v\":2")).is_err());
    }
}
