//! The keys of an authorization server as it publishes them at its `jwks_uri`: fetched when they are needed, by one request at a time.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};

use super::http_client::HttpClient;
use super::{VerificationKeys, VerifierError, is_secure_url};
use crate::fetcher::freshness;
use crate::fetcher::state::elapsed;
use crate::jose::{JoseError, Jwks};
use crate::values::clock::Timestamp;

/// Seconds for which keys are used where the answer does not say.
const LIFETIME: u64 = 5 * 60;
/// The most seconds for which they are used, whatever the answer says.
const MAX_LIFETIME: u64 = 24 * 60 * 60;
/// Seconds from one request to the next, however it ended.
const PAUSE: u64 = 10;
/// Seconds beyond their lifetime for which keys are used while the server is away, unless [`RemoteJwks::stale_for`] says otherwise.
const STALE: u64 = 60 * 60;

/// The keys that an authorization server publishes (`jwks_uri`, RFC 8414 section 2).
///
/// They are fetched with the first token, and used for as long as the headers of the answer say (RFC 9111; five minutes if they say
/// nothing, a day at the most). After that one caller fetches them again while the others use those that are there. A token with a `kid`
/// that is not among them has them fetched at once: so a server that rotates in haste is followed. But there is one request at a time,
/// and at least ten seconds lie between two, whatever tokens are sent and however many wait.
///
/// While the server does not answer, the keys are used for an hour longer than their time ([`stale_for`](Self::stale_for)). Not
/// forever: a key that was withdrawn would be good for as long as somebody can keep the server from answering.
///
/// The URL is the operator's, so it may be on a private address.
pub struct RemoteJwks<H> {
    http: Arc<H>,
    url: Uri,
    stale_for: u64,
    state: Mutex<State>,
    /// Whoever has it fetches, and goes on with what somebody began who does not wait any more.
    fetching: tokio::sync::Mutex<Option<Flight>>,
}

/// A request, and when it was sent.
struct Flight {
    sent_at: Timestamp,
    answer: Pin<Box<dyn Future<Output = Asked> + Send>>,
}

type Asked = Result<Answer, Box<dyn Error + Send + Sync>>;

/// Keys, and for how many seconds they are good.
type Answer = (Jwks, u64);

/// The URL of a [`RemoteJwks`] cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteJwksError {
    /// Whoever is on the way could put keys of their own in.
    #[error(
        "the JWK Set must be at an https URL, or http on a loopback host, without user name and fragment (RFC 8414 section 2)"
    )]
    Url,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// When it was last asked for, and whether that failed: it has, until there is an answer.
    tried: Option<(Timestamp, bool)>,
}

#[derive(Clone)]
struct Kept {
    keys: Arc<Jwks>,
    fetched_at: Timestamp,
    /// Seconds.
    lifetime: u64,
}

impl Kept {
    fn is_younger_than(&self, seconds: u64, now: Timestamp) -> bool {
        elapsed(self.fetched_at, now).is_some_and(|age| age < seconds)
    }
}

impl State {
    /// Seconds until it may be asked for again, and whether the last time failed.
    fn pause(&self, now: Timestamp) -> Option<(u64, bool)> {
        let (at, failed) = self.tried?;
        let left = PAUSE.saturating_sub(elapsed(at, now)?);
        (left > 0).then_some((left, failed))
    }
}

impl<H: HttpClient> RemoteJwks<H> {
    /// The keys at this URL.
    ///
    /// # Errors
    ///
    /// [`RemoteJwksError::Url`] if it is not an `https` URL or an `http` one on a loopback host, or has a user name or a fragment.
    pub fn new(url: &str, http: H) -> Result<Self, RemoteJwksError> {
        let url =
            Some(url).filter(|url| is_secure_url(url)).and_then(|url| Uri::try_from(url).ok()).ok_or(RemoteJwksError::Url)?;
        Ok(Self { http: Arc::new(http), url, stale_for: STALE, state: Mutex::default(), fetching: tokio::sync::Mutex::default() })
    }

