//! What `PostgresStore::inspect` compares a database with is what the migrations make. After a new migration `GRANTOR_BLESS=1` writes it.

mod common;

use std::{env, fs};

use common::postgres::{Cluster, fresh_schema};
use grantor::PostgresStore;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

const FILE: &str = "src/storage/postgres/sql/schema.txt";

#[tokio::test]
async fn what_a_schema_is_compared_with_is_what_the_migrations_make() {
    let Some(cluster) = Cluster::shared() else { return };
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    let columns = "SELECT table_name::text, column_name::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
            CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
        FROM information_schema.columns JOIN pg_catalog.pg_attribute a
            ON a.attname = column_name AND a.attrelid = (quote_ident(table_schema) || '.' || table_name)::regclass
        WHERE table_schema = $1";
    let indexes = "SELECT indexname::text, tablename::text, CASE WHEN indexdef LIKE 'CREATE UNIQUE%' THEN 'unique ' ELSE '' END
        FROM pg_catalog.pg_indexes WHERE schemaname = $1";
    let text = |row: &PgRow, column: usize| row.get::<String, _>(column);
    let columns = sqlx::query(columns).bind(&schema).fetch_all(&pool).await.expect("columns");
    let columns = columns.iter().map(|row| format!("column {}.{} {}{}", text(row, 0), text(row, 1), text(row, 2), text(row, 3)));
    let indexes = sqlx::query(indexes).bind(&schema).fetch_all(&pool).await.expect("indexes");
    let indexes = indexes.iter().map(|row| format!("{}index {} on {}", text(row, 2), text(row, 0), text(row, 1)));
    let mut lines: Vec<_> = columns.chain(indexes).collect();
    lines.sort();
    let made = lines.join("\n") + "\n";
    if env::var_os("GRANTOR_BLESS").is_some() {
        fs::write(FILE, &made).expect("the file");
    }
    assert_eq!(fs::read_to_string(FILE).expect("the file"), made, "GRANTOR_BLESS=1 writes it");

    let found = PostgresStore::inspect(&pool, &schema, None).await.expect("a schema");
    assert_eq!((found.version, found.is_served, found.deviations), (Some(found.known), true, Vec::new()));
}
