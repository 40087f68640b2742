//! The PostgreSQL store beside other roles of its database: what they plant where names are looked up, and schemas that are theirs.

use std::sync::Arc;

use grantor::storage::HealthCheck as _;
use grantor::storage::contract::Contract;
use grantor::{AuthorizationRecords as _, PostgresStore, StoreError, issuer};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, PgPool};

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{self, Legacy, Peer, fixture_on};

async fn execute(pool: &PgPool, statements: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(pool).await.map(drop)
}

/// A role that may make schemas in the database, and a pool of it.
async fn role(cluster: &Cluster, name: &str, attributes: &str) -> PgPool {
    // Rights on a database are one row, and PostgreSQL refuses two that write it at once: they take turns.
    let statements = format!(
        "SELECT pg_advisory_xact_lock(1); CREATE ROLE {name} LOGIN {attributes}; GRANT CREATE ON DATABASE postgres TO {name}"
    );
    execute(&cluster.pool().await, &statements).await.expect("a role");
    let options: PgConnectOptions = cluster.url().parse().expect("options");
    cluster.options().connect_with(options.username(name)).await.expect("a pool")
}

/// What stands in the database's own schema comes last for this role: everything of the same name in `trap` comes before it.
async fn trapped(cluster: &Cluster, name: &str) -> PgPool {
    drop(role(cluster, name, "").await);
    let superuser = cluster.pool().await;
    execute(&superuser, include_str!("../common/trap.sql")).await.expect("a trap");
    execute(&superuser, &format!("ALTER ROLE {name} SET search_path = trap, public, pg_catalog")).await.expect("a path");
    let options: PgConnectOptions = cluster.url().parse().expect("options");
    cluster.options().connect_with(options.username(name)).await.expect("a pool")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_function_operator_type_or_table_that_others_planted_is_used() {
    // CVE-2018-1058.
    let Some(cluster) = Cluster::start(&["-c", "fsync=off", "-c", "max_connections=300"]) else { return };
    let pool = trapped(&cluster, "victim").await;
    for caught in ["SELECT 1 WHERE 'a'::pg_catalog.text = 'a'", "SELECT 1 WHERE pg_is_in_recovery()", "SELECT oid FROM pg_class"]
    {
        execute(&pool, caught).await.expect_err("the trap catches what names no schema");
    }

    let schema = fresh_schema();
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    store.check_health().await.expect("it is well");
    let peer: Arc<Peer<Legacy<PostgresStore>>> = Arc::new(fixture_on(store.clone(), 5).await);
    peer.races_for_a_code().await;
    peer.races_within_the_window().await;
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
    peer.tokens().await;
    let subject = common::subject("username");
    let listed = store.authorizations_of(&issuer!("https://as.example.com"), &subject, common::START).await;
    assert!(!listed.expect("a list").is_empty());
    let of_the_kit = pool.clone();
    let contract =
        Contract::new(async move || PostgresStore::open_in(of_the_kit.clone(), &fresh_schema()).await.expect("a store"));
    contract.whole().rounds(1).spawner(|caller| drop(tokio::spawn(caller))).run().await.assert_kept();

    // Nor is anything of the trap in the tables.
    let foreign = format!(
        "SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
         JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
         LEFT JOIN pg_catalog.pg_collation l ON l.oid OPERATOR(pg_catalog.=) a.attcollation
         WHERE c.relnamespace OPERATOR(pg_catalog.=) '{schema}'::pg_catalog.regnamespace
             AND (t.typnamespace OPERATOR(pg_catalog.=) 'trap'::pg_catalog.regnamespace
                 OR l.collnamespace OPERATOR(pg_catalog.=) 'trap'::pg_catalog.regnamespace)"
    );
    let foreign: i64 = sqlx::query_scalar(AssertSqlSafe(foreign)).fetch_one(&pool).await.expect("a count");
    assert_eq!(foreign, 0);
}

fn assert_refused(opened: Result<PostgresStore, StoreError>, words: &str) {
    let error = opened.expect_err("it is somebody else's");
    assert!(matches!(&error, StoreError::Failed(reason) if reason.to_string().starts_with(words)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_of_somebody_else_is_refused_whatever_is_in_it() {
    let Some(cluster) = Cluster::shared() else { return };
    let server = role(cluster, "server", "").await;
    let stranger = role(cluster, "stranger", "").await;
    let words = |schema| format!("the schema `{schema}` in PostgreSQL belongs to the role `stranger`");

    // Empty, and open to all.
    let empty = fresh_schema();
    execute(&stranger, &format!("CREATE SCHEMA {empty}; GRANT ALL ON SCHEMA {empty} TO PUBLIC")).await.expect("a schema");
    assert_refused(PostgresStore::open_in(server.clone(), &empty).await, &words(&empty));

    // As this release would have made it. For a superuser it is somebody else's, too.
    let made = fresh_schema();
    PostgresStore::open_in(stranger.clone(), &made).await.expect("its own");
    let open = format!("GRANT ALL ON SCHEMA {made} TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA {made} TO PUBLIC");
    execute(&stranger, &open).await.expect("rights");
    assert_refused(PostgresStore::open_in(server.clone(), &made).await, &words(&made));
    assert_refused(PostgresStore::open_in(cluster.pool().await, &made).await, &words(&made));
    assert_refused(PostgresStore::open_owned_by(server.clone(), &made, "server").await, &words(&made));

    // A table that somebody else put into a schema of ours.
    let ours = fresh_schema();
    execute(&server, &format!("CREATE SCHEMA {ours}; GRANT ALL ON SCHEMA {ours} TO PUBLIC")).await.expect("a schema");
    execute(&stranger, &format!("CREATE TABLE {ours}.later (x integer)")).await.expect("a table");
    let words = format!("`later` in the schema `{ours}` of PostgreSQL belongs to another role");
    assert_refused(PostgresStore::open_in(server, &ours).await, &words);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_the_deployment_made_is_served() {
    let Some(cluster) = Cluster::shared() else { return };
    let deployment = role(cluster, "deployment", "").await;
    let member = role(cluster, "member", "IN ROLE deployment").await;
    let user = role(cluster, "user_of_it", "").await;
    let rights = |schema: &str| {
        format!(
            "GRANT USAGE ON SCHEMA {schema} TO user_of_it;
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO user_of_it"
        )
    };

    let schema = fresh_schema();
    PostgresStore::open_in(deployment.clone(), &schema).await.expect("its own");
    execute(&deployment, &rights(&schema)).await.expect("rights");
    PostgresStore::open_in(member, &schema).await.expect("that of a role which it is a member of");
    let words = format!("the schema `{schema}` in PostgreSQL belongs to the role `deployment`");
    assert_refused(PostgresStore::open_in(user.clone(), &schema).await, &words);
    let store = PostgresStore::open_owned_by(user.clone(), &schema, "deployment").await.expect("it is named");
    fixture_on(store, 0).await.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();

    // Of the owner of the database, who is a superuser here.
    let schema = fresh_schema();
    PostgresStore::open_in(cluster.pool().await, &schema).await.expect("its own");
    execute(&cluster.pool().await, &rights(&schema)).await.expect("rights");
    PostgresStore::open_in(user, &schema).await.expect("the owner of the database");
}
