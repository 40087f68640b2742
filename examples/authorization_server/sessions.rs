//! Who is signed in with which browser. A real application has this already, or takes a crate for it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{Clock as _, SystemClock, Timestamp, TokenHash};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::users::User;

/// Over `https` call it `__Host-session` and add `Secure`: then no other host of the domain can plant one.
const COOKIE_NAME: &str = "session";
const LIFETIME_SECS: u64 = 60 * 60;

#[derive(Clone)]
pub struct Session {
    pub user: User,
    pub since: Timestamp,
}

/// Keyed with hashes: who reads the memory of the process finds no cookie to use.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<TokenHash, Session>>);

impl Sessions {
    /// Begins a session, always under a new identifier, and returns the `Set-Cookie` value for the browser.
    pub fn begin(&self, user: User) -> Result<(Session, HeaderValue), http::header::InvalidHeaderValue> {
        let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let now = SystemClock.now();
        let session = Session { user, since: now };
        let mut all = self.lock();
        all.retain(|_, session| is_alive(session, now));
        all.insert(TokenHash::of(&id), session.clone());
        Ok((session, cookie(&format!("{id}; Max-Age={LIFETIME_SECS}"))?))
    }

    /// The session of the browser that sent these headers.
    pub fn of(&self, headers: &HeaderMap) -> Option<Session> {
        let session = self.lock().get(&key(headers)?).cloned();
        session.filter(|session| is_alive(session, SystemClock.now()))
    }

    /// Ends the session of a browser.
    pub fn end(&self, headers: &HeaderMap) {
        if let Some(key) = key(headers) {
            self.lock().remove(&key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenHash, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now < session.since.saturating_add_secs(LIFETIME_SECS)
}

fn key(headers: &HeaderMap) -> Option<TokenHash> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let mut pairs = cookies.filter_map(|cookie| cookie.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, id)| TokenHash::of(id))
}

fn cookie(value: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let mut cookie = HeaderValue::try_from(format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Lax"))?;
    cookie.set_sensitive(true);
    Ok(cookie)
}
