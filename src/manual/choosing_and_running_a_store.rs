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
//! it is open two more lie beside it, with `-wal` and `-shm` at the end of their names; they belong to it, and so does `-retry`. It
//! has to be on a local file system. Several processes on one machine may open it.
//!
//! **The file `-retry`** is there so that nothing else needs to be secret. When a refresh token is used, the database keeps for the
//! length of the [retry window](crate::RetryWindow) what repeats the answer to whoever presents the old token again. What is erased in
//! a database stays in its log and in copies; with an old refresh token that somebody kept, it would yield the current one. So it is
//! masked, under a key that is in `-retry` and never in the database. A key serves the rotations of five seconds; it is overwritten in
//! place when their windows have closed: with the next purge, with operations that come after, or by the store itself, ten seconds
//! later by the system's time, though nobody asks it anything. A process that is killed leaves its keys for the next start, or for
//! another process that has the file open, which looks once a minute. So:
//!
//! * Leave `-retry` out of backups and snapshots: only one that has both files, and was made within those seconds, is worth anything
//!   to somebody with an old token, and only for the rotations of those seconds. File systems that do not overwrite in place (Btrfs,
//!   ZFS, snapshots of a volume) may keep old keys for as long as they keep old blocks.
//! * It may be deleted whenever no server runs. If it is lost while one does, the next rotation makes a new one; clients that lost an
//!   answer within the seconds before are told `invalid_grant` and have people sign in again. Nothing is revoked.
//! * A server that is taken out of service for good leaves it behind if somebody refreshed in its last seconds: delete it.
//!
//! **Beside `sqlx`**, or an ORM over it. A program links SQLite once, and even with PostgreSQL alone `sqlx` makes Cargo choose a
//! version of it. This library takes `rusqlite` 0.39 to 0.43, so Cargo finds one that suits `sqlx` 0.9, SeaORM 2 or your own `rusqlite`. Where a
//! message says that two packages link to `sqlite3`, one of yours wants an older SQLite, such as `sqlx` 0.8 does: up to
//! 3.51.2 it [can damage a file](https://sqlite.org/wal.html#walresetbug) that several connections write, so upgrade that one.
//!
//! **Purging.** What expired more than an hour ago it removes in passing, a portion each time after so many operations. Where that is
//! not soon enough, or the server is quiet, spawn [`purge_forever`](crate::storage::purge_forever), which goes in portions, so requests need not wait.
//! What is removed makes room in the file, which does not get smaller by itself. `VACUUM`, with SQLite's command line tool, makes it so.
//!
//! **Backup.** While the server runs, with SQLite's own means:
//!
//! ```text
//! sqlite3 auth.db ".backup auth-backup.db"
//! ```
//!
//! Copying the file alone while the server runs is not a backup: the newest data is in `-wal`. Once the store is closed, one file
//! has everything; `-retry`, if it is there, is not needed. The file holds hashes, no tokens and no secrets that were generated; still it says who approved what, and
//! secrets that people chose can be guessed from their hashes, so keep backups as safe as the file.
//!
//! **Restoring** brings back the state of that time. What was revoked since is good again until it expires, a code that was redeemed
//! since can be redeemed again within its minute, and whoever refreshed since has to sign in anew. So restore only if the file is lost.
//! [Deploying](super::deploying#backup-and-restore) says what to do then, line by line.
//!
//! **Upgrading.** A newer release brings the file up to date when it opens it, in one transaction: it happens whole or not at all.
//! An older release refuses to open what a newer one made. So: make a backup, end all processes of the old release, start the new
//! one. The way back is the backup. The release that began to mask salts erases those in clear when it opens a file of one before, and
//! empties the log; a retry of the last seconds before that is `invalid_grant`. Backups of before have the salts of their last seconds.
//! `SqliteStore::inspect` says which version a file has and changes nothing, `SqliteStore::migrate` brings it up to date and says how far
//! it is; [on the command line](crate::manual::administration#the-schema) too.
//!
//! **Ending.** On a signal to stop, let the HTTP server finish its requests, then call
//! [`close`](crate::SqliteStore::close). A process that is killed loses nothing that was answered.
//!
//! **A full disk, or a file that is locked** by another process for more than five seconds, is answered with 503
//! `temporarily_unavailable`. [Events](crate::manual::operating) tell. When the cause is gone, the next request succeeds; nothing has to be restarted.
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
//! `INSERT`, `UPDATE`, `DELETE` on its tables. Unless that role owns the database, name it when the server opens the store:
//! [`open_owned_by`](crate::PostgresStore::open_owned_by).
//!
//! **Other roles of the database.** A schema that somebody else made under the name is refused, and so is one with somebody else's
//! table in it: its owner could read and change everything. Welcome are schemas of the server's role, of a role that it is a member
//! of, of the owner of the database, of superusers, and of the role that you name. And no name in the store's statements and
//! migrations is looked up along `search_path`: what others put into `public`, or before it, is not called (CVE-2018-1058). So the
//! store needs no setting of the role or session, behind a pooler neither.
//!
//! **TLS** to the database is a feature of `sqlx`: add `sqlx` to your own `Cargo.toml` with, for example, `tls-rustls-ring`, and
//! `?sslmode=verify-full` to the URL.
//!
//! **The pool.** An operation borrows a connection for one statement. [`pool_options`](crate::PostgresStore::pool_options) has what
//! suits it: a connection is tested only if nobody used it for a second. With the defaults of `sqlx` it is tested each time, which
//! doubles the round trips; and `statement_timeout` is five seconds, after which an operation has given up: without it, what waits for
//! a lock keeps a session in the database, beside those of the pool, for as long as the lock is held. With a pool of your own
//! making set it too, for the role: `ALTER ROLE .. SET statement_timeout = '5s'`; opening the store says in an event if it is not
//! set. It holds for all statements of the pool, also those of your application. A few connections for each core of the database are enough. Behind a pooler such as PgBouncer use the
//! session mode; or the transaction mode, with its support for prepared statements (`max_prepared_statements`, from 1.21 on), and a pool
//! of your own making instead of `pool_options`, since what is set for a session ends up with others there. With its defaults PgBouncer
//! refuses a parameter that `sqlx` sends when it connects (`unsupported startup parameter: extra_float_digits`), in either mode: connect with
//! `PgConnectOptions::extra_float_digits(None)`, or set `ignore_startup_parameters = extra_float_digits`.
//!
//! **The encoding** of the database has to be `UTF8`, which is the usual one. In another, names and scopes in most languages cannot be kept,
//! and requests with them fail; opening the store says so in an event.
//!
//! **One round trip for each operation**, whatever comes: client credentials take two, redeeming a code or
//! refreshing takes three, introspection takes two. There are no transactions to begin and end and so none that stay open; rows that matter are
//! locked for the length of one statement, always in the same order. Leave the isolation level at `READ COMMITTED`, the default: at a
//! stricter one, callers who meet at a row are tried again, up to eight times, and then told 503.
//!
//! **Purging.** Spawn [`purge_forever`](crate::storage::purge_forever), on one instance or on all: it skips what others have in
//! hand. Autovacuum gives the place back; leave it on.
//!
//! **Salts.** A lost answer can be given again because a salt is kept with each rotation until its retry window closes: with it, whoever
//! has the refresh token before can compute the one after. The store erases salts by itself a minute or two after their windows have
//! closed, also where nobody purges. But a database keeps for a while what it has erased: in dead rows until vacuum, in the write-ahead
//! log until its files are used again, in the archive of that log, in backups and on replicas for as long as you keep those. So
//! someone who has those files *and* a used refresh token may get the current one. Encrypt archives and backups, keep them no longer
//! than you would restore them, and grant `REPLICATION` and `pg_read_all_data` to nobody who need not have them. Where that is not
//! enough, [`RetryWindow`](crate::RetryWindow) 0 keeps no salts; then a lost answer signs its user out.
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
//! many instances that start at once, one does it. It waits a fifth of a second at most for a table that others use, gives way to them
//! and comes again, for a minute; then opening fails (`temporarily_unavailable`), most often as a backup is running. Instances may be upgraded one after the other: each version of the schema says
//! which earlier releases it leaves working, and a release that it does not leave working refuses to open it, in words. The
//! changelog says when that is so; then end all instances of the old release first. Tokens that carry what an older release
//! does not know, such as a key that they are bound to, are good at the newer instances only: an older one answers a request with
//! one with 500 `server_error` rather than take it for less than it is, and `a later release of the library wrote token details` stands
//! in its log. `PostgresStore::inspect` and `PostgresStore::migrate` do what those of SQLite do.
//!
//! **When it fails.** A database that is down, an empty pool, or a statement that takes longer than five seconds is 503
//! `temporarily_unavailable` with `Retry-After`. Refreshing a token is given up after two: so a client that comes again after the
//! second that `Retry-After` names is still within the retry window of five, and gets the successor even if the first attempt was done
//! and its answer lost. A window that you make shorter than four seconds is too short for that. A redemption or a refresh that waited
//! for a lock until it was given up is not done when the lock is free at last. Connections that were lost while nobody used them cost nobody anything: what looks
//! something up tries another one. When the database is back, the next request is served; nothing has to be restarted.
//!
//! # Clocks
//!
//! Instances tell the time by their own clocks, and those differ: let NTP set them, on the database's machine, too. What they differ by
//! has these effects:
//!
//! | an instance is | what happens |
//! |---|---|
//! | off by less than a minute | nothing that anybody notices: tokens end by so much earlier or later where it is asked |
//! | ahead by more than the lifetime of an access token | it refuses tokens that others issue, and others honour its own for too long |
//! | behind by as much | the reverse |
//! | off by whatever | no retry of a refresh is taken for a replay, and a purge removes nothing that is alive |
//!
//! The last row is so because what must not depend on who asks is measured by one clock: with PostgreSQL by that of the database, with
//! SQLite by the system's. It says how long a [retry window](crate::RetryWindow) is open, and what
//! [`purge_expired`](crate::PurgeExpired::purge_expired) may take. That costs no round trip. A retry of an instance that is up to ten
//! seconds behind is taken for one that had to wait; so its window closes so much later. A time that is more than a day behind that clock,
//! or more than ten years ahead, is taken for a test's, and counts alone; so do not run instances with a clock of your own that is
//! further off. A store of your own does the same if you have it so (see [`storage`](crate::storage#clocks)); a
//! [`MemoryStore`](crate::MemoryStore) is one process with one clock.
//!
//! If the clock of the database's machine is wrong itself, windows are measured as well as ever, since only what passed counts; where it
//! is behind, rows stay for longer, and where it is ahead, a purge goes by the instance's own.
//!
//! # Faults, tried
//!
//! Sixteen clients at once, while something is taken away again and again. A ledger notes each token whose response arrived, and
//! each that was said to be revoked or rotated; afterwards every one is asked about. *Lost* is a token that was acknowledged and is
//! not valid, *revived* one that was said to be dead and is.
//!
//! | scenario | rounds | requests | of these acknowledged, 503, without answer | tokens and codes asked about | lost | revived | serves again after: median, longest |
//! |---|---|---|---|---|---|---|---|
//! | server killed (-9), SQLite | 50 | 14 091 | 13 291, 0, 800 | 11 085 | 0 | 0 | 23 ms, 62 ms |
//! | server killed (-9), PostgreSQL | 50 | 13 314 | 12 514, 0, 800 | 10 423 | 0 | 0 | 46 ms, 118 ms |
//! | PostgreSQL killed (-9) and started | 20 | 14 023 | 13 376, 647, 0 | 11 437 | 0 | 0 | 0.2 s, 1.3 s |
//! | PostgreSQL stopped and started | 20 | 13 944 | 13 284, 660, 0 | 11 343 | 0 | 0 | 79 ms, 176 ms |
//! | disk full, SQLite | 20 | 26 653 | 10 601, 16 052, 0 | 8 953 | 0 | 0 | 16 ms, 26 ms |
//! | file size limit reached, SQLite | 20 | 21 291 | 5 674, 15 617, 0 | 4 785 | 0 | 0 | 10 ms, 19 ms |
//! | disk full, PostgreSQL | 20 | 28 465 | 12 670, 15 795, 0 | 9 930 | 0 | 0 | 20 ms, 25 ms |
//! | schema upgraded under load, PostgreSQL | 30 | 9 604 | 9 604, 0, 0 | 8 278 | 0 | 0 | 15 ms, 2.0 s |
//!
//! The times count from the moment at which the cause is gone: the server is started again, PostgreSQL is told to start (which alone
//! took it up to 0.8 s), there is space. They were taken on two cores with little else to do; on a busy machine some were ten times as
//! long. Migrations are whole or not there: PostgreSQL killed half-way (10 times), an instance killed half-way while others
//! wait (20 times), 16 instances that open a fresh schema at once (100 times, also with `serializable` as the default isolation), a
//! process that makes a SQLite file killed at each of 225 lengths of the file.
//!
//! Three instances over one PostgreSQL, 64 callers spread over them, 500 rounds each: one code and one refresh token are presented 64
//! times at once (128 000 requests), and tokens are rotated and revoked while the other instances introspect them (74 000 requests).
//! The outcome was the one above each time, and PostgreSQL saw no deadlock.
//!
//! Repeat: `GRANTOR_FULL=1 cargo test --test faults -- --nocapture --test-threads=1` and
//! `GRANTOR_FULL=1 cargo test --test instances`, six minutes each, up to an hour on a busy
//! machine; without the variable a small size runs in a minute.
//!
//! # What it costs
//!
//! `cargo bench --bench durable`, with `GRANTOR_BENCH_FULL=1` for the full size, measures all of this on one machine: the requests
//! are client credentials from request bytes to response bytes, every commit is on the disk before it is answered. Ratios are of
//! rounds in turns on a quiet machine.
//!
//! **Against the store's own limit.** With 64 callers SQLite serves 0.88 to 0.99 times as many requests as a bare loop inserts the
//! same rows in transactions of the same size: one write to the disk serves some 32 requests, and the thread that writes is what
//! limits it. PostgreSQL with 16 connections serves 0.84 to 0.94 times what `pgbench` reaches with the same statements and as many
//! connections. While many requests wait, a connection serves up to 16 statements before it goes back to your pool.
//!
//! **By size**, in microseconds for each request, on a quiet machine:
//!
//! | live tokens | 1 000 | 10 000 | 100 000 | 1 000 000 | 10 000 000 |
//! |---|---:|---:|---:|---:|---:|
//! | memory, client credentials | 1.4 | 1.3 | 1.4 | 1.6 | |
//! | memory, introspection | 1.0 | 1.1 | 1.1 | 1.2 | |
//! | memory, refresh | 2.8 | 3.1 | 3.2 | 3.3 | |
//! | SQLite, client credentials | 27 | 26 | 26 | 26 | |
//! | SQLite, introspection | 46 | 46 | 49 | 47 | |
//! | SQLite, refresh | 83 | 86 | 98 | 121 | |
//! | PostgreSQL, client credentials | 87 | 83 | 85 | 88 | 87 |
//! | PostgreSQL, introspection | 33 | 35 | 40 | 48 | 47 |
//! | PostgreSQL, refresh | 134 | 137 | 130 | 140 | 140 |
//!
//! No operation takes more steps beside more tokens, but for the levels of a B-tree. Rows that are issued now lie together in the
//! indexes, since keys begin with the moment. The tokens that are looked up and refreshed here were issued at any time, so what they
//! touch is no longer in the processor's or SQLite's cache, which is most of the growth. Revoking an authorization changes one row,
//! however many tokens there are.
//!
//! **While a million expired rows are purged** under 200 requests a second, the 99th percentile of their latency rises by a factor of
//! 1.1 to 1.3: on SQLite from 1.0 to 1.2 ms, for 12 seconds; on PostgreSQL from 1.1 to 1.4 ms, for 18.
//!
//! **On the disk** a live token with its authorization takes 273 bytes in SQLite and 380 in PostgreSQL. In
//! [`MemoryStore`](crate::MemoryStore) it takes less than 200 bytes of heap beside 50 000 others or more, which
//! `tests/allocations.rs` pins.
