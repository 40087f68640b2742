//! What a database has of the schema, found without changing anything.

use std::collections::BTreeSet;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::connections;
use super::fault::{Fault, column};
use super::migrations::{self, MIGRATIONS};
use super::schema::Schema;
use crate::storage::SchemaStatus;
use crate::values::error::StoreError;

/// What the migrations make, a line for each column and each index. `tests/postgres_schema.rs` writes it.
const MADE: &str = include_str!("sql/schema.txt");

const COLUMNS: &str = "SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid {=} a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid {=} c.relnamespace
    WHERE n.nspname {=} $1 AND c.relkind {=} 'r' AND a.attnum {>} 0 AND NOT a.attisdropped";

/// One that could not be built to its end is there, and nobody uses it.
const INDEXES: &str = "SELECT i.relname, t.relname, x.indisunique
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid {=} x.indexrelid
        JOIN pg_catalog.pg_class t ON t.oid {=} x.indrelid JOIN pg_catalog.pg_namespace n ON n.oid {=} t.relnamespace
    WHERE n.nspname {=} $1 AND x.indisvalid";

#[cfg(test)]
pub(super) const STATEMENTS: [&str; 2] = [COLUMNS, INDEXES];

pub(super) async fn inspect(pool: &PgPool, schema: &Schema) -> Result<SchemaStatus, StoreError> {
    let status = async {
        let mut connection = connections::acquired(pool).await?;
        status(&mut connection, schema).await
    };
    status.await.map_err(Fault::into_store_error)
}

async fn status(connection: &mut PgConnection, schema: &Schema) -> Result<SchemaStatus, Fault> {
    let known = u32::try_from(MIGRATIONS.len()).map_err(StoreError::failed)?;
    let Some((version, compatible_from)) = migrations::version(connection, schema).await? else {
        return Ok(SchemaStatus { version: None, known, is_served: false, deviations: Vec::new() });
    };
    let count = |version: i64| u32::try_from(version).map_err(StoreError::failed);
    let (version, compatible_from) = (count(version)?, count(compatible_from)?);
    let deviations = if version == known { deviations(connection, schema).await? } else { Vec::new() };
    let is_served = version >= known && (version == known || compatible_from <= known);
    Ok(SchemaStatus { version: Some(version), known, is_served, deviations })
}

async fn deviations(connection: &mut PgConnection, schema: &Schema) -> Result<Vec<String>, Fault> {
    let mut there = BTreeSet::new();
    for row in found(connection, schema, COLUMNS).await? {
        let (table, name, kind): (&str, &str, &str) = (column(&row, 0)?, column(&row, 1)?, column(&row, 2)?);
        let not_null = if column(&row, 3)? { " not null" } else { "" };
        there.insert(format!("column {table}.{name} {kind}{not_null}"));
    }
    for row in found(connection, schema, INDEXES).await? {
        let unique = if column(&row, 2)? { "unique " } else { "" };
        there.insert(format!("{unique}index {} on {}", column::<&str>(&row, 0)?, column::<&str>(&row, 1)?));
    }
    Ok(MADE.lines().filter(|line| !there.contains(*line)).map(ToOwned::to_owned).collect())
}

async fn found(connection: &mut PgConnection, schema: &Schema, statement: &str) -> Result<Vec<PgRow>, Fault> {
    let query = sqlx::query(AssertSqlSafe(schema.fill(statement))).bind(schema.name().to_owned());
    Ok(query.fetch_all(connection).await?)
}
