//! A device fetches what its person has decided (RFC 8628 section 3.4). What was approved is an authorization code under the key of the
//! device's own, and is redeemed as one: once, by the client that asked. One that comes again takes back what was issued.

use super::redeem::redeem_code;
use super::{NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::authorization::{Deferred, was_approved};
use crate::http::call::Call;
use crate::issue::{Granted, IssueContext, TokenContext};
use crate::storage::{DeferredStore, FamilyId, FoundCode, Polled};
use crate::typelevel::No;
use crate::values::bearer::TokenHash;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::lifetime::PollingInterval;
use crate::values::random::{Draw, NoRandomness};

/// RFC 8628 section 3.5.
const AUTHORIZATION_PENDING: ErrorCode = ErrorCode::extension("authorization_pending");
const SLOW_DOWN: ErrorCode = ErrorCode::extension("slow_down");
const EXPIRED_TOKEN: ErrorCode = ErrorCode::extension("expired_token");

/// Fetches what a person decided about the request of a device: what [`DeviceCode`](crate::DeviceCode) does.
#[derive(Debug)]
pub struct Consume {
    hash: TokenHash,
    place: Place,
}

impl<S: DeferredStore> TokenContext<'_, S> {
    /// What was approved, once it was.
    pub(crate) async fn deferred(&self, interval: PollingInterval) -> Result<Granted<Consume>, OAuthError> {
        let hash = Deferred::key(self.require("device_code")?);
        let (store, issuer, client, now) = (self.store(), self.issuer(), self.client().id(), self.now());
        let seconds = u32::try_from(interval.as_secs()).unwrap_or(u32::MAX);
        let polled = store.poll_deferred(issuer, &hash, client, seconds, now).await?;
        // Whatever the store compares.
        let polled = polled.filter(|polled| polled.found.record.client_id == *client).ok_or_else(dead)?;
        let Polled { found, too_soon } = polled;
        let expired = now >= Deferred::read(&found.record.details)?.until;
        match was_approved(found.answer.as_deref())? {
            Some(true) => {}
            Some(false) => return Err(OAuthError::new(ErrorCode::AccessDenied, "the resource owner denied the request")),
            None if expired => return Err(OAuthError::new(EXPIRED_TOKEN, "nobody decided in time: ask for another device_code")),
            None if too_soon => return Err(OAuthError::new(SLOW_DOWN, "wait five seconds more between two polls").routine()),
            None => {
                return Err(OAuthError::new(AUTHORIZATION_PENDING, "the person has not decided yet: ask again").routine());
            }
        }
        let found = store.find_code(issuer, &hash, now).await?.filter(|code| code.record.client_id == *client);
        let good = found.filter(|code| code.redeemed || code.is_redeemable(now));
        let FoundCode { record, family, .. } = good.ok_or_else(|| match expired {
            true => OAuthError::new(EXPIRED_TOKEN, "the device_code has expired"),
            false => dead(),
        })?;
        let place = Place { family: record.family, generation: family.generation };
        let asked = record.details.facts().asked.clone();
        Ok(Granted::of(record.details.authorization(), Consume { hash, place }).answering(asked))
    }
}

impl sealed::Sealed for Consume {}

impl StepKind for Consume {
    type Redeems = No;
    type Refreshes = No;
    type Rotates = No;
    type Vouches = No;
    type NamesResources = No;
    // Any other code would end its polling (RFC 8628 section 3.5).
    const ASKED_TOO_OFTEN: ErrorCode = SLOW_DOWN;

    fn place(&self, _: &mut Draw) -> Result<Place, NoRandomness> {
        Ok(self.place)
    }

    fn of(&self) -> Option<FamilyId> {
        Some(self.place.family)
    }

    fn next_refresh_token(&mut self, _: Option<&Call<'_>>, _: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
        Ok(NextRefreshToken::Fresh)
    }
}

impl<S: DeferredStore> Step<S> for Consume {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        redeem_code(&self.hash, cx, storing, dead).await
    }
}

/// Unknown, somebody else's, used before, or taken back: the answer does not say which.
fn dead() -> OAuthError {
    OAuthError::invalid_grant("the device_code is unknown, used, or another client's")
}
