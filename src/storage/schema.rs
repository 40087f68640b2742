//! Which schema a database has, and bringing it up to date.

/// What a database has of the store's schema, as `SqliteStore::inspect` and `PostgresStore::inspect` find it without changing anything.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaStatus {
    /// The version that is there, from 1 on; `None` if the database has nothing of a store.
    pub version: Option<u32>,
    /// The version that this release makes.
    pub known: u32,
    /// Does this release serve this version as it is? One that is behind is served once it is brought up to date.
    pub is_served: bool,
    /// What is not there, or not as this release made it, such as an index that somebody removed: the name of a table, a column or an
    /// index each. Looked at where the version is the known one.
    pub deviations: Vec<String>,
}

impl SchemaStatus {
    /// Is it behind, so that it would be brought up to date where a store is opened?
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.version.is_some_and(|version| version < self.known)
    }

    /// Did a later release make it?
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.version.is_some_and(|version| version > self.known)
    }
}

/// How far a migration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaProgress {
    /// This version is being made, the last one of which will be `known`.
    Making {
        /// The version.
        version: u32,
        /// The last one.
        known: u32,
    },
    /// Somebody has a table that is to be changed; the migration gave way, and begins anew.
    Waiting,
}
