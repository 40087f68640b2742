//! SQLite under 64 callers beside a bare loop that inserts the same rows in transactions of the size that the store reached.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::load::{CALLERS, Operation, Target, run};
use crate::per_second;
use crate::stores::{CLIENT_DETAILS, Sqlite, now, random_key};

const REQUESTS: usize = 8_000;
const ROUNDS: usize = 15;

pub fn compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = Sqlite::open(&folder, "ours.db");
    let target = Arc::new(Target::new(ours.store.clone()));
    let theirs = Sqlite::open(&folder, "loop.db");
    // Registers the same client, and closes the file.
    drop(Target::new(theirs.store.clone()));
    let Sqlite { store, path } = theirs;
    drop(store);
    let bare = BareLoop::open(&path);

    // Together: SQLite folds its log into the file now and then, in a round of the one or of the other.
    let (mut ours_took, mut bare_took) = (Duration::ZERO, Duration::ZERO);
    // The first round warms both up.
    for round in 0..=ROUNDS {
        let before = commits(&ours.path);
        let elapsed = run(&target, Operation::ClientCredentials, CALLERS, REQUESTS);
        let group = (REQUESTS as f64 / f64::from(commits(&ours.path).wrapping_sub(before))).round().max(1.0) as usize;
        let bare_elapsed = bare.insert(REQUESTS, group);
        let (reached, limit) = (per_second(REQUESTS, elapsed), per_second(REQUESTS, bare_elapsed));
        println!("{reached:.0} requests/s in groups of {group}; bare loop {limit:.0}/s; {:.2}", reached / limit);
        if round > 0 {
            ours_took += elapsed;
            bare_took += bare_elapsed;
        }
    }
    bare.assert_same_rows(&ours.path);
    let ratio = bare_took.as_secs_f64() / ours_took.as_secs_f64();
    println!("SQLite, {CALLERS} callers / bare loop: {ratio:.2} ({ROUNDS} rounds in turns, together)");
}

/// How many transactions were committed, modulo 2^32: `iChange` in the header of the index of the write-ahead log
/// (<https://www.sqlite.org/walformat.html>, section 2.1.1).
fn commits(path: &Path) -> u32 {
    let mut shared = PathBuf::from(path).into_os_string();
    shared.push("-shm");
    let mut file = File::open(shared).expect("the index of the write-ahead log");
    let mut counter = [0; 4];
    file.seek(SeekFrom::Start(8)).and_then(|_| file.read_exact(&mut counter)).expect("its header");
    u32::from_ne_bytes(counter)
}

struct BareLoop(Connection);

impl BareLoop {
    /// No more than durability and the store's cache: neither foreign keys nor the erasure of what is deleted.
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("the file");
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;").expect("settings");
        Self(connection)
    }

    fn insert(&self, requests: usize, group: usize) -> Duration {
        const FAMILY: &str = "INSERT INTO families (family, issuer, client_id, subject, created_at, keep_until, details)
             VALUES (?1, 1, 'client', NULL, ?2, ?3, ?4)";
        const TOKEN: &str = "INSERT INTO access_tokens (hash, issuer, family, generation, issued_at, expires_at, details)
             VALUES (?1, 1, ?2, 0, ?3, ?4, NULL)";
        let start = Instant::now();
        let mut left = requests;
        while left > 0 {
            let count = group.min(left);
            left -= count;
            self.0.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
            for _ in 0..count {
                // As the store sees it: what begins and ends together lies together in the indexes.
                let (id, hash) = (random_key::<16>(now()), random_key::<32>(now()));
                let now = now().cast_signed();
                let end = now + 3_600;
                let mut families = self.0.prepare_cached(FAMILY).expect("a statement");
                let family = families.insert((id, now, end, CLIENT_DETAILS)).expect("a family");
                self.0.prepare_cached(TOKEN).expect("a statement").execute((hash, family, now, end)).expect("a token");
            }
            self.0.execute_batch("COMMIT").expect("a commit");
        }
        start.elapsed()
    }

    /// The loop has inserted as many rows as the store, and rows as wide.
    fn assert_same_rows(&self, ours: &Path) {
        let ours = Connection::open(ours).expect("the file");
        let look = |connection: &Connection| {
            let sql = "SELECT count(*), sum(length(details)), sum(length(client_id)), sum(length(family)),
                (SELECT count(*) || ' ' || sum(length(hash)) || ' ' || count(details) FROM access_tokens) FROM families";
            let read = |row: &rusqlite::Row<'_>| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, i64>(3)?,
                    row.get::<_, String>(4)?,
                ))
            };
            connection.query_row(sql, (), read).expect("sums")
        };
        assert_eq!(look(&self.0), look(&ours));
    }
}
