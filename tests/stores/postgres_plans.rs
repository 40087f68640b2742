//! What PostgreSQL touches for a statement of the store, as it says itself.

use grantor::storage::{Holder, PurgeExpired as _};
use grantor::{AuthorizationRecords as _, ClientId, PostgresStore, Timestamp};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{self, fixture_on};

/// The parts of a plan, each with its own.
fn parts(plan: &Value) -> Vec<&Value> {
    let below = plan["Plans"].as_array().into_iter().flatten().flat_map(parts);
    std::iter::once(plan).chain(below).collect()
}

/// The only prepared statement of this connection that contains the text.
async fn prepared(connection: &mut PgConnection, text: &str) -> String {
    let names = "SELECT name FROM pg_prepared_statements WHERE strpos(statement, $1) > 0 AND strpos(statement, 'prepared') = 0";
    sqlx::query_scalar(names).bind(text).fetch_one(connection).await.expect("it was run here")
}

#[tokio::test]
async fn revoking_a_family_touches_its_row_alone_whatever_is_in_it() {
    let Some(cluster) = Cluster::shared() else { return };
    let pool = PostgresStore::pool_options().max_connections(1).connect(&cluster.url()).await.expect("a pool");
    let schema = fresh_schema();
    let peer = fixture_on(PostgresStore::open_in(pool.clone(), &schema).await.expect("a store"), 0).await;
    let (_, refresh_token) = peer.tokens().await;
    let answer = peer.post("/revoke", None, &[("token", &refresh_token), ("client_id", "pub")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    let mut connection = pool.acquire().await.expect("the connection that did it");
    let rows = format!(
        "INSERT INTO {schema}.families (issuer, family, client_id, created_at, keep_until, details)
         SELECT 1, int8send(i) || int8send(i), 'c', 0, 9, '' FROM generate_series(1, 20000) i;
         INSERT INTO {schema}.access_tokens (issuer, hash, family, generation, issued_at, expires_at)
         SELECT 1, int8send(i), int8send(2) || int8send(2), 0, 0, 9 FROM generate_series(1, 20000) i;
         ANALYZE {schema}.families, {schema}.access_tokens, {schema}.issuers"
    );
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut *connection).await.expect("rows");
    let name = prepared(&mut connection, "families SET revoked = true, salt = NULL, retry_until = NULL\n    WHERE").await;
    let issuer: String = sqlx::query_scalar(AssertSqlSafe(format!("SELECT url FROM {schema}.issuers")))
        .fetch_one(&mut *connection)
        .await
        .expect("the issuer");

    let mut blocks = Vec::new();
    // Of the first there is nothing but the family; the second has 20 000 tokens.
    for family in [1, 2] {
        let key = format!("int8send({family}) || int8send({family})");
        let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name} ('{issuer}', {key})");
        let row = sqlx::query(AssertSqlSafe(explain)).fetch_one(&mut *connection).await.expect("a plan");
        let plan: Value = serde_json::from_str(row.try_get_unchecked(0).expect("a text")).expect("JSON");
        let plan = &plan[0]["Plan"];
        let touched: Vec<_> = parts(plan)
            .iter()
            .filter(|part| part["Parent Relationship"] != "InitPlan")
            .map(|part| (part["Node Type"].clone(), part["Relation Name"].clone(), part["Index Name"].clone()))
            .collect();
        let expected = [
            ("ModifyTable".into(), "families".into(), Value::Null),
            ("Index Scan".into(), "families".into(), "families_pkey".into()),
        ];
        assert_eq!(touched, expected, "{plan:#}");
        let found = &plan["Plans"].as_array().expect("parts").last().expect("the look-up")["Actual Rows"];
        assert_eq!(found.as_f64(), Some(1.0), "{plan:#}");
        blocks.push(plan["Shared Hit Blocks"].as_u64().expect("a count") + plan["Shared Read Blocks"].as_u64().expect("a count"));
    }
    println!("pages touched: {blocks:?}");
    assert!(blocks.iter().all(|blocks| *blocks < 40), "{blocks:?}");
}

/// How often each part of a plan was run that looks at families by their key; and how many pages were touched.
async fn looked_at(connection: &mut PgConnection, execute: &str) -> (Vec<u64>, u64) {
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {execute}");
    let row = sqlx::query(AssertSqlSafe(explain)).fetch_one(&mut *connection).await.expect("a plan");
    let plan: Value = serde_json::from_str(row.try_get_unchecked(0).expect("a text")).expect("JSON");
    let plan = &plan[0]["Plan"];
    let of_families = parts(plan).into_iter().filter(|part| part["Relation Name"] == "families");
    let by_key = of_families.filter(|part| part["Node Type"].as_str().is_some_and(|kind| kind.ends_with("Scan")));
    let found: Vec<_> = by_key.collect();
    assert!(found.iter().all(|part| part["Index Name"] == "families_pkey"), "{plan:#}");
    let pages = plan["Shared Hit Blocks"].as_u64().expect("a count") + plan["Shared Read Blocks"].as_u64().expect("a count");
    (found.iter().map(|part| part["Actual Loops"].as_u64().expect("a count")).collect(), pages)
}

