//! The schema and its versions. Each release brings every migration with it; opening a file applies those that it lacks, in
//! one transaction, so that an interrupted upgrade leaves the file as it was and of several processes one does the work.

use rusqlite::{Connection, TransactionBehavior};

use super::fault::Fault;
use crate::storage::SchemaProgress;
use crate::values::error::StoreError;

/// From version `n` of the schema to `n + 1`. What was released is never changed.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("masked_salts.sql"),
    include_str!("schema_2.sql"),
    include_str!("parents.sql"),
    include_str!("replays.sql"),
    include_str!("signing_keys.sql"),
    include_str!("outliving.sql"),
    include_str!("schema_7.sql"),
    include_str!("deferred.sql"),
];

/// Marks the file as ours (`PRAGMA application_id`): "grnt".
const APPLICATION: i64 = 0x6772_6e74;

/// Did an earlier release make the file, or one with fewer migrations?
pub(super) fn is_behind(connection: &Connection, migrations: &[&str]) -> Result<bool, Fault> {
    let version = check_owner(connection)?;
    Ok(version > 0 && usize::try_from(version).is_ok_and(|version| version < migrations.len()))
}

/// Brings the file to the newest version.
pub(super) fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), Fault> {
    migrate_with_progress(connection, migrations, &mut |_| {})
}

/// The same, and says which version it makes.
pub(super) fn migrate_with_progress(
    connection: &mut Connection,
    migrations: &[&str],
    progress: &mut dyn FnMut(SchemaProgress),
) -> Result<(), Fault> {
    // The lock is taken before the version is read: whoever comes second finds the work done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = check_owner(&transaction)?;
    let known = migrations.len();
    let pending = usize::try_from(version).ok().and_then(|version| migrations.get(version..)).ok_or_else(|| {
        let words = format!("the SQLite file has schema version {version}, this release knows {known}: use a later release");
        Fault::Store(StoreError::failed(words))
    })?;
    let count = |versions: usize| u32::try_from(versions).unwrap_or(u32::MAX);
    for (done, migration) in (known - pending.len()..).zip(pending) {
        progress(SchemaProgress::Making { version: count(done + 1), known: count(known) });
        transaction.execute_batch(migration)?;
    }
    if !pending.is_empty() {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
        tracing::info!(from = version, to = known, "the schema of the SQLite file is up to date now");
    }
    Ok(transaction.commit()?)
}

/// The version of the schema: 0 in a new file.
///
/// # Errors
///
/// [`Fault::Store`] if the file is another application's.
pub(super) fn check_owner(connection: &Connection) -> Result<i64, Fault> {
    let number = |query: &str| connection.query_row(query, (), |row| row.get::<_, i64>(0));
    let (version, application) = (number("PRAGMA user_version")?, number("PRAGMA application_id")?);
    let is_new = version == 0 && application == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0;
    if is_new || application == APPLICATION {
        Ok(version)
    } else {
        Err(Fault::refused("the SQLite file belongs to another application: give this store a file of its own"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);";
    const SECOND: &str = "CREATE TABLE b (x INTEGER); INSERT INTO b SELECT x + 1 FROM a;";

    fn fresh() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    fn number(connection: &Connection, query: &str) -> rusqlite::Result<i64> {
        connection.query_row(query, (), |row| row.get(0))
    }

    #[test]
    fn a_fresh_file_and_an_older_one_arrive_at_the_same_version() {
        for steps in [&[FIRST, SECOND][..], &[FIRST]] {
            let mut connection = fresh();
            assert!(!is_behind(&connection, steps).unwrap());
            migrate(&mut connection, steps).unwrap();
            assert_eq!(is_behind(&connection, &[FIRST, SECOND]).unwrap(), steps.len() == 1);
            for _ in 0..2 {
                migrate(&mut connection, &[FIRST, SECOND]).unwrap();
                assert_eq!(number(&connection, "PRAGMA user_version").unwrap(), 2);
                assert_eq!(number(&connection, "SELECT sum(x) FROM b").unwrap(), 2);
            }
        }
    }

    #[test]
    fn a_newer_file_and_a_foreign_one_are_refused_and_left_alone() {
        let mut connection = fresh();
        migrate(&mut connection, &[FIRST, SECOND]).unwrap();
        let error = migrate(&mut connection, &[FIRST]).unwrap_err();
        assert!(format!("{error:?}").contains("has schema version 2, this release knows 1"), "{error:?}");
        assert_eq!(number(&connection, "PRAGMA user_version").unwrap(), 2);

        for theirs in ["CREATE TABLE theirs (x INTEGER)", "PRAGMA user_version = 1", "PRAGMA application_id = 7"] {
            let mut connection = fresh();
            connection.execute_batch(theirs).unwrap();
            let error = migrate(&mut connection, MIGRATIONS).unwrap_err();
            assert!(format!("{error:?}").contains("another application"), "{error:?}");
            assert!(number(&connection, "SELECT count(*) FROM issuers").is_err());
        }
    }

    #[test]
    fn a_migration_that_breaks_off_leaves_the_older_version() {
        let mut connection = fresh();
        migrate(&mut connection, &[FIRST]).unwrap();
        let broken = format!("{SECOND} DROP TABLE a; SELECT no_such_function();");
        assert!(migrate(&mut connection, &[FIRST, &broken]).is_err());
        assert_eq!(number(&connection, "PRAGMA user_version").unwrap(), 1);
        assert_eq!(number(&connection, "SELECT sum(x) FROM a").unwrap(), 1);
        assert!(number(&connection, "SELECT count(*) FROM b").is_err());
        migrate(&mut connection, &[FIRST, SECOND]).unwrap();
    }
}
