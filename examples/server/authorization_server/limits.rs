//! How often passwords may be tried, and by whom: guessing is bounded, and nobody who guesses keeps a person out.
//!
//! A limit for each name alone would do the first and not the second: whoever knows a name could use it up. So strangers have a small one for
//! each source and name, and a large one for all of them together; the first tries of each source have another one of their own, so
//! that who comes from somewhere else is not refused for what a few sources did; and whoever has signed in with their browser before
//! has one as well, whatever strangers do. What remains: someone with very many sources, or any stranger where sources are not told
//! apart, can keep a person from signing in with a *new* browser. Whether a name exists makes no difference anywhere, or it would show.
//!
//! Each instance of the server counts for itself, so several permit as many times as much.
//!
//! Checking a password is slow by design. Strangers wait in a lane of their own, a few of each source at a time, so that made-up names
//! delay nobody for long.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use grantor::TokenHash;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::visitor::{Source, Visitor};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Wrong passwords for one name in a browser that is known for it.
const OF_A_DEVICE: (u32, Duration) = (5, MINUTE);
/// Wrong passwords of one source, for whatever names. An office has one source.
const OF_A_SOURCE: (u32, Duration) = (20, MINUTE);
/// Wrong passwords of one source for one name.
const OF_A_SOURCE_FOR_A_NAME: (u32, Duration) = (10, HOUR);
/// Wrong passwords of all strangers for one name.
const OF_STRANGERS_FOR_A_NAME: (u32, Duration) = (100, HOUR);
/// The same, of those that are the first few of their source.
const OF_NEWCOMERS_FOR_A_NAME: (u32, Duration) = (300, HOUR);
/// How many are the first few.
const FIRST_FEW: u32 = 2;

/// Each computation takes 19 MiB, so each lane has only so many at once.
const AT_ONCE: usize = 2;
/// How many may be in a lane, those that wait with those that are checked.
const IN_A_LANE: usize = 64;
/// How many of these may be of one source.
const IN_A_LANE_OF_A_SOURCE: u32 = 8;
/// When to come again if the lane is full.
const SHORTLY: Duration = Duration::from_secs(2);

/// Why no password is checked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    TooManyAttempts { retry_after: Duration },
    Busy { retry_after: Duration },
}

pub struct Limits {
    devices: Budget<TokenHash>,
    sources: Budget<Source>,
    guesses: Budget<(Source, TokenHash)>,
    names: Budget<TokenHash>,
    newcomers: Budget<TokenHash>,
    known: Lane,
    strangers: Lane,
    waiting: Mutex<HashMap<Source, u32>>,
}

/// May check one password, which counts as wrong until [`was_right`](Self::was_right).
#[must_use]
pub struct Admitted<'l> {
    limits: &'l Limits,
    by: By,
    name: TokenHash,
    _waits: Option<Waits<'l>>,
    _turn: Turn,
}

#[derive(Clone, Copy)]
enum By {
    Device(TokenHash),
    Stranger { source: Option<Source>, is_newcomer: bool },
}

impl Limits {
    pub fn new() -> Self {
        Self {
            devices: Budget::of(OF_A_DEVICE),
            sources: Budget::of(OF_A_SOURCE),
            guesses: Budget::of(OF_A_SOURCE_FOR_A_NAME),
            names: Budget::of(OF_STRANGERS_FOR_A_NAME),
            newcomers: Budget::of(OF_NEWCOMERS_FOR_A_NAME),
            known: Lane::new(),
            strangers: Lane::new(),
            waiting: Mutex::default(),
        }
    }