/// What descends from nothing pays nothing for those that do: nobody looks for ancestors. And each ancestor is found by its key.
#[tokio::test]
async fn ancestors_are_looked_at_where_there_are_any() {
    let Some(cluster) = Cluster::shared() else { return };
    let pool = PostgresStore::pool_options().max_connections(1).connect(&cluster.url()).await.expect("a pool");
    let schema = fresh_schema();
    let peer = fixture_on(PostgresStore::open_in(pool.clone(), &schema).await.expect("a store"), 0).await;
    let (access_token, refresh_token) = peer.tokens().await;
    assert!(peer.is_active(&access_token).await);
    peer.refresh(&refresh_token).await.assert_ok();

    let mut connection = pool.acquire().await.expect("the connection that did it");
    let issuer: String = sqlx::query_scalar(AssertSqlSafe(format!("SELECT url FROM {schema}.issuers")))
        .fetch_one(&mut *connection)
        .await
        .expect("the issuer");
    // Each of 1 to 8 descends from all before it; each has a token and a code.
    let rows = format!(
        "INSERT INTO {schema}.families (issuer, family, client_id, created_at, keep_until, details, ancestors)
         SELECT 1, int8send(i), 'c', 0, 9, '', CASE WHEN i BETWEEN 2 AND 9 THEN ARRAY(SELECT int8send(j) FROM generate_series(1, i - 1) j) END
         FROM generate_series(1, 20000) i;
         INSERT INTO {schema}.access_tokens (issuer, hash, family, generation, issued_at, expires_at)
         SELECT 1, int8send(i), int8send(i), 0, 0, 9 FROM generate_series(1, 20000) i;
         INSERT INTO {schema}.refresh_tokens (issuer, hash, family, generation, issued_at, expires_at)
         SELECT 1, int8send(i), int8send(i), 0, 0, 9 FROM generate_series(1, 20000) i;
         INSERT INTO {schema}.codes (issuer, hash, family, expires_at, details)
         SELECT 1, int8send(i), int8send(i), 9, '' FROM generate_series(1, 20000) i;
         ANALYZE"
    );
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut *connection).await.expect("rows");

    let find = prepared(&mut connection, "access_tokens t JOIN").await;
    let execute = |id: u64| format!("{find} ('{issuer}', int8send({id}), 1)");
    let (alone, pages_alone) = looked_at(&mut connection, &execute(10_000)).await;
    let (in_a_chain, pages_in_a_chain) = looked_at(&mut connection, &execute(9)).await;
    println!("a token is found: {alone:?}, {pages_alone} pages; in a chain {in_a_chain:?}, {pages_in_a_chain} pages");
    assert_eq!((alone.iter().sum::<u64>(), in_a_chain.iter().sum::<u64>()), (1, 2));
    // A path of three pages for each.
    assert!(pages_in_a_chain <= pages_alone + 8 * 3, "{pages_in_a_chain}");

    let nothing = ", NULL".repeat(13);
    let redeem = prepared(&mut connection, "WHEN redeemed THEN 'replayed'").await;
    let rotate = prepared(&mut connection, "THEN 'mismatched'").await;
    let statements = [
        ("a code is redeemed", format!("{redeem} ('{issuer}', 1000{nothing}, int8send(ID), 1, NULL, NULL, 5)")),
        (
            "a token is rotated",
            format!("{rotate} ('{issuer}', 1000{nothing}, int8send(ID), 1, int8send(ID), 0, NULL, NULL, NULL, 0, 5, NULL)"),
        ),
    ];
    for (what, statement) in statements {
        let (alone, pages_alone) = looked_at(&mut connection, &statement.replace("ID", "10001")).await;
        let (in_a_chain, pages_in_a_chain) = looked_at(&mut connection, &statement.replace("ID", "9")).await;
        println!("{what}: {alone:?}, {pages_alone} pages; in a chain {in_a_chain:?}, {pages_in_a_chain} pages");
        assert!(alone.iter().sum::<u64>() < in_a_chain.iter().sum(), "{alone:?} {in_a_chain:?}");
        assert!(pages_alone < 80 && pages_in_a_chain < 300, "{pages_alone} {pages_in_a_chain}");
    }
}

