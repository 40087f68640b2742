//! What a fetcher knows: documents, what failed, and what is being fetched.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::watch;

use super::domain;
use super::error::FetchError;
use crate::values::bounded::BoundedMap;
use crate::values::clock::Timestamp;

/// So many documents are fetched at once: in all, from hosts of one domain, and from one host. Whoever has a domain has as many hosts as they
/// like, and may make each of them slow, so others keep the better part.
pub(super) const MAX_FLIGHTS: usize = 128;
pub(super) const MAX_FLIGHTS_TO_DOMAIN: usize = 32;
const MAX_FLIGHTS_TO_HOST: usize = 8;
/// How many bytes the memory of failures takes, at most.
const FAILURE_BYTES: usize = 256 * 1024;
/// What is kept beside a document, or of a failure, in bytes, roughly.
const OVERHEAD: usize = 256;
/// How many seconds a clock may be put back before what it said counts for nothing. Callers read it a little earlier or later, and
/// machines set it right.
const BACKWARDS: u64 = 60;

/// A URL, and what its document is read as. To read it as something else, it is fetched for itself: whoever has the URL of another
/// client's document taken for what it is not does that client no harm.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    kind: TypeId,
    url: Arc<str>,
}

impl Key {
    pub(super) fn of<T: 'static>(url: &str) -> Self {
        Self { kind: TypeId::of::<T>(), url: url.into() }
    }
}

/// A document, as it is kept.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) document: Arc<dyn Any + Send + Sync>,
    /// How many bytes it takes.
    pub(super) weight: usize,
    pub(super) etag: Option<HeaderValue>,
    /// When it was asked for.
    pub(super) fetched_at: Timestamp,
    /// For how many seconds it is used from then on.
    pub(super) lifetime: u64,
}

impl Kept {
    fn is_younger_than(&self, seconds: u64, now: Timestamp) -> bool {
        elapsed(self.fetched_at, now).is_some_and(|age| age < seconds)
    }
}

/// Seconds since `moment`: 0 if it lies a little ahead, nothing that counts if it lies further ahead.
pub(crate) fn elapsed(moment: Timestamp, now: Timestamp) -> Option<u64> {
    moment.checked_secs_until(now).or_else(|| (moment <= now.saturating_add_secs(BACKWARDS)).then_some(0))
}

/// How often something failed in a row, and how and when it did last.
#[derive(Clone)]
struct Failure {
    error: FetchError,
    count: u32,
    at: Timestamp,
}

impl Failure {
    /// After 2, 4, 8 … seconds it is tried again, and after `most` at the latest.
    fn refusal(&self, now: Timestamp, most: u64) -> Option<FetchError> {
        let pause = (1 << self.count.min(16)).min(most);
        let left = pause.checked_sub(elapsed(self.at, now)?).filter(|left| *left > 0)?;
        Some(FetchError::BackingOff { last: Box::new(self.error.clone()), retry_after: Duration::from_secs(left) })
    }
}

/// What somebody asks for.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// A document that may still be used.
    Fresh,
    /// One that was asked for within the shortest time between two requests.
    Newest,
}

pub(super) type Outcome = Result<Arc<Kept>, FetchError>;
/// Where an outcome will be.
pub(super) type Landed = watch::Receiver<Option<Outcome>>;

/// What comes of asking.
pub(super) enum Asked {
    /// It is known already.
    Known(Outcome),
    /// Somebody has asked for it a moment ago.
    Joined(Landed),
    /// It has to be fetched. Perhaps there is a document to be confirmed.
    First(Flight, Landed, Option<Arc<Kept>>),
}

struct Airborne {
    host: Arc<str>,
    landed: Landed,
}

struct Inner {
    documents: BoundedMap<Key, Arc<Kept>>,
    failures: BoundedMap<Key, Failure>,
    airborne: HashMap<Key, Airborne>,
    /// How many things are being posted to each host.
    posts: HashMap<Arc<str>, usize>,
}

/// Shared by all clones of a fetcher.
pub(super) struct State(Mutex<Inner>);

