//! The stores that are measured, each with a way past it: to fill its tables quickly, and to see how large they are.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use grantor::{PostgresStore, SqliteStore, TokenHash};
use rand::Rng as _;
use rusqlite::Connection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};
use tempfile::TempDir;

use crate::cluster::{Cluster, fresh_schema};
use crate::load::runtime;

/// What a row says, as the server writes it for a client and for a person.
pub const CLIENT_DETAILS: &str = r#"{"v":1,"scope":"read"}"#;
const PERSON_DETAILS: &str = r#"{"v":1,"subject":"somebody","scope":"read write"}"#;

/// The token of a row with which a store was filled; the store keeps its hash. Begins with a moment, as those of the library do: a
/// thousand tokens have the same.
pub fn token(number: u64) -> String {
    format!("{:04x}bench-token-{number:031}", number / 1_000)
}

/// A random key that begins with this second, as those of the library do.
pub fn random_key<const N: usize>(now: u64) -> [u8; N] {
    let mut key = [0; N];
    rand::rng().fill_bytes(&mut key);
    key[..3].copy_from_slice(&now.to_be_bytes()[5..]);
    key
}

/// Families with one token each, that begin now and end one after the other, a thousand in a second.
#[derive(Debug, Clone, Copy)]
pub struct Fill {
    pub families: u64,
    /// Is every second one of a person, with a refresh token instead of an access token?
    pub with_people: bool,
    /// When the first of them ends.
    pub expires_at: u64,
}

impl Fill {
    pub fn live(families: u64, with_people: bool) -> Self {
        Self { families, with_people, expires_at: now() + 86_400 }
    }

    pub fn expired(families: u64) -> Self {
        Self { families, with_people: false, expires_at: now() - 1 - families / 1_000 }
    }

    const fn is_of_person(&self, number: u64) -> bool {
        self.with_people && number % 2 == 1
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right").as_secs()
}

/// What can be filled and weighed. The server has registered its client before, so the issuer has the number 1.
pub trait Tables {
    fn fill(&self, fill: Fill);
    /// Everything that it takes on the disk, indexes included.
    fn bytes(&self) -> u64;
}

#[derive(Clone)]
pub struct Sqlite {
    pub store: SqliteStore,
    pub path: PathBuf,
}

impl Sqlite {
    pub fn open(folder: &TempDir, name: &str) -> Self {
        let path = folder.path().join(name);
        Self { store: SqliteStore::open(&path).expect("a store"), path }
    }
}

impl Tables for Sqlite {
    fn fill(&self, fill: Fill) {
        let mut connection = Connection::open(&self.path).expect("the file");
        // Nobody asks this connection whether it is on the disk; the store's own ones sync what they commit.
        connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576;").expect("settings");
        let transaction = connection.transaction().expect("a transaction");
        {
            let prepare = |sql: &str| transaction.prepare(sql).expect("a statement");
            let mut families = prepare(
                "INSERT INTO families (family, issuer, client_id, subject, created_at, keep_until, details)
                 VALUES (?1, 1, 'client', ?2, ?3, ?4, ?5)",
            );
            let values = "(hash, issuer, family, generation, issued_at, expires_at) VALUES (?1, 1, ?2, 0, ?3, ?4)";
            let mut access_tokens = prepare(&format!("INSERT INTO access_tokens {values}"));
            let mut refresh_tokens = prepare(&format!("INSERT INTO refresh_tokens {values}"));
            let created_at = now().cast_signed();
            for number in 0..fill.families {
                let expires_at = (fill.expires_at + number / 1_000).cast_signed();
                let hash = TokenHash::of(&token(number));
                let hash = hash.as_bytes().as_slice();
                let of_person = fill.is_of_person(number);
                let (details, subject) = match of_person {
                    true => (PERSON_DETAILS, Some(format!("person-{number}"))),
                    false => (CLIENT_DETAILS, None),
                };
                let family = families.insert((&hash[..16], subject, created_at, expires_at, details)).expect("a family");
                let tokens = if of_person { &mut refresh_tokens } else { &mut access_tokens };
                tokens.execute((hash, family, created_at, expires_at)).expect("a token");
            }
        }
        transaction.commit().expect("a commit");
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).expect("a checkpoint");
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(&self.path).expect("the file").len()
    }
}

