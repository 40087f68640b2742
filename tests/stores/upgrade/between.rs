//! Each version of the schema, with rows in whatever it has. Of some no release left a store behind, as they came and went within one
//! change: what one would have left is the dump of the version before, brought on by the migrations, which are never changed.

use grantor::storage::{FamilyId, ReplayKey, SessionKey};
use grantor::{
    AccessTokenStore, ClientId, ClientStore, KeyStore, PostgresStore, ReplayStore, SessionRecords, SqliteStore, TokenHash, issuer,
};
use sqlx::AssertSqlSafe;

use crate::common::START;
use crate::common::postgres::{Cluster, fresh_schema};

/// To a version of the schema from the one before: the migration, and rows that a store of that version has.
type Step = (usize, &'static str, &'static str);

const SQLITE: &[Step] = &[
    (2, include_str!("../../../src/storage/sqlite/masked_salts.sql"), ""),
    (3, include_str!("../../../src/storage/sqlite/schema_2.sql"), ""),
    (
        4,
        include_str!("../../../src/storage/sqlite/parents.sql"),
        "INSERT INTO families (id, family, issuer, client_id, subject, created_at, keep_until, details, parent)
             SELECT 1000, {child}, issuer, client_id, subject, created_at, keep_until, details, family FROM families
             WHERE id = (SELECT family FROM access_tokens WHERE hash = {access});
         INSERT INTO access_tokens (hash, issuer, family, generation, issued_at, expires_at)
             VALUES ({child_token}, 1, 1000, 0, 1700000000, 1700000600);",
    ),
    (
        5,
        include_str!("../../../src/storage/sqlite/replays.sql"),
        "INSERT INTO replays (hash, issuer, expires_at) VALUES ({replay}, 1, 1700000600);",
    ),
    (6, include_str!("../../../src/storage/sqlite/signing_keys.sql"), SIGNING_KEY),
    (
        7,
        include_str!("../../../src/storage/sqlite/outliving.sql"),
        "UPDATE families SET outliving = {outliving} WHERE id = (SELECT family FROM access_tokens WHERE hash = {access});",
    ),
    (
        8,
        include_str!("../../../src/storage/sqlite/schema_7.sql"),
        "INSERT INTO clients (issuer, client_id, record, unused_until)
             SELECT issuer, 'stranger', replace(record, '\"pub\"', '\"stranger\"'), 1700086400 FROM clients WHERE client_id = 'pub';
         INSERT INTO families (id, family, issuer, client_id, created_at, keep_until, details)
             SELECT 1001, {session}, 1, 'urn:grantor:session', created_at, keep_until, details FROM families
             WHERE id = (SELECT family FROM access_tokens WHERE hash = {access});
         INSERT INTO sessions (family, issuer, handle, subject, clients) VALUES (1001, 1, {handle}, 'username', '[\"pub\"]');
         INSERT INTO logout_notices (session, issuer, client_id, subject, due_at, expires_at)
             VALUES ({session}, 1, 'pub', 'username', 1700000000, 1700086400);",
    ),
    (9, include_str!("../../../src/storage/sqlite/deferred.sql"), ""),
];

const POSTGRES: &[Step] = &[
    (2, include_str!("../../../src/storage/postgres/sql/schema_2.sql"), ""),
    (
        3,
        include_str!("../../../src/storage/postgres/sql/schema_3.sql"),
        "INSERT INTO {schema}.families (issuer, family, client_id, subject, created_at, keep_until, details, ancestors)
             SELECT issuer, {child}, client_id, subject, created_at, keep_until, details, ARRAY[family] FROM {schema}.families
             WHERE family = (SELECT family FROM {schema}.access_tokens WHERE hash = {access});
         INSERT INTO {schema}.access_tokens (hash, issuer, family, generation, issued_at, expires_at)
             VALUES ({child_token}, 1, {child}, 0, 1700000000, 1700000600);",
    ),
    (
        4,
        include_str!("../../../src/storage/postgres/sql/schema_4.sql"),
        "INSERT INTO {schema}.replays (hash, issuer, expires_at) VALUES ({replay}, 1, 1700000600);",
    ),
    (5, include_str!("../../../src/storage/postgres/sql/schema_5.sql"), SIGNING_KEY),
    (
        6,
        include_str!("../../../src/storage/postgres/sql/schema_6.sql"),
        "UPDATE {schema}.families SET outliving = {outliving}
             WHERE family = (SELECT family FROM {schema}.access_tokens WHERE hash = {access});",
    ),
    (
        7,
        include_str!("../../../src/storage/postgres/sql/schema_7.sql"),
        "INSERT INTO {schema}.clients (issuer, client_id, record, unused_until)
             SELECT issuer, 'stranger', replace(record, '\"pub\"', '\"stranger\"'), 1700086400 FROM {schema}.clients
             WHERE client_id = 'pub';
         INSERT INTO {schema}.families (family, issuer, client_id, created_at, keep_until, details)
             SELECT {session}, 1, 'urn:grantor:session', created_at, keep_until, details FROM {schema}.families
             WHERE family = (SELECT family FROM {schema}.access_tokens WHERE hash = {access});
         INSERT INTO {schema}.sessions (family, issuer, handle, subject, clients)
             VALUES ({session}, 1, {handle}, convert_to('username', 'UTF8'), '{pub}');
         INSERT INTO {schema}.logout_notices (session, issuer, client_id, subject, due_at, expires_at)
             VALUES ({session}, 1, 'pub', convert_to('username', 'UTF8'), 1700000000, 1700086400);",
    ),
    (8, include_str!("../../../src/storage/postgres/sql/schema_8.sql"), ""),
];