impl State {
    /// Documents take fewer than `cache_bytes` bytes.
    pub(super) fn new(cache_bytes: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Inner {
            documents: BoundedMap::new(cache_bytes / 2),
            failures: BoundedMap::new(FAILURE_BYTES / 2),
            airborne: HashMap::new(),
            posts: HashMap::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What can be said without asking anybody. `least` is the shortest time between two requests, in seconds.
    pub(super) fn known(&self, key: &Key, wanted: Wanted, now: Timestamp, least: u64) -> Option<Outcome> {
        self.lock().known(key, wanted, now, least)
    }

    /// Begins to fetch, unless somebody else has.
    pub(super) fn ask(self: &Arc<Self>, key: Key, host: &str, wanted: Wanted, now: Timestamp, least: u64) -> Asked {
        let mut inner = self.lock();
        if let Some(known) = inner.known(&key, wanted, now, least) {
            return Asked::Known(known);
        }
        if let Some(airborne) = inner.airborne.get(&key) {
            return Asked::Joined(airborne.landed.clone());
        }
        if inner.is_full(host) {
            return Asked::Known(Err(FetchError::Busy));
        }
        let (tell, landed) = watch::channel(None);
        inner.airborne.insert(key.clone(), Airborne { host: host.into(), landed: landed.clone() });
        let known = inner.documents.get(&key);
        Asked::First(Flight { state: self.clone(), key, now, tell, has_landed: false }, landed, known)
    }

    /// Begins to post, unless too much is on its way.
    pub(super) fn post(self: &Arc<Self>, host: &str) -> Option<Post> {
        let mut inner = self.lock();
        if inner.is_full(host) {
            return None;
        }
        let host: Arc<str> = host.into();
        *inner.posts.entry(host.clone()).or_default() += 1;
        Some(Post { state: self.clone(), host })
    }
}

/// Something that is being posted, until it is dropped.
pub(super) struct Post {
    state: Arc<State>,
    host: Arc<str>,
}

impl Drop for Post {
    fn drop(&mut self) {
        let mut inner = self.state.lock();
        if let Some(posts) = inner.posts.get_mut(&self.host) {
            *posts -= 1;
            if *posts == 0 {
                inner.posts.remove(&self.host);
            }
        }
    }
}

impl Inner {
    /// Are as many requests on their way as may be, in all, to this domain or to this host?
    fn is_full(&self, host: &str) -> bool {
        let (mut all, mut to_domain, mut to_host) = (0, 0, 0);
        let fetched = self.airborne.values().map(|other| (&other.host, 1));
        for (other, count) in fetched.chain(self.posts.iter().map(|(host, count)| (host, *count))) {
            all += count;
            to_domain += if domain::of(other) == domain::of(host) { count } else { 0 };
            to_host += if **other == *host { count } else { 0 };
        }
        all >= MAX_FLIGHTS || to_domain >= MAX_FLIGHTS_TO_DOMAIN || to_host >= MAX_FLIGHTS_TO_HOST
    }

    fn known(&mut self, key: &Key, wanted: Wanted, now: Timestamp, least: u64) -> Option<Outcome> {
        let kept = self.documents.get(key).filter(|kept| match wanted {
            Wanted::Fresh => kept.is_younger_than(kept.lifetime, now),
            Wanted::Newest => kept.is_younger_than(least, now),
        });
        kept.map(Ok).or_else(|| Some(Err(self.failures.get(key)?.refusal(now, least)?)))
    }

    fn landed(&mut self, key: &Key, now: Timestamp, outcome: &Outcome) {
        self.airborne.remove(key);
        match outcome {
            Ok(kept) => {
                self.failures.remove(key);
                let etag = kept.etag.as_ref().map_or(0, HeaderValue::len);
                let weight = kept.weight.saturating_add(key.url.len() + etag + OVERHEAD);
                self.documents.insert_weighing(key.clone(), kept.clone(), weight);
            }
            Err(error) => {
                let count = self.failures.get(key).map_or(0, |failure| failure.count).saturating_add(1);
                let failure = Failure { error: error.clone(), count, at: now };
                self.failures.insert_weighing(key.clone(), failure, key.url.len() + OVERHEAD);
            }
        }
    }
}

/// A document that is being fetched. Dropped before it has landed, it has failed.
pub(super) struct Flight {
    state: Arc<State>,
    key: Key,
    now: Timestamp,
    tell: watch::Sender<Option<Outcome>>,
    has_landed: bool,
}

impl Flight {
    /// What was asked for, as it was written.
    pub(super) fn url(&self) -> &str {
        &self.key.url
    }

    pub(super) fn land(mut self, outcome: Result<Kept, FetchError>) {
        self.tell(outcome.map(Arc::new));
    }

    fn tell(&mut self, outcome: Outcome) {
        self.has_landed = true;
        self.state.lock().landed(&self.key, self.now, &outcome);
        self.tell.send_replace(Some(outcome));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.has_landed {
            self.tell(Err(FetchError::GivenUp));
        }
    }
}