/// A page of a person's is found by their index, however many others have, and one of a client's looks at a portion.
#[tokio::test]
async fn a_page_of_authorizations_does_not_look_at_those_of_everybody() {
    let Some(cluster) = Cluster::shared() else { return };
    let pool = PostgresStore::pool_options().max_connections(1).connect(&cluster.url()).await.expect("a pool");
    let schema = fresh_schema();
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    let mut connection = pool.acquire().await.expect("a connection");
    let details = r#"{"v":1,"scope":""}"#;
    let rows = format!(
        "INSERT INTO {schema}.issuers (url) VALUES ('https://as.example.com');
         INSERT INTO {schema}.families (issuer, family, client_id, subject, created_at, keep_until, details)
         SELECT 1, int8send(i) || int8send(i), 'app', CASE WHEN i % 4000 = 0 THEN 'alice' ELSE 'bob' END::bytea, 0, 9, '{details}'
         FROM generate_series(1, 20000) i;
         ANALYZE {schema}.families, {schema}.issuers"
    );
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut *connection).await.expect("rows");
    drop(connection);
    let (issuer, now) = (grantor::issuer!("https://as.example.com"), Timestamp::from_unix(1));
    let (alice, app) = (common::subject("alice"), ClientId::parse("app").expect("an identifier"));
    let page = store.list_authorizations(&issuer, Holder::Subject(&alice), None, 3, now).await.expect("a page");
    assert_eq!((page.authorizations.len(), page.next.is_some()), (3, true));
    let page = store.list_authorizations(&issuer, Holder::Client(&app), None, 5_000, now).await.expect("a page");
    assert_eq!((page.authorizations.len(), page.next.is_some()), (1_000, true));

    let mut connection = pool.acquire().await.expect("the connection that did it");
    let values = "'https://as.example.com', '\\x00'";
    for (text, execute, most) in [
        ("WITH theirs AS", format!("({values}, 4, 1, 'alice')"), 5.0),
        ("AND f.client_id", format!("({values}, 5001, 1, 'app', int8send(1000) || int8send(1000))"), 1_000.0),
    ] {
        let name = prepared(&mut connection, text).await;
        let explain = format!("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {name} {execute}");
        let row = sqlx::query(AssertSqlSafe(explain)).fetch_one(&mut *connection).await.expect("a plan");
        let plan: Value = serde_json::from_str(row.try_get_unchecked(0).expect("a text")).expect("JSON");
        let plan = &plan[0]["Plan"];
        let of_families: Vec<_> = parts(plan).into_iter().filter(|part| part["Relation Name"] == "families").collect();
        assert!(!of_families.is_empty(), "{plan:#}");
        for part in of_families {
            let looked = part["Actual Rows"].as_f64().unwrap_or(0.0) + part["Rows Removed by Filter"].as_f64().unwrap_or(0.0);
            assert!(looked <= most && part["Node Type"] != "Seq Scan", "{plan:#}");
        }
    }
}

#[tokio::test]
async fn a_portion_of_a_purge_does_not_look_at_what_the_portions_before_have_removed() {
    let Some(cluster) = Cluster::shared() else { return };
    let pool = PostgresStore::pool_options().max_connections(1).connect(&cluster.url()).await.expect("a pool");
    let schema = fresh_schema();
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    assert_eq!(store.purge_expired(Timestamp::from_unix(1)).await.expect("nothing to do"), 0);
    let mut connection = pool.acquire().await.expect("the connection that did it");
    // One family in a thousand has a code.
    let codes = format!(
        "INSERT INTO {schema}.issuers (url) VALUES ('https://as.example.com');
         ALTER TABLE {schema}.codes SET (autovacuum_enabled = off);
         INSERT INTO {schema}.codes (issuer, hash, family, expires_at, redeemed, details)
         SELECT 1, int8send(i), int8send(i), 0, true, '' FROM generate_series(1, 100000, 1000) i;
         ANALYZE {schema}.codes"
    );
    sqlx::raw_sql(AssertSqlSafe(codes)).execute(&mut *connection).await.expect("codes");
    let tables = [
        ("access_tokens", "(issuer, hash, family, generation, issued_at, expires_at) SELECT 1, int8send(i), '', 0, 0, i"),
        ("families", "(issuer, family, client_id, created_at, details, keep_until) SELECT 1, int8send(i), 'c', 0, '', i"),
    ];
    for (table, columns) in tables {
        let end = if table == "families" { "keep_until" } else { "expires_at" };
        let rows = format!(
            "ALTER TABLE {schema}.{table} SET (autovacuum_enabled = off);
             INSERT INTO {schema}.{table} {columns} FROM generate_series(1, 100000) i;
             ANALYZE {schema}.{table};
             DELETE FROM {schema}.{table} WHERE {end} <= 50000"
        );
        sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut *connection).await.expect("rows");
        let name = prepared(&mut connection, &format!("{table} WHERE ctid")).await;
        let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name} (200000, 100, 50000)");
        let row = sqlx::query(AssertSqlSafe(explain)).fetch_one(&mut *connection).await.expect("a plan");
        let plan: Value = serde_json::from_str(row.try_get_unchecked(0).expect("a text")).expect("JSON");
        let plan = &plan[0]["Plan"];
        let removal = |part: &&&Value| part["Node Type"] == "ModifyTable" && part["Relation Name"] == table;
        let removed = parts(plan).iter().find(removal).expect("a removal")["Actual Rows"].as_f64();
        assert_eq!(removed, Some(100.0), "{plan:#}");
        let pages = plan["Shared Hit Blocks"].as_u64().expect("a count") + plan["Shared Read Blocks"].as_u64().expect("a count");
        println!("{table}: {pages} pages touched");
        assert!(pages < 700, "{table}: {pages} pages for 100 rows: {plan:#}");
    }
}
