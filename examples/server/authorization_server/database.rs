//! Where things are kept: the library's store, and beside it what the pages remember.

use std::error::Error;
use std::path::{Path, PathBuf};

use grantor::{MemoryStore, PostgresStore, SqliteStore};
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::kept::Kept;
use crate::options::Database;
use crate::site::Site;

/// The store of the library.
pub enum Store {
    Memory(MemoryStore),
    Sqlite(SqliteStore),
    Postgres(PostgresStore, PgPool),
}

/// Opens what `--database` names.
pub async fn open(database: Option<&Database>, site: &Site) -> Result<(Store, Kept), String> {
    let opened: Result<(Store, Kept), Box<dyn Error>> = match database {
        None => Ok((Store::Memory(MemoryStore::new()), Kept::in_memory(site))),
        Some(Database::File(path)) => in_file(path, site),
        Some(Database::Postgres(url)) => in_postgres(url, site).await,
    };
    opened.map_err(|error| match database {
        Some(database) => format!("--database {database}: {}", with_sources(&*error)),
        None => with_sources(&*error),
    })
}

/// The store wants a file of its own, so what the pages remember is in another one beside it.
fn in_file(path: &Path, site: &Site) -> Result<(Store, Kept), Box<dyn Error>> {
    let store = SqliteStore::open(path)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push("-sessions");
    Ok((Store::Sqlite(store), Kept::in_file(&PathBuf::from(beside), site)?))
}

async fn in_postgres(url: &str, site: &Site) -> Result<(Store, Kept), Box<dyn Error>> {
    let pool = match PostgresStore::pool_options().connect(url).await {
        // The pool has tried again and again, and does not say why in vain.
        Err(sqlx::Error::PoolTimedOut) => {
            return Err(PgConnection::connect(url).await.err().unwrap_or(sqlx::Error::PoolTimedOut).into());
        }
        other => other?,
    };
    let store = PostgresStore::open(pool.clone()).await?;
    Ok((Store::Postgres(store, pool.clone()), Kept::in_postgres(pool, site).await?))
}

/// What went wrong, with what lies beneath, as far as that says something new.
fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}
