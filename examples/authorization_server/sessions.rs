//! Who is signed in with which browser. A real application has this already, or takes a crate for it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use grantor::{Clock as _, SystemClock, Timestamp, TokenHash};
use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue};

use crate::csrf::random;
use crate::site::Site;
use crate::users::User;

const COOKIE_NAME: &str = "session";
const LIFETIME_SECS: u64 = 60 * 60;

#[derive(Clone)]
pub struct Session {
    pub user: User,
    pub since: Timestamp,
}

/// Keyed with hashes: who reads the memory of the process finds no cookie to use.
pub struct Sessions {
    site: Site,
    all: Mutex<HashMap<TokenHash, Session>>,
}

impl Sessions {
    pub fn new(site: &Site) -> Self {
        Self { site: site.clone(), all: Mutex::default() }
    }

    /// Begins a session, always under a new identifier, and returns the `Set-Cookie` value for the browser.
    pub fn begin(&self, user: User) -> Result<(Session, HeaderValue), InvalidHeaderValue> {
        let (id, now) = (random(), SystemClock.now());
        let session = Session { user, since: now };
        let mut all = self.lock();
        all.retain(|_, session| is_alive(session, now));
        all.insert(TokenHash::of(&id), session.clone());
        Ok((session, self.site.cookie(COOKIE_NAME, &id, LIFETIME_SECS)?))
    }

    /// The session of the browser that sent these headers.
    pub fn of(&self, headers: &HeaderMap) -> Option<Session> {
        let session = self.lock().get(&self.key(headers)?).cloned();
        session.filter(|session| is_alive(session, SystemClock.now()))
    }

    /// Ends the session of a browser.
    pub fn end(&self, headers: &HeaderMap) {
        if let Some(key) = self.key(headers) {
            self.lock().remove(&key);
        }
    }

    fn key(&self, headers: &HeaderMap) -> Option<TokenHash> {
        self.site.cookie_of(headers, COOKIE_NAME).map(TokenHash::of)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenHash, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now < session.since.saturating_add_secs(LIFETIME_SECS)
}