    /// For how many seconds beyond their lifetime keys are used while the server does not answer, in place of an hour. With 0 an outage
    /// of the authorization server is one of this resource server as soon as the keys have run out.
    #[must_use]
    pub fn stale_for(mut self, seconds: u64) -> Self {
        self.stale_for = seconds;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment: a panic of another thread leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self, flight: &mut Option<Flight>, now: Timestamp) -> Result<Arc<Jwks>, VerifierError> {
        let Flight { sent_at, answer } = flight.get_or_insert_with(|| {
            self.state().tried = Some((now, true));
            Flight { sent_at: now, answer: Box::pin(ask(self.http.clone(), self.url.clone())) }
        });
        let (answer, sent_at) = (answer.await, *sent_at);
        *flight = None;
        let (keys, lifetime) = answer.map_err(|detail| {
            let detail: &dyn Error = &*detail;
            tracing::warn!(detail, url = %self.url, "the keys of the authorization server cannot be fetched");
            VerifierError::Unavailable { retry_after: None }
        })?;
        let keys = Arc::new(keys);
        let mut state = self.state();
        state.tried = Some((sent_at, false));
        state.kept = Some(Kept { keys: keys.clone(), fetched_at: sent_at, lifetime });
        Ok(keys)
    }
}

async fn ask<H: HttpClient>(http: Arc<H>, url: Uri) -> Asked {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = url;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/jwk-set+json, application/json"));
    Ok(read(&http.send(request).await?)?)
}

fn read(response: &Response<Bytes>) -> Result<Answer, AnswerFault> {
    if response.status() != StatusCode::OK {
        return Err(AnswerFault::Status(response.status()));
    }
    if !is_json(response.headers()) {
        return Err(AnswerFault::ContentType);
    }
    let keys = Jwks::parse(response.body())?;
    Ok((keys, freshness::lifetime(response.headers()).unwrap_or(LIFETIME).min(MAX_LIFETIME)))
}

/// What the operator reads of an answer that is none.
#[derive(Debug, thiserror::Error)]
enum AnswerFault {
    #[error("the answer is {0}: check the URL (`jwks_uri` in the server's metadata)")]
    Status(StatusCode),
    #[error("the answer is neither application/jwk-set+json nor application/json (RFC 7517 section 8.5)")]
    ContentType,
    #[error("the answer is no set of public keys: {0}")]
    Keys(#[from] JoseError),
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["application/jwk-set+json", "application/json"].iter().any(|own| essence.eq_ignore_ascii_case(own))
}

fn unavailable(seconds: u64) -> VerifierError {
    VerifierError::Unavailable { retry_after: Some(Duration::from_secs(seconds)) }
}

impl<H: HttpClient> VerificationKeys for RemoteJwks<H> {
    async fn keys(&self, now: Timestamp) -> Result<Arc<Jwks>, VerifierError> {
        // In a block: what guards the state is not held while anything is awaited.
        let usable = {
            let state = self.state();
            let usable = |kept: &&Kept| kept.is_younger_than(kept.lifetime.saturating_add(self.stale_for), now);
            match state.kept.as_ref().filter(usable) {
                Some(kept) if kept.is_younger_than(kept.lifetime, now) || state.pause(now).is_some() => {
                    return Ok(kept.keys.clone());
                }
                usable => usable.map(|kept| kept.keys.clone()),
            }
        };
        let Some(usable) = usable else {
            return self.fetched(&mut *self.fetching.lock().await, now).await;
        };
        // Nobody waits for what somebody else fetches: there are keys.
        let Ok(mut flight) = self.fetching.try_lock() else { return Ok(usable) };
        Ok(self.fetch(&mut flight, now).await.unwrap_or(usable))
    }

    async fn newer(&self, known: &Arc<Jwks>, now: Timestamp) -> Result<Option<Arc<Jwks>>, VerifierError> {
        let mut flight = self.fetching.lock().await;
        let pause = {
            let state = self.state();
            if let Some(kept) = state.kept.as_ref().filter(|kept| !Arc::ptr_eq(&kept.keys, known)) {
                return Ok(Some(kept.keys.clone()));
            }
            state.pause(now).filter(|_| flight.is_none())
        };
        match pause {
            None => self.fetch(&mut flight, now).await.map(Some),
            // They are as new as can be asked for.
            Some((_, false)) => Ok(None),
            Some((seconds, true)) => Err(unavailable(seconds)),
        }
    }
}

impl<H: HttpClient> RemoteJwks<H> {
    /// What whoever fetched before has brought, or what is fetched now.
    async fn fetched(&self, flight: &mut Option<Flight>, now: Timestamp) -> Result<Arc<Jwks>, VerifierError> {
        let pause = {
            let state = self.state();
            match (state.pause(now).filter(|_| flight.is_none()), &state.kept) {
                (Some((_, false)), Some(kept)) => return Ok(kept.keys.clone()),
                (pause, _) => pause,
            }
        };
        match pause {
            Some((seconds, _)) => Err(unavailable(seconds)),
            None => self.fetch(flight, now).await,
        }
    }
}

impl<H> fmt::Debug for RemoteJwks<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteJwks").field("url", &self.url).field("stale_for", &self.stale_for).finish_non_exhaustive()
    }
}
