//! Where the store is, and opening it: never one whose schema this release would change in passing.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use grantor::storage::{SchemaProgress, SchemaStatus};
use grantor::{
    AuthorizationRecords, KeyStore, PostgresStore, PurgeExpired, RegistrationStore, SessionRecords, SqliteStore, StoreError,
};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::time::timeout;

use crate::arguments::Common;
use crate::failure::{Failure, Kind, with_sources};

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the commands ask of a store.
pub trait Store: RegistrationStore + AuthorizationRecords + KeyStore + PurgeExpired + SessionRecords {}
impl<S: RegistrationStore + AuthorizationRecords + KeyStore + PurgeExpired + SessionRecords> Store for S {}

/// Where it is.
pub enum Place {
    File(PathBuf),
    Database { pool: PgPool, schema: String, owner: Option<String> },
}

/// It, opened.
pub enum Opened {
    Sqlite(SqliteStore),
    Postgres(PostgresStore, PgPool),
}

impl Place {
    /// From `--store` or `GRANTOR_STORE`. No error shows what was given: there may be a password in it.
    pub async fn of(common: &Common) -> Result<Self, Failure> {
        let given = common.store.clone().or_else(|| env::var("GRANTOR_STORE").ok());
        let given = given.ok_or_else(|| Failure::input("no store: name it with --store, or in GRANTOR_STORE"))?;
        if let Some(path) = given.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::File(path.into()));
        }
        if !given.starts_with("postgres://") && !given.starts_with("postgresql://") {
            return Err(Failure::input("the store is `sqlite:PATH` or `postgres://USER@HOST/DATABASE`"));
        }
        let options: PgConnectOptions =
            given.parse().map_err(|_| Failure::input("the URL of the database cannot be read: postgres://USER@HOST/DATABASE"))?;
        reach(&options).await?;
        let pool = PostgresStore::pool_options().max_connections(2).connect_lazy_with(options);
        Ok(Self::Database { pool, schema: common.schema.clone(), owner: common.schema_owner.clone() })
    }

    pub async fn inspect(&self) -> Result<SchemaStatus, Failure> {
        let status = match self {
            Self::File(path) => SqliteStore::inspect(path),
            Self::Database { pool, schema, owner } => PostgresStore::inspect(pool, schema, owner.as_deref()).await,
        };
        // There it would be a store that is not one.
        status.map_err(|error| match error {
            error @ StoreError::Unavailable { .. } => error.into(),
            error => Failure::schema(format!("it is no store that this release could serve: {}", with_sources(&error))),
        })
    }

    /// Is there something?
    pub fn exists(&self) -> bool {
        match self {
            Self::File(path) => path.exists(),
            Self::Database { .. } => true,
        }
    }

    pub async fn migrate(&self, progress: &mut (dyn FnMut(SchemaProgress) + Send)) -> Result<(), Failure> {
        match self {
            Self::File(path) => SqliteStore::migrate(path, progress)?,
            Self::Database { pool, schema, owner } => PostgresStore::migrate(pool, schema, owner.as_deref(), progress).await?,
        }
        Ok(())
    }

    /// Opens it, if its schema is one that this release serves as it is.
    pub async fn open(self) -> Result<Opened, Failure> {
        let status = self.inspect().await?;
        if !status.is_served {
            return Err(Failure::schema(unserved(&status)));
        }
        match self {
            Self::File(path) => Ok(Opened::Sqlite(SqliteStore::open(path)?)),
            Self::Database { pool, schema, owner: None } => {
                Ok(Opened::Postgres(PostgresStore::open_in(pool.clone(), &schema).await?, pool))
            }
            Self::Database { pool, schema, owner: Some(owner) } => {
                Ok(Opened::Postgres(PostgresStore::open_owned_by(pool.clone(), &schema, &owner).await?, pool))
            }
        }
    }
}

/// Why the schema is not served.
fn unserved(status: &SchemaStatus) -> String {
    let known = status.known;
    match status.version {
        None => "there is nothing of a store: `schema migrate --create` makes it".to_owned(),
        Some(version) if version < known => format!(
            "the store has schema version {version}, this release makes {known}: `schema migrate` brings it up to date, once no server \
             of an earlier release needs it as it is"
        ),
        Some(version) => format!("the store has schema version {version}, this release knows {known}: use a later release"),
    }
}

impl Opened {
    pub async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(_, pool) => pool.close().await,
        }
    }
}

/// A pool tries again and again, and says no more in the end than that it took too long.
async fn reach(options: &PgConnectOptions) -> Result<(), Failure> {
    let unreachable = |why: &str| Failure::new(Kind::Unavailable, format!("the database cannot be reached: {why}"));
    match timeout(PATIENCE, PgConnection::connect_with(options)).await {
        Err(_) => Err(unreachable("it did not answer in time")),
        Ok(Ok(connection)) => {
            let _ = timeout(PATIENCE, connection.close()).await;
            Ok(())
        }
        // A role or a password that is wrong, a database that is not there. SQLSTATE classes 28 and 3D.
        Ok(Err(sqlx::Error::Database(error)))
            if error.code().is_some_and(|code| code.starts_with("28") || code.starts_with("3D")) =>
        {
            Err(Failure::new(Kind::Store, format!("the database refuses the connection: {}", error.message())))
        }
        Ok(Err(error)) => Err(unreachable(&with_sources(&error))),
    }
}
