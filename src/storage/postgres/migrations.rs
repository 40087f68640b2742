//! The schema and its versions. Each release brings every migration with it; opening the store applies those that the database
//! lacks, in one transaction, so that an interrupted upgrade leaves the schema as it was. Of several instances that start at
//! once, one does the work while the others wait.
//!
//! Instances that serve meanwhile must not wait: whoever asks for a table that is in use holds up all who come after. So a
//! migration asks for a moment, gives way, and comes again.
//!
//! Instances are upgraded one after the other, so an older release meets the schema of a newer one. A migration says which
//! releases it leaves working: `compatible_from` is the oldest version of the schema that a release may know and still serve it.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use tokio::time::{Instant, sleep};

use super::connections;
use super::fault::{Fault, column};
use super::ownership;
use super::schema::Schema;
use crate::storage::SchemaProgress;
use crate::values::error::StoreError;

/// From one version of the schema to the next.
pub(super) struct Migration {
    pub(super) sql: &'static str,
    /// 1 for the first version.
    pub(super) compatible_from: i64,
}

/// What was released is never changed.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { sql: include_str!("sql/schema_1.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_2.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_3.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_4.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_5.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_6.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_7.sql"), compatible_from: 1 },
    Migration { sql: include_str!("sql/schema_8.sql"), compatible_from: 1 },
];

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// To build an index may take long, and so may the instance that is at it.
const WITHOUT_LIMIT: &str = "SET LOCAL statement_timeout TO 0";

/// How long it waits for one table: by far less than a request waits for its answer.
const PATIENCE_FOR_A_TABLE: &str = "SET LOCAL lock_timeout TO '200ms'";

/// How long those that serve have the tables to themselves in between.
const GIVING_WAY: Duration = Duration::from_millis(200);

/// How long it comes again. What keeps a table for longer is a backup, or a session that somebody forgot.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held until the transaction ends. The key is that of the schema's name: two schemas do not wait for each other.
const LOCK: &str = "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('grantor ' {||} $1, 0))";

const VERSION: &str = "SELECT version, compatible_from FROM {schema}.schema_version";

const SET_VERSION: &str = "INSERT INTO {schema}.schema_version (version, compatible_from) VALUES ($1, $2)
    ON CONFLICT (only_row) DO UPDATE SET version = $1, compatible_from = $2";

const VERSIONS: &str = "CREATE SCHEMA IF NOT EXISTS {schema};
    CREATE TABLE IF NOT EXISTS {schema}.schema_version (
        only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        version         bigint  NOT NULL,
        compatible_from bigint  NOT NULL
    );";

/// Those that name anything.
#[cfg(test)]
pub(super) const STATEMENTS: [&str; 4] = [LOCK, VERSION, SET_VERSION, VERSIONS];

/// What is told how far it is.
pub(super) type Progress<'a> = &'a mut (dyn FnMut(SchemaProgress) + Send);

/// Brings the schema to the newest version that this release knows.
pub(super) async fn migrate(
    pool: &PgPool,
    schema: &Schema,
    migrations: &[Migration],
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let until = Instant::now() + PATIENCE;
    loop {
        // Instances that serve meanwhile lock the tables too, each statement in an order of its own.
        match try_to_migrate(pool, schema, migrations, progress).await {
            Err(fault) if (fault.is_contention() || fault.is_lock_timeout()) && Instant::now() < until => {
                progress(SchemaProgress::Waiting);
                sleep(GIVING_WAY).await;
            }
            other => return other.map_err(Fault::into_store_error),
        }
    }
}

async fn try_to_migrate(pool: &PgPool, schema: &Schema, migrations: &[Migration], progress: Progress<'_>) -> Result<(), Fault> {
    let mut connection = connections::acquired(pool).await?;
    // Most often nothing is to be done: then nobody waits, and the role need not be allowed to make tables.
    if is_served(&mut connection, schema, migrations).await? {
        return Ok(());
    }
    // Whatever is the default, each statement has to see what was committed while this transaction waited for the lock.
    let mut transaction = connection.begin_with(BEGIN).await?;
    run(&mut transaction, schema, WITHOUT_LIMIT).await?;
    let lock = sqlx::query(AssertSqlSafe(schema.fill(LOCK))).bind(schema.name().to_owned());
    lock.execute(&mut *transaction).await?;
    run(&mut transaction, schema, PATIENCE_FOR_A_TABLE).await?;
    if is_served(&mut transaction, schema, migrations).await? {
        return Ok(());
    }
    upgrade(&mut transaction, schema, migrations, progress).await?;
    Ok(transaction.commit().await?)
}

/// Can this release serve the schema as it is? `false` if it has to be brought up to date.
///
/// # Errors
///
/// [`StoreError::Failed`] if a later release made it, and left no earlier one working; or if it belongs to somebody else.
async fn is_served(connection: &mut PgConnection, schema: &Schema, migrations: &[Migration]) -> Result<bool, Fault> {
    let known = number_of(migrations)?;
    let Some((version, compatible_from)) = version(connection, schema).await? else { return Ok(false) };
    if version > known && compatible_from > known {
        let words = format!("the schema in PostgreSQL has version {version}, this release knows {known}: use a later release");
        return Err(StoreError::failed(words).into());
    }
    if version > known {
        tracing::info!(version, known, "the schema in PostgreSQL is that of a later release, which leaves this one working");
    }
    Ok(version >= known)
}

async fn upgrade(
    connection: &mut PgConnection,
    schema: &Schema,
    migrations: &[Migration],
    progress: Progress<'_>,
) -> Result<(), Fault> {
    run(connection, schema, VERSIONS).await?;
    let (version, _) = version(connection, schema).await?.unwrap_or_default();
    let pending = usize::try_from(version).ok().and_then(|version| migrations.get(version..)).unwrap_or_default();
    let count = |versions: usize| u32::try_from(versions).unwrap_or(u32::MAX);
    for (done, migration) in (migrations.len() - pending.len()..).zip(pending) {
        progress(SchemaProgress::Making { version: count(done + 1), known: count(migrations.len()) });
        run(connection, schema, migration.sql).await?;
    }
    let Some(newest) = pending.last() else { return Ok(()) };
    let known = number_of(migrations)?;
    let update = sqlx::query(AssertSqlSafe(schema.fill(SET_VERSION))).bind(known).bind(newest.compatible_from);
    update.execute(connection).await?;
    tracing::info!(schema = schema.name(), from = version, to = known, "the schema in PostgreSQL is up to date now");
    Ok(())
}

fn number_of(migrations: &[Migration]) -> Result<i64, Fault> {
    Ok(i64::try_from(migrations.len()).map_err(StoreError::failed)?)
}

/// The version of the schema, and from which version on a release can serve it.
pub(super) async fn version(connection: &mut PgConnection, schema: &Schema) -> Result<Option<(i64, i64)>, Fault> {
    if !ownership::inspect(connection, schema).await? {
        return Ok(None);
    }
    let row = sqlx::query(AssertSqlSafe(schema.fill(VERSION))).fetch_optional(connection).await?;
    row.map(|row| Ok((column(&row, 0)?, column(&row, 1)?))).transpose()
}

async fn run(connection: &mut PgConnection, schema: &Schema, statements: &str) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(schema.fill(statements))).execute(connection).await?;
    Ok(())
}
