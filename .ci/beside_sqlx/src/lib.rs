//! A program with a database of its own, through `sqlx` with its usual features, beside `SqliteStore`.

#[cfg(test)]
mod documents;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use grantor::storage::contract::Contract;
    use grantor::{ClientSecret, DirectClient, PostgresStore, RemoteVerifier, SqliteStore};
    use sqlx::SqlitePool;

    #[derive(Debug, PartialEq, sqlx::FromRow)]
    struct Note {
        text: String,
    }

    /// The version of SQLite that `sqlx` finds is the one that `SqliteStore` has: there is no other in the program.
    async fn version(pool: &SqlitePool) -> String {
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await.expect("a version")
    }

    async fn application(path: &Path) -> SqlitePool {
        let pool = SqlitePool::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.expect("a database");
        sqlx::migrate!().run(&pool).await.expect("migrations");
        pool
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_store_keeps_the_contract_on_the_sqlite_that_sqlx_shares() {
        let directory = tempfile::tempdir().expect("a directory");
        let pool = application(&directory.path().join("application.db")).await;
        let number = |part: &str| part.parse::<u32>().expect("a number");
        let version: Vec<_> = version(&pool).await.split('.').map(number).collect();
        assert!(version >= vec![3, 51, 3], "{version:?}: a file in WAL mode can be damaged");

        let store = async || {
            let directory = tempfile::tempdir().expect("a directory");
            (SqliteStore::open(directory.path().join("store.db")).expect("a store"), directory)
        };
        Contract::upon(store).whole().spawner(|caller| drop(tokio::spawn(caller))).run().await.assert_kept();

        sqlx::query("INSERT INTO notes (text) VALUES ('a')").execute(&pool).await.expect("a row");
        let notes: Vec<Note> = sqlx::query_as("SELECT text FROM notes").fetch_all(&pool).await.expect("rows");
        assert_eq!(notes, [Note { text: "a".to_owned() }]);
    }

    /// With TLS in both, as the manual has them.
    #[tokio::test]
    async fn a_pool_and_a_client_have_tls() {
        let pool = PostgresStore::pool_options().connect_lazy("postgres://nobody@127.0.0.1:1/x?sslmode=verify-full");
        drop(pool.expect("a pool that has not connected"));
        let http = DirectClient::with(reqwest::Client::builder().https_only(true)).expect("a client");
        let secret = ClientSecret::generate();
        RemoteVerifier::new("https://auth.example.com/introspect", "api", &secret, http).expect("a verifier");
    }
}