    /// Counts the attempt before the password is checked, so that many at once gain nothing, and waits for its turn.
    pub async fn admit(&self, name: &str, visitor: &Visitor) -> Result<Admitted<'_>, Refusal> {
        let (name, now) = (TokenHash::of(name), Instant::now());
        if let Some(device) = visitor.device
            && self.devices.spend(device, now).is_ok()
        {
            let turn = self.known.turn().await?;
            return Ok(Admitted { limits: self, by: By::Device(device), name, _waits: None, _turn: turn });
        }
        // Also who has used up what their browser had.
        let source = visitor.source;
        let waits = match source {
            Some(source) => {
                self.sources.spend(source, now)?;
                Some(self.waits(source)?)
            }
            None => None,
        };
        let place = self.strangers.place()?;
        let is_newcomer = match source {
            Some(source) => self.guesses.spend((source, name), now)? <= FIRST_FEW,
            None => false,
        };
        self.of_all(is_newcomer).spend(name, now)?;
        let turn = self.strangers.turn_of(place).await;
        Ok(Admitted { limits: self, by: By::Stranger { source, is_newcomer }, name, _waits: waits, _turn: turn })
    }

    /// What strangers have for one name, all together.
    const fn of_all(&self, are_newcomers: bool) -> &Budget<TokenHash> {
        if are_newcomers { &self.newcomers } else { &self.names }
    }

    fn waits(&self, source: Source) -> Result<Waits<'_>, Refusal> {
        let mut waiting = lock(&self.waiting);
        let count = waiting.entry(source).or_default();
        if *count >= IN_A_LANE_OF_A_SOURCE {
            return Err(Refusal::Busy { retry_after: SHORTLY });
        }
        *count += 1;
        Ok(Waits { limits: self, source })
    }
}

impl Admitted<'_> {
    /// It does not count then, and what its source has tried for this name neither.
    pub fn was_right(self) {
        match self.by {
            By::Device(device) => self.limits.devices.forget(&device),
            By::Stranger { source, is_newcomer } => {
                self.limits.of_all(is_newcomer).give_back(&self.name);
                if let Some(source) = source {
                    self.limits.sources.give_back(&source);
                    self.limits.guesses.forget(&(source, self.name));
                }
            }
        }
    }
}

/// One of its source in the lane.
struct Waits<'l> {
    limits: &'l Limits,
    source: Source,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.limits.waiting);
        if let Some(count) = waiting.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.source);
            }
        }
    }
}

/// A queue that refuses when it is full.
struct Lane {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A place in a lane, and a turn once it has come. The semaphores are never closed.
struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Lane {
    fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(IN_A_LANE)), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        self.places.clone().try_acquire_owned().map_err(|_| Refusal::Busy { retry_after: SHORTLY })
    }

    async fn turn_of(&self, place: OwnedSemaphorePermit) -> Turn {
        Turn { _place: place, _turn: self.turns.clone().acquire_owned().await.ok() }
    }

    async fn turn(&self) -> Result<Turn, Refusal> {
        Ok(self.turn_of(self.place()?).await)
    }
}

/// So many for each key, within a time that begins with the first.
struct Budget<K> {
    limit: u32,
    window: Duration,
    spent: Mutex<Spent<K>>,
}

struct Spent<K> {
    of: HashMap<K, (Instant, u32)>,
    /// Those whose time is over are looked for when there are so many.
    sweep_at: usize,
}

impl<K: Hash + Eq + Copy> Budget<K> {
    fn of((limit, window): (u32, Duration)) -> Self {
        Self { limit, window, spent: Mutex::new(Spent { of: HashMap::new(), sweep_at: 1024 }) }
    }

    /// How many were spent with this one. The refusal says when the time is over.
    fn spend(&self, key: K, now: Instant) -> Result<u32, Refusal> {
        let mut spent = lock(&self.spent);
        if spent.of.len() >= spent.sweep_at {
            spent.of.retain(|_, (since, _)| now.saturating_duration_since(*since) < self.window);
            spent.sweep_at = spent.of.len().max(512) * 2;
        }
        let (since, count) = spent.of.entry(key).or_insert((now, 0));
        if now.saturating_duration_since(*since) >= self.window {
            (*since, *count) = (now, 0);
        }
        if *count >= self.limit {
            let retry_after = self.window.saturating_sub(now.saturating_duration_since(*since));
            return Err(Refusal::TooManyAttempts { retry_after });
        }
        *count += 1;
        Ok(*count)
    }

    fn give_back(&self, key: &K) {
        if let Some((_, count)) = lock(&self.spent).of.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }

    fn forget(&self, key: &K) {
        lock(&self.spent).of.remove(key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
