//! What the pages remember of people who are not looking at one just now: who is signed in, and which browser knows whom. It is where
//! the tokens are, so that all instances of the server know it, and the next start does. A real application has such tables.
//!
//! Rows have hashes as keys, so nobody who reads them can take somebody's place. How long they live is said in seconds, and counted by one
//! clock: that of the machine on which memory and file are, or of the database. So an instance whose clock is wrong signs nobody out.

mod file;
mod postgres;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor::{Clock as _, StoreError, SystemClock, Timestamp};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;

use crate::site::Site;

/// What a row is for. One of another kind or another issuer is not found.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Session,
    Device,
    /// That a person signed out everywhere.
    SignedOut,
    /// What a person allowed an application in a session.
    Allowed,
    /// That a person took back what an application was allowed.
    TakenBack,
}

/// A row's key.
type Key = [u8; 32];

#[derive(Clone)]
pub struct Kept {
    issuer: Arc<str>,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Memory(Arc<Mutex<HashMap<Key, (String, Timestamp)>>>),
    File(file::Rows),
    Postgres(PgPool),
}

impl Kept {
    pub fn in_memory(site: &Site) -> Self {
        Self::at(site, Place::Memory(Arc::default()))
    }

    pub fn in_file(path: &Path, site: &Site) -> rusqlite::Result<Self> {
        Ok(Self::at(site, Place::File(file::Rows::open(path)?)))
    }

    pub async fn in_postgres(pool: PgPool, site: &Site) -> sqlx::Result<Self> {
        postgres::prepare(&pool).await?;
        Ok(Self::at(site, Place::Postgres(pool)))
    }

    fn at(site: &Site, place: Place) -> Self {
        Self { issuer: site.issuer().into(), place }
    }

    /// Keeps a text under this identifier for so many seconds, in place of an earlier one.
    pub async fn put(&self, kind: Kind, id: &str, text: String, lifetime_secs: u64) -> Result<(), StoreError> {
        let key = self.key(kind, id);
        let expires_at = || SystemClock.now().saturating_add_secs(lifetime_secs);
        match &self.place {
            Place::Memory(rows) => {
                rows.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (text, expires_at()));
                Ok(())
            }
            Place::File(rows) => rows.put(key, text, expires_at()).await,
            Place::Postgres(pool) => postgres::put(pool, key, text, lifetime_secs).await,
        }
    }

    /// The text, unless it has expired.
    pub async fn find(&self, kind: Kind, id: &str) -> Result<Option<String>, StoreError> {
        let key = self.key(kind, id);
        match &self.place {
            Place::Memory(rows) => {
                let now = SystemClock.now();
                let rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(rows.get(&key).filter(|(_, expires_at)| now < *expires_at).map(|(text, _)| text.clone()))
            }
            Place::File(rows) => rows.find(key, SystemClock.now()).await,
            Place::Postgres(pool) => postgres::find(pool, key).await,
        }
    }

    pub async fn remove(&self, kind: Kind, id: &str) -> Result<(), StoreError> {
        let key = self.key(kind, id);
        match &self.place {
            Place::Memory(rows) => {
                rows.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
                Ok(())
            }
            Place::File(rows) => rows.remove(key).await,
            Place::Postgres(pool) => postgres::remove(pool, key).await,
        }
    }

    /// Removes what has expired, now and again; never ends.
    pub async fn purge_forever(self, pause: Duration) {
        loop {
            if let Err(error) = self.purge().await {
                tracing::error!(error = &error as &dyn std::error::Error, "expired sessions could not be removed");
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn purge(&self) -> Result<(), StoreError> {
        let now = SystemClock.now();
        match &self.place {
            Place::Memory(rows) => {
                rows.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, expires_at)| now < *expires_at);
                Ok(())
            }
            Place::File(rows) => rows.purge(now).await,
            Place::Postgres(pool) => postgres::purge(pool).await,
        }
    }

    fn key(&self, kind: Kind, id: &str) -> Key {
        let kind = match kind {
            Kind::Session => "session",
            Kind::Device => "device",
            Kind::SignedOut => "signed out",
            Kind::Allowed => "allowed",
            Kind::TakenBack => "taken back",
        };
        // An issuer has no blanks.
        Sha256::digest(format!("{kind} {} {id}", self.issuer)).into()
    }
}

/// Seconds as databases have them.
fn seconds(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
