//! What a file has of the schema, found without changing anything.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::connection;
use super::fault::Fault;
use super::migrations::{self, MIGRATIONS};
use crate::storage::SchemaStatus;
use crate::values::error::StoreError;

pub(super) fn inspect(path: &Path, patience: Duration) -> Result<SchemaStatus, StoreError> {
    // SQLite takes some names for something else than a file, and says of a missing one only that it cannot be opened.
    let path = path.canonicalize().map_err(StoreError::failed)?;
    let status = connection::open_reader(&path, patience).and_then(|mut connection| status(&mut connection));
    status.map_err(Fault::into_store_error)
}

/// At one moment: another process may be making the schema.
fn status(connection: &mut Connection) -> Result<SchemaStatus, Fault> {
    let moment = connection.transaction()?;
    let (version, known) = (migrations::check_owner(&moment)?, MIGRATIONS.len());
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    let deviations = if version == known { deviations(&moment)? } else { Vec::new() };
    let count = |versions: usize| u32::try_from(versions).unwrap_or(u32::MAX);
    Ok(SchemaStatus {
        version: (version > 0).then(|| count(version)),
        known: count(known),
        is_served: version == known,
        deviations,
    })
}

/// Compared with a database that the migrations make anew.
fn deviations(connection: &Connection) -> Result<Vec<String>, Fault> {
    let mut made = Connection::open_in_memory()?;
    migrations::migrate(&mut made, MIGRATIONS)?;
    let there = objects(connection)?;
    let lacks = |object: &Object| !there.contains(object);
    Ok(objects(&made)?.into_iter().filter(lacks).map(|object| format!("{} {}", object.kind, object.name)).collect())
}

/// A table, an index or a trigger, and the statement that made it; none of what SQLite makes by itself.
#[derive(PartialEq)]
struct Object {
    kind: String,
    name: String,
    made_by: Option<String>,
}

fn objects(connection: &Connection) -> Result<Vec<Object>, Fault> {
    // What gathered statistics for the planner is no part of the schema.
    let mut all = connection
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name")?;
    let objects = all.query_map((), |row| Ok(Object { kind: row.get(0)?, name: row.get(1)?, made_by: row.get(2)? }))?;
    Ok(objects.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut connection, MIGRATIONS).unwrap();
        connection
    }

    #[test]
    fn what_is_missing_or_different_is_named() {
        let mut connection = made();
        connection.execute_batch("ANALYZE; CREATE INDEX theirs ON clients (record)").unwrap();
        let found = status(&mut connection).unwrap();
        assert_eq!((found.version, found.is_served, found.deviations), (Some(found.known), true, Vec::<String>::new()));

        connection
            .execute_batch("DROP INDEX families_by_end; ALTER TABLE issuers ADD COLUMN theirs TEXT; DROP TABLE codes")
            .unwrap();
        let found = status(&mut connection).unwrap();
        assert!(found.is_served && !found.is_behind() && !found.is_ahead());
        for lost in ["index families_by_end", "table issuers", "table codes", "index codes_of_family"] {
            assert!(found.deviations.iter().any(|it| it == lost), "{lost}: {:?}", found.deviations);
        }
    }

    #[test]
    fn versions_are_told_apart() {
        let nothing = status(&mut Connection::open_in_memory().unwrap()).unwrap();
        assert_eq!((nothing.version, nothing.is_served), (None, false));
        for (version, is_behind, is_ahead) in [(1, true, false), (MIGRATIONS.len() + 1, false, true)] {
            let mut connection = made();
            connection.pragma_update(None, "user_version", version as i64).unwrap();
            let found = status(&mut connection).unwrap();
            assert_eq!((found.is_behind(), found.is_ahead(), found.is_served), (is_behind, is_ahead, false), "{version}");
        }
    }
}
