//! A store in PostgreSQL, for several instances of a server over one database. Each operation of the contract is one statement,
//! and so one round trip: the database makes it atomic, and no transaction has to be begun and ended. The statements that decide
//! something are in `sql/`.

mod clients;
mod clock;
mod codes;
mod connections;
mod contract;
mod deferred;
mod families;
mod fault;
mod inspection;
mod leases;
mod listing;
mod migrations;
#[cfg(test)]
mod names;
mod ownership;
mod pending;
mod purge;
mod replays;
mod revocations;
mod row;
mod run;
mod salts;
mod schema;
mod sessions;
mod signing_keys;
mod statements;
mod tokens;

use std::fmt;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

use self::run::Database;
use self::schema::Schema;
use crate::storage::{SchemaProgress, SchemaStatus};
use crate::values::error::StoreError;
use crate::values::lifetime::RetryWindow;

/// Keeps everything in a PostgreSQL database (12 or later): durable, with every capability of the contract, for as many instances
/// of the server as the database can serve. What one instance revokes is revoked on all.
///
/// ```no_run
/// use grantor::{AuthorizationServer, ClientCredentials, PostgresStore, issuer};
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = PostgresStore::pool_options().max_connections(16).connect("postgres://auth@localhost/auth").await?;
/// let store = PostgresStore::open(pool).await?;
/// let server = AuthorizationServer::builder()
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(store)
///     .grant(ClientCredentials::new())
///     .build();
/// # let _ = server;
/// # Ok(())
/// # }
/// ```
///
/// The pool is yours, and may be the one that the rest of your application uses; the tables are in a schema of their own. Clones
/// are the same store. Each operation is one statement. It needs a tokio runtime with timers, as `sqlx` does.
///
/// What is answered is committed; that it also survives the end of the power is up to the settings `fsync` and
/// `synchronous_commit` of the database ([`open`](Self::open) says in a `tracing` event when they are off, and when the database cannot keep
/// every text). All instances have to
/// speak to the primary: on a replica that lags, a revoked token is good for a while longer.
///
/// Nothing here waits without end. Where the database cannot be reached, the pool has no connection to spare, or a statement takes
/// longer than five seconds, the answer is [`StoreError::Unavailable`], and the next request is tried afresh. A rotation has two
/// seconds, so that a client that was given up comes again within the [`RetryWindow`]. What was given up while it waited for a lock is
/// not done when the lock is free. Expired rows are to be removed: spawn [`purge_forever`](super::purge_forever) on one instance, or on all. Salts of rotations it erases by
/// itself, a minute or two after their windows have closed.
#[derive(Clone)]
pub struct PostgresStore {
    database: Database,
}

/// The schema that [`PostgresStore::open`] uses.
const SCHEMA: &str = "grantor";

/// How long an operation may take, with the wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a rotation may take: whoever is told that it was given up, or that it is not known what became of it, comes again while
/// the retry window is open.
const ROTATION_PATIENCE: Duration = Duration::from_secs(2);

const _: () = assert!(ROTATION_PATIENCE.as_secs() + fault::RETRY_AFTER.as_secs() < RetryWindow::DEFAULT.as_secs());

impl PostgresStore {
    /// Opens the store in the schema `grantor` of the pool's database. Makes the schema if it is not there, and brings one that an
    /// earlier release made up to date; of several instances that start at once, one does it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the database cannot be reached; [`StoreError::Failed`] if the role may not make the schema,
    /// or a later release made it and this one cannot serve it; or if the schema is there already and belongs to somebody else, as
    /// does anything in it. Not somebody else are the role of the pool, the roles that it is a member of, the owner of the database,
    /// and superusers.
    pub async fn open(pool: PgPool) -> Result<Self, StoreError> {
        Self::open_in(pool, SCHEMA).await
    }

    /// The same in a schema of another name: a lower-case letter, then up to 62 lower-case letters, digits and underscores.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`StoreError::Failed`] if the name is not of that kind.
    pub async fn open_in(pool: PgPool, schema: &str) -> Result<Self, StoreError> {
        Self::open_with(pool, Schema::parse(schema)?).await
    }

    /// The same in a schema that may also belong to this role: one that makes and upgrades the schema, while the role of the pool
    /// may only use it.
    ///
    /// # Errors
    ///
    /// As [`open_in`](Self::open_in).
    pub async fn open_owned_by(pool: PgPool, schema: &str, owner: &str) -> Result<Self, StoreError> {
        Self::open_with(pool, Schema::parse(schema)?.owned_by(owner)).await
    }

    /// Which schema the database has under this name, without changing anything. For a tool that is not to bring the schema up to date while
    /// servers of an earlier release use it. `owner` is a role to which it may belong beside those that [`open`](Self::open) names.
    ///
    /// # Errors
    ///
    /// As [`open_in`](Self::open_in), but for the version, which is what it says.
    pub async fn inspect(pool: &PgPool, schema: &str, owner: Option<&str>) -> Result<SchemaStatus, StoreError> {
        inspection::inspect(pool, &Self::named(schema, owner)?).await
    }

    /// Brings the schema up to date, as [`open_in`](Self::open_in) does, and says meanwhile how far it is. All in one transaction, so that a
    /// migration that breaks off leaves the schema as it was.
    ///
    /// # Errors
    ///
    /// As [`open_in`](Self::open_in).
    pub async fn migrate(
        pool: &PgPool,
        schema: &str,
        owner: Option<&str>,
        progress: &mut (dyn FnMut(SchemaProgress) + Send),
    ) -> Result<(), StoreError> {
        migrations::migrate(pool, &Self::named(schema, owner)?, migrations::MIGRATIONS, progress).await
    }

    fn named(schema: &str, owner: Option<&str>) -> Result<Schema, StoreError> {
        let schema = Schema::parse(schema)?;
        Ok(match owner {
            Some(owner) => schema.owned_by(owner),
            None => schema,
        })
    }

    async fn open_with(pool: PgPool, schema: Schema) -> Result<Self, StoreError> {
        migrations::migrate(&pool, &schema, migrations::MIGRATIONS, &mut |_| {}).await?;
        let database = Database::new(pool, &schema, PATIENCE);
        database.warn_of_settings().await?;
        Ok(Self { database })
    }

    /// Options for a pool that costs no round trip beside those of the statements: a connection is tested before use only if
    /// nobody used it for a second. And the database ends a statement that has been given up after five seconds (`statement_timeout`,
    /// whoever's it is), which otherwise would wait for its lock on a connection that is no longer the pool's. An `after_connect` of
    /// your own takes the place of that. Not for a pooler in transaction mode, where the setting of a session ends up with others.
    #[must_use]
    pub fn pool_options() -> PgPoolOptions {
        const FRESH: Duration = Duration::from_secs(1);
        let options = PgPoolOptions::new().acquire_timeout(PATIENCE).test_before_acquire(false);
        let options = options.after_connect(|connection, _| {
            let limit = format!("SET statement_timeout = {}", PATIENCE.as_millis());
            Box::pin(async move { sqlx::raw_sql(AssertSqlSafe(limit)).execute(connection).await.map(drop) })
        });
        options.before_acquire(|connection, meta| {
            Box::pin(async move {
                // A connection that does not answer the test is replaced.
                Ok(meta.idle_for < FRESH || sqlx::Connection::ping(connection).await.is_ok())
            })
        })
    }
}

impl fmt::Debug for PostgresStore {
    /// Without the pool: its options hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
