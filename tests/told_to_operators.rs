//! What is set up wrong is said, once, where an operator sees it.

mod common;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use common::captured_log::CapturedLog;
use common::postgres::Cluster;
use common::{Approves, fixture};
use grantor::{
    Algorithm, AuthorizationServer, ClientCredentials, Development, Dpop, Fapi2, MemoryStore, PostgresStore, PrivateKeyJwt,
    ProtectedResourceMetadata, issuer, router_with,
};
use http::Request;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tower::ServiceExt as _;

#[tokio::test]
async fn a_router_that_is_nested_and_a_database_that_cannot_keep_every_text() {
    let log = CapturedLog::begin();
    let server = fixture().await.server;
    let ask = async |router: &Router, path: &str| {
        let request = Request::post(path).body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("infallible").status().as_u16()
    };
    let merged = Router::new().merge(router_with(Arc::clone(&server), Approves));
    assert_eq!(ask(&merged, "/token").await, 400);
    assert!(!log.text().contains("nested"), "{}", log.text());
    let nested = Router::new().nest("/oauth", router_with(server, Approves));
    for _ in 0..2 {
        assert_eq!(ask(&nested, "/oauth/token").await, 400);
    }
    assert_eq!(log.text().matches("the router is nested").count(), 1, "{}", log.text());
    assert!(log.text().contains("/oauth/token"));

    let proving = |algorithms| {
        AuthorizationServer::builder()
            .profile(Development::<Fapi2>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .grant(ClientCredentials::new())
            .enable(PrivateKeyJwt::inline_keys())
            .enable(Dpop::required().algorithms(algorithms))
            .build()
    };
    proving([Algorithm::Rs256, Algorithm::Es256]);
    assert!(!log.text().contains("none of the algorithms"), "{}", log.text());
    proving([Algorithm::Rs256, Algorithm::Es384]);
    assert!(log.text().contains("none of the algorithms") && log.text().contains("Dpop"), "{}", log.text());

    let metadata = ProtectedResourceMetadata::new("https://api.example.com/notes").expect("a resource");
    let (here, place) = (Router::new().merge(metadata.router()), "/.well-known/oauth-protected-resource/notes");
    let there = Router::new().nest("/api", metadata.router());
    let ask = async |router: &Router, path: &str| {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("infallible").status().as_u16()
    };
    assert_eq!((ask(&here, place).await, ask(&here, &format!("/api{place}")).await), (200, 404));
    assert!(!log.text().contains("metadata is nested"), "{}", log.text());
    for _ in 0..2 {
        assert_eq!((ask(&there, place).await, ask(&there, &format!("/api{place}")).await), (404, 200));
    }
    assert_eq!(log.text().matches("metadata is nested").count(), 1, "{}", log.text());
    assert!(log.text().contains(&format!("/api{place}")), "{}", log.text());

    let Some(cluster) = Cluster::shared() else { return };
    cluster.store().await;
    assert!(!log.text().contains("not UTF8 in PostgreSQL"));
    let name = format!("{}_latin", common::postgres::fresh_schema());
    let create = format!("CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&cluster.pool().await).await.expect("a database");
    let options: PgConnectOptions = cluster.url().parse().expect("a URL");
    let pool =
        PostgresStore::pool_options().connect_with(options.database(&name).disable_statement_logging()).await.expect("a pool");
    PostgresStore::open(pool).await.expect("a store");
    assert!(log.text().contains("server_encoding") && log.text().contains("not UTF8 in PostgreSQL"), "{}", log.text());
}