const SIGNING_KEY: &str =
    "INSERT INTO {schema}.signing_keys (issuer, kid, algorithm, generation, announced_at, signs_from, signs_until, published_until,
                                        public, sealed, details)
         VALUES (1, 'kid', 'ES256', 0, 1700000000, 1700000000, 1707776000, 1709000000, '{\"kty\":\"EC\"}', {sealed}, '{\"v\":1}');";

const CHILD: [u8; 16] = [9; 16];
const SESSION: [u8; 16] = [8; 16];
const SEALED: [u8; 8] = [7; 8];

fn replay() -> ReplayKey {
    ReplayKey::new("dpop", "pub", "jti")
}

/// `literal` writes bytes as the database reads them.
fn fill(sql: &str, schema: &str, access: &str, literal: impl Fn(&str) -> String) -> String {
    let bytes = |bytes: &[u8]| literal(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    // One database knows no schemas.
    let sql = if schema.is_empty() { sql.replace("{schema}.", "") } else { sql.replace("{schema}", schema) };
    sql.replace("{access}", &bytes(TokenHash::of(access).as_bytes()))
        .replace("{child}", &bytes(&CHILD))
        .replace("{child_token}", &bytes(TokenHash::of("child").as_bytes()))
        .replace("{replay}", &bytes(replay().as_bytes()))
        .replace("{sealed}", &bytes(&SEALED))
        .replace("{session}", &bytes(&SESSION))
        .replace("{handle}", &bytes(TokenHash::of("handle").as_bytes()))
        .replace("{outliving}", "'{\"v\":1,\"generation\":0,\"since\":0,\"refreshed\":{\"https://api.example.com\":0}}'")
}

/// What brings a store of the version `from` to `version`, and then all rows that stores of that version have.
fn statements(steps: &[Step], from: usize, version: usize) -> String {
    let migrations = steps.iter().filter(|(to, ..)| (from + 1..=version).contains(to)).map(|(_, migration, _)| *migration);
    let rows = steps.iter().filter(|(to, ..)| *to <= version).map(|(.., rows)| *rows);
    migrations.chain(rows).collect::<Vec<_>>().join("\n")
}

/// Each kind of rows is there if the version of the store had a place for it.
async fn has_its_rows<S>(store: &S, access: &str, is_there: impl Fn(&str) -> bool)
where
    S: AccessTokenStore + ClientStore + KeyStore + ReplayStore + SessionRecords,
{
    let (issuer, later) = (issuer!("https://as.example.com"), START.saturating_add_secs(60));
    let child = store.family(&issuer, &FamilyId::from_bytes(CHILD), START).await.expect("an answer");
    let token = store.find_access_token(&issuer, &TokenHash::of("child"), START).await.expect("an answer");
    let of_access = store.find_access_token(&issuer, &TokenHash::of(access), START).await.expect("an answer").expect("a token");
    assert_eq!(child.and_then(|child| child.record.parent), is_there("parents").then_some(of_access.record.family));
    assert_eq!(token.is_some_and(|token| token.is_active(START)), is_there("parents"));
    let first = store.first_time(&issuer, &replay(), later, START).await.expect("an answer");
    assert_eq!(first, !is_there("replays"));
    let keys = store.keys(&issuer, START).await.expect("an answer");
    let keys: Vec<_> = keys.iter().map(|key| (key.kid.as_str(), key.sealed.as_bytes(), key.signs(START))).collect();
    assert_eq!(keys == [("kid", &SEALED[..], true)], is_there("signing_keys"), "{keys:?}");
    let family = store.family(&issuer, &of_access.record.family, START).await.expect("an answer").expect("a family");
    assert_eq!(family.state.outliving.is_some(), is_there("outliving"));
    let stranger = store.client(&issuer, "stranger").await.expect("an answer");
    assert_eq!(stranger.is_some_and(|client| client.id().as_str() == "stranger"), is_there("sessions"));
    let session = store.session(&issuer, SessionKey::Handle(TokenHash::of("handle")), START).await.expect("an answer");
    let clients = session.map(|session| session.clients);
    assert_eq!(clients, is_there("sessions").then(|| vec![ClientId::parse("pub").expect("an identifier")]));
    let notices = store.claim_notices(&issuer, 9, later, START).await.expect("an answer");
    assert_eq!(notices.iter().filter(|notice| notice.client_id.as_str() == "pub").count() == 1, is_there("sessions"));
}

/// Does a store of this version have the table or the column?
fn brought(steps: &[Step], version: usize, what: &str) -> bool {
    let brings = |rows: &str| match what {
        "parents" => rows.contains("{child}"),
        "sessions" => rows.contains("{session}"),
        other => rows.contains(other),
    };
    steps.iter().any(|(to, _, rows)| *to <= version && brings(rows))
}

/// The newest dump that is not newer.
fn dump(dumps: &[(usize, &'static str)], version: usize) -> (usize, &'static str) {
    *dumps.iter().filter(|(of, _)| *of <= version).max_by_key(|(of, _)| of).expect("a dump of the first version")
}

#[tokio::test]
async fn a_sqlite_file_of_each_version_with_rows_in_all_that_it_has() {
    let dumps = [1, 3, 8].into_iter().zip(super::SQLITE.iter().map(|(dump, _)| *dump)).collect::<Vec<_>>();
    let directory = tempfile::tempdir().expect("a directory");
    let schema_of = |path: &std::path::Path| -> Vec<(String, Option<String>)> {
        let connection = rusqlite::Connection::open(path).expect("a file");
        let columns =
            "SELECT m.name || '.' || coalesce(i.name, ''), i.type FROM sqlite_schema m, pragma_table_xinfo(m.name) i ORDER BY 1";
        let mut statement = connection.prepare(columns).expect("a statement");
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    };
    let fresh = directory.path().join("fresh.db");
    SqliteStore::open(&fresh).expect("a store").close().await;
    let newest: usize = SQLITE.last().expect("a step").0;
    for version in 1..=newest {
        let (of, dump) = dump(&dumps, version);
        let access = super::credentials(dump)["access"];
        let path = directory.path().join(format!("version-{version}.db"));
        let file = rusqlite::Connection::open(&path).expect("a file");
        file.execute_batch(dump).expect("an older store");
        let statements = fill(&statements(SQLITE, of, version), "", access, |hex| format!("X'{hex}'"));
        file.execute_batch(&statements).unwrap_or_else(|error| panic!("version {version}: {error}"));
        file.pragma_update(None, "user_version", i64::try_from(version).expect("a number")).expect("a version");
        drop(file);

        let store = SqliteStore::open(&path).unwrap_or_else(|error| panic!("version {version}: {error}"));
        has_its_rows(&store, access, |what| brought(SQLITE, version, what)).await;
        super::serves_what_was_there(store.clone(), (dump, of >= 3)).await;
        store.close().await;
        assert_eq!(schema_of(&path), schema_of(&fresh), "version {version}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_schema_of_each_version_with_rows_in_all_that_it_has() {
    let Some(cluster) = Cluster::shared() else { return };
    let pool = cluster.pool().await;
    let dumps = [1, 2, 7].into_iter().zip(super::POSTGRES.iter().map(|(dump, _)| *dump)).collect::<Vec<_>>();
    let schema_of = async |schema: &str| -> Vec<(String, String)> {
        let columns = "SELECT table_name || '.' || column_name, data_type || is_nullable FROM information_schema.columns
                       WHERE table_schema = $1
                       UNION ALL SELECT indexname, replace(indexdef, $1, '') FROM pg_indexes WHERE schemaname = $1 ORDER BY 1";
        sqlx::query_as(columns).bind(schema.to_owned()).fetch_all(&pool).await.expect("rows")
    };
    let fresh = fresh_schema();
    PostgresStore::open_in(pool.clone(), &fresh).await.expect("a store");
    let newest = POSTGRES.last().expect("a step").0;
    for version in 1..=newest {
        let (of, dump) = dump(&dumps, version);
        let (access, schema) = (super::credentials(dump)["access"], fresh_schema());
        let statements =
            format!("{dump}\n{}\nUPDATE {{schema}}.schema_version SET version = {version};", statements(POSTGRES, of, version));
        let statements = fill(&statements, &schema, access, |hex| format!("'\\x{hex}'::bytea"));
        let made = sqlx::raw_sql(AssertSqlSafe(statements)).execute(&pool).await;
        made.unwrap_or_else(|error| panic!("version {version}: {error}"));

        let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
        has_its_rows(&store, access, |what| brought(POSTGRES, version, what)).await;
        super::serves_what_was_there(store, (dump, of >= 2)).await;
        assert_eq!(schema_of(&schema).await, schema_of(&fresh).await, "version {version}");
    }
}
