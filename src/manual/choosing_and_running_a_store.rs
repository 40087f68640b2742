//! Choosing a store, and running it: where things are kept, what it costs, backups, upgrades, and what happens when it fails.
//!
//! # Which one
//!
//! | | [`MemoryStore`](crate::MemoryStore) | [`SqliteStore`](crate::SqliteStore) | [`PostgresStore`](crate::PostgresStore) |
//! |---|---|---|---|
//! | Cargo feature | none | `sqlite` | `postgres` |
//! | keeps its data | until the process ends | in one file | in a database |
//! | instances of the server | one | several processes on one machine | as many as the database serves |
//! | to set up | nothing | nothing | a database and a role |
//! | for | tests, development | most servers | more than one machine, or a database that is there anyway |
//!
//! Begin with SQLite. When one machine is not enough, change the line that makes the store:
//!
//! ```no_run
//! # use grantor::{AuthorizationServer, ClientCredentials, PostgresStore, SqliteStore, issuer};
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! let store = SqliteStore::open("auth.db")?;
//! # let _ = store;
//! // .. and later:
//! let pool = PostgresStore::pool_options().max_connections(16).connect("postgres://auth@db.internal/auth").await?;
//! let store = PostgresStore::open(pool).await?;
//! # let server = AuthorizationServer::builder()
//! #     .issuer(issuer!("https://auth.example.com"))
//! #     .storage(store)
//! #     .grant(ClientCredentials::new())
//! #     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing moves by itself: clients have to be registered in the new store, and people sign in again, as their tokens are unknown
//! there. If your clients are in tables of your own, [`Split`](crate::Split) joins them with any of the three. For another database,
//! see [bringing your own storage](crate::manual::storage).
//!
//! # SQLite
//!
//! [`SqliteStore`](crate::SqliteStore) keeps everything in the one file that it is given, and creates it for its owner alone. While
//! it is open two more lie beside it, with `-wal` and `-shm` at the end of their names; they belong to it. It has to be on a local
//! file system. Several processes on one machine may open it.
//!
//! **Purging.** It grows until somebody purges it, as above; the purge goes in portions, so requests need not wait. What is removed
//! makes room in the file, which does not get smaller by itself. `VACUUM`, with SQLite's command line tool, makes it so.
//!
//! **Backup.** While the server runs, with SQLite's own means:
//!
//! ```text
//! sqlite3 auth.db ".backup auth-backup.db"
//! ```
//!
//! Copying the file alone while the server runs is not a backup: the newest data is in `-wal`. Once the store is closed, one file
//! has everything. The file holds hashes, no tokens and no secrets that were generated; still it says who approved what, and
//! secrets that people chose can be guessed from their hashes, so keep backups as safe as the file.
//!
//! **Restoring** brings back the state of that time. What was revoked since is good again until it expires, a code that was redeemed
//! since can be redeemed again within its minute, and whoever refreshed since has to sign in anew. So restore only if the file is lost.
//!
//! **Upgrading.** A newer release brings the file up to date when it opens it, in one transaction: it happens whole or not at all.
//! An older release refuses to open what a newer one made. So: make a backup, end all processes of the old release, start the new
//! one. The way back is the backup.
//!
//! **Ending.** On a signal to stop, let the HTTP server finish its requests, then call
//! [`close`](crate::SqliteStore::close). A process that is killed loses nothing that was answered.
//!
//! **A full disk, or a file that is locked** by another process for more than five seconds, is answered with 503
//! `temporarily_unavailable`. The events above tell. When the cause is gone, the next request succeeds; nothing has to be restarted.
//!
//!
//! # PostgreSQL
//!
//! [`PostgresStore`](crate::PostgresStore) takes a pool of `sqlx`, which may be the one that the rest of your application uses. It
//! needs PostgreSQL 12 or later. Its tables are in a schema of their own, `grantor`, or another name with
//! [`open_in`](crate::PostgresStore::open_in).
//!
//! **The role** needs `CREATE` on the database when the schema is made or upgraded, and nothing else if it owns the schema. To keep
//! the two apart, have a role of the deployment open the store once, and grant the server's role `USAGE` on the schema and `SELECT`,
//! `INSERT`, `UPDATE`, `DELETE` on its tables.
//!
//! **TLS** to the database is a feature of `sqlx`: add `sqlx` to your own `Cargo.toml` with, for example, `tls-rustls-ring`, and
//! `?sslmode=verify-full` to the URL.
//!
//! **The pool.** An operation borrows a connection for one statement. [`pool_options`](crate::PostgresStore::pool_options) has what
//! suits it: a connection is tested only if nobody used it for a second. With the defaults of `sqlx` it is tested each time, which
//! doubles the round trips. A few connections for each core of the database are enough. Behind a pooler such as PgBouncer use the
//! session mode, or the transaction mode with its support for prepared statements.
//!
//! **One round trip for each operation**, whatever comes: client credentials take two, a code or a refresh token becomes tokens in
//! three, introspection takes two. There are no transactions to begin and end and so none that stay open; rows that matter are
//! locked for the length of one statement, always in the same order. Any isolation level will do.
//!
//! **Purging.** Spawn [`purge_forever`](crate::storage::purge_forever), on one instance or on all: it skips what others have in
//! hand. Autovacuum gives the place back; leave it on.
//!
//! **The primary, always.** An instance that reads from a replica finds a revoked token good for as long as the replica lags. On
//! a database that takes no writes, [`health`](crate::AuthorizationServer::health) fails.
//!
//! **Durability** is the database's: with `fsync` and `synchronous_commit` on, as they are by default, what was answered survives the
//! end of the power. If one is off, opening the store says so in an event.
//!
//! **Backup** with PostgreSQL's own means: `pg_dump -n grantor`, or the continuous archive of the whole cluster. What was said above of
//! keeping and restoring backups holds here too.
//!
//! **Upgrading.** A newer release brings the schema up to date when it opens the store, in one transaction and under a lock: of
//! many instances that start at once, one does it. Instances may be upgraded one after the other: each version of the schema says
//! which earlier releases it leaves working, and a release that it does not leave working refuses to open it, in words. The
//! changelog says when that is so; then end all instances of the old release first.
//!
//! **When it fails.** A database that is down, an empty pool, or a statement that takes longer than five seconds is 503
//! `temporarily_unavailable` with `Retry-After`. Connections that were lost while nobody used them cost nobody anything: what looks
//! something up tries another one. When the database is back, the next request is served; nothing has to be restarted.
//!
//! # Faults, tried
//!
//! FAULTS_TABLE
//!
//! # What it costs
//!
//! COSTS
