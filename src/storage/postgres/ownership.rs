//! To whom the schema belongs. Whoever owns a schema or a table in it can read it, change it, and have triggers run with the rights
//! of those who write to it. So a schema that somebody else prepared under the name is refused.

use sqlx::{AssertSqlSafe, PgConnection};

use super::fault::{Fault, column};
use super::schema::Schema;
use crate::values::error::StoreError;

/// Trusted are the role itself and those that it is a member of (a superuser counts as a member of all, so not for it), the owner of
/// the database, superusers, and the role that the application names ($2). $1 is the schema.
pub(super) const INSPECT: &str = "WITH trusted AS (
        SELECT r.oid FROM pg_catalog.pg_roles r, pg_catalog.pg_roles me
        WHERE me.rolname {=} CURRENT_USER AND (
            r.oid {=} me.oid OR r.rolsuper OR r.rolname {=} $2 OR r.rolname {=} 'pg_database_owner'
            OR r.oid {=} (SELECT d.datdba FROM pg_catalog.pg_database d WHERE d.datname {=} pg_catalog.current_database())
            OR (NOT me.rolsuper AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))
        )
    )
    SELECT pg_catalog.pg_get_userbyid(n.nspowner),
        EXISTS (SELECT FROM trusted WHERE trusted.oid {=} n.nspowner),
        (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relnamespace {=} n.oid
            AND NOT EXISTS (SELECT FROM trusted WHERE trusted.oid {=} c.relowner) ORDER BY c.relname LIMIT 1),
        EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace {=} n.oid AND c.relname {=} 'schema_version')
    FROM pg_catalog.pg_namespace n WHERE n.nspname {=} $1";

/// Has the schema its table of versions?
///
/// # Errors
///
/// [`StoreError::Failed`] if the schema, or something in it, belongs to somebody else.
pub(super) async fn inspect(connection: &mut PgConnection, schema: &Schema) -> Result<bool, Fault> {
    // Not `to_regclass`: it answers from what the session remembers, which is brought up to date by the first look at a table.
    let inspect = sqlx::query(AssertSqlSafe(schema.fill(INSPECT)));
    let inspect = inspect.bind(schema.name().to_owned()).bind(schema.owner().map(ToOwned::to_owned));
    let Some(row) = inspect.fetch_optional(connection).await? else { return Ok(false) };
    let name = schema.name();
    if !column::<bool>(&row, 1)? {
        let owner: &str = column(&row, 0)?;
        return Err(refused(format!("the schema `{name}` in PostgreSQL belongs to the role `{owner}`")));
    }
    match column::<Option<&str>>(&row, 2)? {
        Some(relation) => Err(refused(format!("`{relation}` in the schema `{name}` of PostgreSQL belongs to another role"))),
        None => Ok(column(&row, 3)?),
    }
}

fn refused(what: String) -> Fault {
    let remedy = "neither this one, nor one that it is a member of, nor the owner of the database: if that is meant, name it with \
                  PostgresStore::open_owned_by";
    StoreError::failed(format!("{what}: {remedy}")).into()
}
