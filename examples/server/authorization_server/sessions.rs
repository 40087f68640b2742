//! Who is signed in with which browser. A real application has this already, or takes a crate for it.

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

#[derive(Clone)]
pub struct Session {
    pub user: User,
    pub since: Timestamp,
    /// What the server calls the sign-in. No secret: that is the cookie's.
    pub number: String,
}

/// As it is kept. Written once, when it begins: what is written later could bring back a session that has ended meanwhile.
#[derive(Serialize, Deserialize)]
struct Row {
    sub: String,
    since: u64,
    #[serde(default)]
    number: String,
    /// The latest mark of the person, when the session began.
    #[serde(default)]
    mark: String,
}

/// What was allowed in a session, as it is kept.
#[derive(Serialize, Deserialize)]
struct Allowed {
    scope: String,
    /// The latest mark of person and client.
    mark: String,
}

/// A memory that is not yet: the mark is from before the decision, so that what is taken back meanwhile stays taken back.
pub struct Remembering {
    id: String,
    mark: String,
}

/// What ends is marked, with a random text that lives as long as a session. A session, or what was allowed in one, is over if there is a mark
/// and it has another one, or none. So no clocks are compared, which differ from instance to instance.
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
        let (id, since) = (random(), SystemClock.now());
        let cookie = self.site.cookie(COOKIE_NAME, &id, LIFETIME_SECS).map_err(StoreError::failed)?;
        let session = Session { user, since, number: random() };
        let sub = session.user.subject.as_str().to_owned();
        let mark = self.kept.find(Kind::SignedOut, &sub).await?.unwrap_or_default();
        let row = Row { sub, since: since.as_unix(), number: session.number.clone(), mark };
        let row = serde_json::to_string(&row).map_err(StoreError::failed)?;
        self.kept.put(Kind::Session, &id, row, LIFETIME_SECS).await?;
        Ok((session, cookie))
    }

    /// The session of the browser that sent these headers. Who is no user any more has none.
    pub async fn of(&self, headers: &HeaderMap) -> Result<Option<Session>, StoreError> {
        let Some(id) = self.site.cookie_of(headers, COOKIE_NAME) else { return Ok(None) };
        let Some(row) = self.kept.find(Kind::Session, id).await? else { return Ok(None) };
        let Row { sub, since, number, mark } = serde_json::from_str(&row).map_err(StoreError::failed)?;
        if self.kept.find(Kind::SignedOut, &sub).await?.is_some_and(|latest| latest != mark) {
            return Ok(None);
        }
        let user = self.users.by_subject(&sub).cloned();
        Ok(user.map(|user| Session { user, since: Timestamp::from_unix(since), number }))
    }

    /// What [`remember`](Self::remember) needs to know from before the decision.
    pub async fn remembering(&self, session: &Session, client_id: &str) -> Result<Remembering, StoreError> {
        let mark = self.kept.find(Kind::TakenBack, &pair(session, client_id)).await?.unwrap_or_default();
        Ok(Remembering { id: allowed(session, client_id), mark })
    }

    /// Remembers what the person allowed in the session, so that it need not be asked again where nothing may be shown.
    pub async fn remember(&self, Remembering { id, mark }: Remembering, scope: &Scope) -> Result<(), StoreError> {
        let row = Allowed { scope: scope.as_str().to_owned(), mark };
        let row = serde_json::to_string(&row).map_err(StoreError::failed)?;
        self.kept.put(Kind::Allowed, &id, row, LIFETIME_SECS).await
    }

    /// Did the person allow the client this before in this session, and with it nothing that is asked for anew, and not take it back since?
    pub async fn has_allowed(&self, session: &Session, client_id: &str, scope: &Scope) -> Result<bool, StoreError> {
        let Some(row) = self.kept.find(Kind::Allowed, &allowed(session, client_id)).await? else { return Ok(false) };
        let Allowed { scope: allowed, mark } = serde_json::from_str(&row).map_err(StoreError::failed)?;
        let latest = self.kept.find(Kind::TakenBack, &pair(session, client_id)).await?;
        Ok(latest.is_none_or(|latest| latest == mark) && Scope::parse(&allowed).is_ok_and(|allowed| scope.is_subset_of(&allowed)))
    }

    /// Forgets what the person allowed the client, in whatever session.
    pub async fn take_back(&self, session: &Session, client_id: &str) -> Result<(), StoreError> {
        self.kept.put(Kind::TakenBack, &pair(session, client_id), random(), LIFETIME_SECS).await
    }

    /// Ends all sessions of a person, in whatever browser.
    pub async fn end_all(&self, user: &User) -> Result<(), StoreError> {
        self.kept.put(Kind::SignedOut, user.subject.as_str(), random(), LIFETIME_SECS).await
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

/// A session, its person, and a client. The number of a session has no blanks.
fn allowed(session: &Session, client_id: &str) -> String {
    format!("{} {}", session.number, pair(session, client_id))
}

/// A person and a client, of which either may have blanks.
fn pair(session: &Session, client_id: &str) -> String {
    format!("{} {client_id} {}", client_id.len(), session.user.subject.as_str())
}