#[derive(Clone)]
pub struct Postgres {
    pub store: PostgresStore,
    pub pool: PgPool,
    pub schema: String,
}

/// The cluster of this process: synced, with memory for the indexes of 10^6 tokens as a server of its own would have.
static CLUSTER: OnceLock<Option<Mutex<Option<Cluster>>>> = OnceLock::new();

fn start_cluster() -> Option<Mutex<Option<Cluster>>> {
    let settings = ["fsync=on", "synchronous_commit=on", "shared_buffers=1GB", "max_wal_size=2GB", "max_connections=200"];
    let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["-c", setting]).collect();
    Some(Mutex::new(Some(Cluster::start(&arguments)?)))
}

pub fn end_cluster() {
    if let Some(Some(cluster)) = CLUSTER.get() {
        drop(cluster.lock().expect("no panic").take());
    }
}

/// Where the cluster answers; `None` if PostgreSQL is not installed.
pub fn cluster_url() -> Option<String> {
    let cluster = CLUSTER.get_or_init(start_cluster).as_ref()?;
    Some(cluster.lock().expect("no panic").as_ref()?.url())
}

impl Postgres {
    /// A store with tables of its own, and a pool of so many connections.
    pub fn open(connections: u32) -> Option<Self> {
        let (url, schema) = (cluster_url()?, fresh_schema());
        runtime().block_on(async {
            let options = PostgresStore::pool_options().min_connections(connections).max_connections(connections);
            let pool = options.acquire_timeout(Duration::from_secs(5)).connect(&url).await.expect("a pool");
            let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
            Some(Self { store, pool, schema })
        })
    }

    pub fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.replace("{schema}", &self.schema));
        // Not one of the pool's, which the database gives no longer than a request may take.
        let done = async { PgConnection::connect_with(&self.pool.connect_options()).await?.execute(sqlx::raw_sql(sql)).await };
        runtime().block_on(done).expect("a statement");
    }
}

impl Tables for Postgres {
    fn fill(&self, fill: Fill) {
        let Fill { families, with_people, expires_at } = fill;
        let (people, now) = (if with_people { "i % 2 = 1" } else { "false" }, now());
        let rows = format!(
            "CREATE TEMPORARY VIEW filled AS SELECT i, {people} AS person, {expires_at} + i / 1000 AS ends,
             convert_to(moment, 'UTF8') || substr(sha256(convert_to(moment || 'bench-token-' || lpad(i::text, 31, '0'), 'UTF8')), 5) AS hash
             FROM (SELECT i, lpad(to_hex(i / 1000), 4, '0') AS moment FROM generate_series(0, {families} - 1) i) AS numbers;"
        );
        let insert = format!(
            "INSERT INTO {{schema}}.families (issuer, family, client_id, subject, created_at, keep_until, details)
             SELECT 1, substr(hash, 1, 16), 'client', CASE WHEN person THEN convert_to('person-' || i, 'UTF8') END, {now}, ends,
             CASE WHEN person THEN '{PERSON_DETAILS}' ELSE '{CLIENT_DETAILS}' END FROM filled;
             INSERT INTO {{schema}}.access_tokens (issuer, hash, family, generation, issued_at, expires_at)
             SELECT 1, hash, substr(hash, 1, 16), 0, {now}, ends FROM filled WHERE NOT person;
             INSERT INTO {{schema}}.refresh_tokens (issuer, hash, family, generation, issued_at, expires_at)
             SELECT 1, hash, substr(hash, 1, 16), 0, {now}, ends FROM filled WHERE person;
             DROP VIEW filled"
        );
        self.execute(&format!("{rows}{insert}"));
        // Not in a transaction, as the statements of one message are.
        ["families", "access_tokens", "refresh_tokens"]
            .iter()
            .for_each(|table| self.execute(&format!("VACUUM ANALYZE {{schema}}.{table}")));
        self.execute("CHECKPOINT");
    }

    fn bytes(&self) -> u64 {
        let sql = format!(
            "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
             WHERE relkind = 'r' AND relnamespace = '{}'::regnamespace",
            self.schema
        );
        let bytes: i64 = runtime().block_on(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool)).expect("a size");
        bytes.cast_unsigned()
    }
}
