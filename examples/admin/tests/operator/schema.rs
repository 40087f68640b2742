//! A store whose schema is another one is told so, and stays what it is.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::place::{in_a_database, in_a_file};
use crate::postgres::{Cluster, fresh_schema};
use crate::tool::{Said, Tool, missing};

#[track_caller]
fn checked(said: &Said, status: &str) -> Value {
    let told = said.json();
    assert_eq!(told["status"], status, "{said:?}");
    if matches!(status, "ok" | "later_and_served") {
        assert_eq!((said.code, said.err.as_str()), (0, ""));
    } else {
        assert!(said.failed(5, "schema").contains(status), "{said:?}");
    }
    told
}

/// The versions that a migration said it makes.
fn made(said: &Said) -> Vec<u64> {
    said.lines().iter().filter_map(|line| line["progress"]["making"].as_u64()).collect()
}

/// What an operator does with a store of an earlier release: nothing but migrate it.
fn upgraded(tool: &Tool, from: u64) {
    let known = checked(&tool.run(&["schema", "check"]), "older")["known"].as_u64().expect("a version");
    for command in [&["client", "list"][..], &["purge"], &["key", "list"]] {
        let words = tool.fails(5, "schema", command);
        assert!(words.contains(&format!("schema version {from}")) && words.contains("schema migrate"), "{words}");
    }
    checked(&tool.run(&["schema", "check"]), "older");
    let said = tool.run(&["schema", "migrate"]);
    assert_eq!(said.json(), json!({"from": from, "to": known, "migrated": true}));
    assert_eq!(made(&said), (from + 1..=known).collect::<Vec<_>>());
    checked(&tool.run(&["schema", "check"]), "ok");
    assert_eq!(tool.done(&["schema", "migrate"]), json!({"from": known, "to": known, "migrated": false}));
    let clients = tool.done(&["client", "list"]);
    assert!(!clients["clients"].as_array().expect("a list").is_empty(), "{clients}");
}

#[test]
fn a_file_of_an_earlier_release_is_brought_up_to_date_when_somebody_says_so() {
    for (from, dump) in [
        (1, include_str!("../../../../tests/fixtures/version_1.sqlite.sql")),
        (8, include_str!("../../../../tests/fixtures/version_8.sqlite.sql")),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.db");
        Connection::open(&path).expect("a file").execute_batch(dump).expect("an older store");
        upgraded(&Tool::on(format!("sqlite:{}", path.display()), "grantor".to_owned()), from);
    }
}

#[tokio::test]
async fn a_database_of_an_earlier_release_is_brought_up_to_date_when_somebody_says_so() {
    let Some(cluster) = Cluster::shared() else { return };
    let pool = cluster.pool().await;
    for (from, dump) in [
        (1, include_str!("../../../../tests/fixtures/version_1.postgres.sql")),
        (7, include_str!("../../../../tests/fixtures/version_7.postgres.sql")),
    ] {
        let schema = fresh_schema();
        sqlx::raw_sql(AssertSqlSafe(dump.replace("{schema}", &schema))).execute(&pool).await.expect("an older store");
        upgraded(&Tool::on(cluster.url(), schema), from);
    }
}

#[tokio::test]
async fn a_schema_that_is_later_or_damaged_is_told_so() {
    let (store, tool, directory) = in_a_file();
    checked(&tool.run(&["schema", "check"]), "ok");
    store.close().await;
    let file = Connection::open(directory.path().join("auth.db")).expect("the file");
    file.execute_batch("DROP INDEX families_of_subject").expect("a change");
    let told = checked(&tool.run(&["schema", "check"]), "damaged");
    assert_eq!(told["deviations"], json!(["index families_of_subject"]));
    file.pragma_update(None, "user_version", 4_711).expect("a change");
    assert_eq!(checked(&tool.run(&["schema", "check"]), "later")["version"], 4_711);
    for command in [&["client", "list"][..], &["schema", "migrate"], &["purge"]] {
        assert_ne!(tool.run(command).code, 0, "{command:?}");
    }

    let Some((_, tool, pool)) = in_a_database().await else { return };
    let change = async |sql: String| {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.expect("a change");
    };
    let schema = &tool.schema;
    checked(&tool.run(&["schema", "check"]), "ok");
    change(format!("DROP INDEX {schema}.families_of_subject; ALTER TABLE {schema}.codes ALTER COLUMN details DROP NOT NULL"))
        .await;
    let told = checked(&tool.run(&["schema", "check"]), "damaged");
    assert_eq!(told["deviations"], json!(["column codes.details text not null", "index families_of_subject on families"]));
    change(format!("UPDATE {schema}.schema_version SET version = 4711, compatible_from = 1")).await;
    checked(&tool.run(&["schema", "check"]), "later_and_served");
    tool.done(&["client", "list"]);
    change(format!("UPDATE {schema}.schema_version SET compatible_from = 4711")).await;
    checked(&tool.run(&["schema", "check"]), "later");
    tool.fails(5, "schema", &["client", "list"]);
}

#[tokio::test]
async fn what_is_no_store_is_told_so_and_nothing_is_made_of_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let on = |path: &std::path::Path| Tool::on(format!("sqlite:{}", path.display()), "grantor".to_owned());
    let missing = missing(&directory);
    for command in [&["schema", "check"][..], &["client", "list"], &["purge"], &["schema", "migrate"]] {
        on(&missing).fails(5, "schema", command);
    }
    assert!(!missing.exists());
    let said = on(&missing).run(&["schema", "migrate", "--create"]);
    assert_eq!(said.json()["from"], Value::Null);
    assert_eq!(made(&said).first(), Some(&1));
    checked(&on(&missing).run(&["schema", "check"]), "ok");

    let [text, other, empty] = ["text", "other.db", "empty"].map(|name| directory.path().join(name));
    fs::write(&text, "this is no database, and longer than the header of one would be: ".repeat(9)).expect("a file");
    fs::write(&empty, "").expect("a file");
    Connection::open(&other).expect("a file").execute_batch("CREATE TABLE theirs (x INTEGER)").expect("a table");
    for (path, reason) in [(&text, "not a database"), (&other, "another application"), (&directory.path().to_owned(), "")] {
        let before = fs::read(path).ok();
        for command in [&["schema", "check"][..], &["client", "list"], &["schema", "migrate", "--create"]] {
            let words = on(path).fails(5, "schema", command);
            assert!(words.contains(reason), "{words}");
        }
        assert_eq!(fs::read(path).ok(), before);
    }
    checked(&on(&empty).run(&["schema", "check"]), "none");

    let Some(cluster) = Cluster::shared() else { return };
    let tool = Tool::on(cluster.url(), fresh_schema());
    checked(&tool.run(&["schema", "check"]), "none");
    tool.fails(5, "schema", &["client", "list"]);
    tool.fails(5, "schema", &["schema", "migrate"]);
    checked(&tool.run(&["schema", "check"]), "none");
    let said = tool.run(&["schema", "migrate", "--create"]);
    assert_eq!((said.code, made(&said).first()), (0, Some(&1)), "{said:?}");
    checked(&tool.run(&["schema", "check"]), "ok");
}
