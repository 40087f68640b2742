//! Who is signed in with which browser. A real application has this already, or takes a crate for it.

use std::collections::HashMap;
use std::sync::Arc;

use grantor::{Clock as _, Scope, StoreError, SystemClock, Timestamp};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::csrf::random;
use crate::kept::{Kept, Kind};
use crate::site::Site;
use crate::users::{User, Users};

const COOKIE_NAME: &str = "session";
const LIFETIME_SECS: u64 = 60 * 60;
/// So many are remembered in one session.
const MOST_CLIENTS: usize = 50;

#[derive(Clone)]
pub struct Session {
    pub user: User,
    pub since: Timestamp,
    /// What the server calls the sign-in. No secret: that is the cookie's.
    pub number: String,
    /// What the person allowed which client in this session: the scope.
    allowed: HashMap<String, String>,
}

impl Session {
    /// Did the person allow the client this before, and with it nothing that is asked for anew?
    pub fn has_allowed(&self, client_id: &str, scope: &Scope) -> bool {
        let allowed = self.allowed.get(client_id).and_then(|allowed| Scope::parse(allowed).ok());
        allowed.is_some_and(|allowed| scope.is_subset_of(&allowed))
    }
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Row {
    sub: String,
    since: u64,
    #[serde(default)]
    number: String,
    #[serde(default)]
    allowed: HashMap<String, String>,
}

pub struct Sessions {
    site: Site,
    users: Arc<Users>,
    kept: Kept,
}

impl Sessions {
    pub const fn new(site: Site, users: Arc<Users>, kept: Kept) -> Self {
        Self { site, users, kept }
    }

    /// Begins a session, always under a new identifier, and returns the `Set-Cookie` value for the browser.
    pub async fn begin(&self, user: User) -> Result<(Session, HeaderValue), StoreError> {
        let (id, now) = (random(), SystemClock.now());
        let cookie = self.site.cookie(COOKIE_NAME, &id, LIFETIME_SECS).map_err(StoreError::failed)?;
        let session = Session { user, since: now, number: random(), allowed: HashMap::new() };
        self.put(&id, &session).await?;
        Ok((session, cookie))
    }

    async fn put(&self, id: &str, session: &Session) -> Result<(), StoreError> {
        let Session { user, since, number, allowed } = session;
        let (sub, since_unix) = (user.subject.as_str().to_owned(), since.as_unix());
        let row = Row { sub, since: since_unix, number: number.clone(), allowed: allowed.clone() };
        let row = serde_json::to_string(&row).map_err(StoreError::failed)?;
        self.kept.put(Kind::Session, id, row, since.saturating_add_secs(LIFETIME_SECS)).await
    }

    /// Remembers what the person of this browser allowed, so that it need not be asked again where nothing may be shown.
    pub async fn allow(
        &self,
        headers: &HeaderMap,
        mut session: Session,
        client_id: &str,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        let Some(id) = self.site.cookie_of(headers, COOKIE_NAME) else { return Ok(()) };
        if session.allowed.len() < MOST_CLIENTS {
            session.allowed.insert(client_id.to_owned(), scope.as_str().to_owned());
        }
        self.put(id, &session).await
    }

    /// The session of the browser that sent these headers. Who is no user any more has none.
    pub async fn of(&self, headers: &HeaderMap) -> Result<Option<Session>, StoreError> {
        let Some(id) = self.site.cookie_of(headers, COOKIE_NAME) else { return Ok(None) };
        let Some(row) = self.kept.find(Kind::Session, id).await? else { return Ok(None) };
        let row: Row = serde_json::from_str(&row).map_err(StoreError::failed)?;
        let over = self.kept.find(Kind::SignedOut, &row.sub).await?.and_then(|moment| moment.parse().ok());
        if over.is_some_and(|moment: u64| row.since <= moment) {
            return Ok(None);
        }
        let Row { sub, since, number, allowed } = row;
        let user = self.users.by_subject(&sub).cloned();
        Ok(user.map(|user| Session { user, since: Timestamp::from_unix(since), number, allowed }))
    }

    /// Ends all sessions of a person, in whatever browser.
    pub async fn end_all(&self, user: &User) -> Result<(), StoreError> {
        let now = SystemClock.now();
        let until = now.saturating_add_secs(LIFETIME_SECS);
        self.kept.put(Kind::SignedOut, user.subject.as_str(), now.as_unix().to_string(), until).await
    }

    /// What takes the cookie away.
    pub fn no_cookie(&self) -> Result<HeaderValue, StoreError> {
        self.site.cookie(COOKIE_NAME, "", 0).map_err(StoreError::failed)
    }

    /// Ends the session of a browser.
    pub async fn end(&self, headers: &HeaderMap) -> Result<(), StoreError> {
        match self.site.cookie_of(headers, COOKIE_NAME) {
            Some(id) => self.kept.remove(Kind::Session, id).await,
            None => Ok(()),
        }
    }
}
