//! Telling clients: each notice is taken from the storage, told, and settled.

use std::error::Error;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::token;
use crate::authentication::{self, Methods};
use crate::core::Core;
use crate::events;
use crate::fetcher::FetchError;
use crate::http::parameters::append_query;
use crate::issue::Choices;
use crate::storage::{ClientStore, LogoutNotice, SessionRecords};
use crate::values::error::{OAuthError, StoreError};

/// So many clients are told at the same time: fewer than the fetcher has on their way to one host at most, as many of them may have one.
const AT_ONCE: usize = 6;

/// So many notices are taken at once.
const BATCH: u32 = 64;

/// Seconds after which a notice may be taken again whose taker has come to an end, if telling a batch takes no longer.
const LEASE: u64 = 120;

/// The same: more than telling a batch takes, each twice as long as the fetcher permits, as the client's document may have to be fetched.
fn lease<S>(core: &Core<S>) -> u64 {
    let rounds = u64::from(BATCH).div_ceil(AT_ONCE as u64) + 1;
    let longest = core.fetcher.as_ref().map_or(0, |fetcher| fetcher.longest().as_secs().saturating_add(1).saturating_mul(2));
    LEASE.max(rounds.saturating_mul(longest))
}

/// Seconds after the first failure, and after the last ones.
const SHORTEST: u64 = 10;
const LONGEST: u64 = 15 * 60;

/// Seconds after which a client is told that was not asked at all, as too much else was on its way.
const SOON: u64 = 1;

/// Why a client was not told: its host did not take it, or this server has no token for it now.
type Failure = Box<dyn Error + Send + Sync>;

/// Tells every client whose notice is due.
///
/// # Errors
///
/// [`StoreError`] if the storage failed. What was taken is due again later.
pub(crate) async fn deliver<S, F>(core: &Core<S>, features: &F) -> Result<(), StoreError>
where
    S: SessionRecords + ClientStore,
    F: Methods<Core<S>> + Choices<S>,
{
    loop {
        let now = core.now();
        let again = now.saturating_add_secs(lease(core));
        let due = core.storage.claim_notices(&core.issuer, BATCH, again, now).await?;
        let is_last = due.len() < BATCH as usize;
        let told = stream::iter(due).map(|notice| tell(core, features, notice)).buffer_unordered(AT_ONCE);
        let settled: Vec<Result<(), StoreError>> = told.collect().await;
        settled.into_iter().collect::<Result<(), _>>()?;
        if is_last {
            return Ok(());
        }
    }
}

/// Tells one client, and settles its notice.
async fn tell<S, F>(core: &Core<S>, features: &F, notice: LogoutNotice) -> Result<(), StoreError>
where
    S: SessionRecords + ClientStore,
    F: Methods<Core<S>> + Choices<S>,
{
    let LogoutNotice { session, client_id, attempts, expires_at, .. } = &notice;
    let issuer = &core.issuer;
    let again_at = match post(core, features, &notice).await {
        Ok(true) => {
            events::logout_told(issuer, client_id, session);
            None
        }
        // Nobody to tell.
        Ok(false) => None,
        Err(failure) => {
            let is_busy = matches!(failure.downcast_ref(), Some(FetchError::Busy));
            let again_at = core.now().saturating_add_secs(if is_busy { SOON } else { pause(*attempts) });
            let again_at = Some(again_at).filter(|moment| moment < expires_at);
            let detail: &(dyn Error + 'static) = &*failure;
            match again_at {
                Some(_) if is_busy => {}
                Some(_) => events::logout_failed(issuer, client_id, session, *attempts, detail),
                None => events::logout_given_up(issuer, client_id, session, *attempts, detail),
            }
            again_at
        }
    };
    core.storage.settle_notice(issuer, session, client_id, again_at).await
}

/// Seconds until a client is told again after so many attempts.
fn pause(attempts: u32) -> u64 {
    SHORTEST.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST)
}

/// Posts the token (OpenID Connect Back-Channel Logout section 2.5); `false` if the client is gone, or does not want to be told.
async fn post<S, F>(core: &Core<S>, features: &F, notice: &LogoutNotice) -> Result<bool, Failure>
where
    S: ClientStore,
    F: Methods<Core<S>> + Choices<S>,
{
    let client = authentication::find(core, features, notice.client_id.as_str()).await;
    let client = client.map_err(OAuthError::from)?;
    let Some((client, fetcher)) = client.zip(core.fetcher.as_ref()) else { return Ok(false) };
    let Some(uri) = client.backchannel_logout_uri() else { return Ok(false) };
    let token = token::sign(core, features.keys(), &client, notice).await?;
    let form = append_query("", &[("logout_token", token.as_str())]);
    let body = Bytes::copy_from_slice(form.trim_start_matches('?').as_bytes());
    fetcher.post(uri, "application/x-www-form-urlencoded", body).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_quarter_of_an_hour() {
        assert_eq!([0, 1, 2, 3, 7, 8, 40, u32::MAX].map(pause), [10, 10, 20, 40, 640, 900, 900, 900]);
    }
}
