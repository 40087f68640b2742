//! A program with a database of its own, through `sqlx` with its usual features, beside `SqliteStore`.

#[cfg(test)]
mod documents;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use grantor::storage::CodeDetails;
    use grantor::storage::contract::Contract;
    use grantor::testing::{Browser, ManualClock, TestClient, TestTokens};
    use grantor::{
        AccessTokenLifetime, Approval, AuthorizationCode, AuthorizationServer, Client, ClientSecret, Clock as _, Code,
        DirectClient, Introspection, PostgresStore, PushedAuthorizationRequests, RefreshToken, RemoteVerifier, SqliteStore,
        Subject, Timestamp, issuer,
    };
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

    /// What is kept has numbers in it, also where a code has what was asked for among its own members, and so has what other servers say.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_kept_with_numbers_is_read_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let clock = ManualClock::new(Timestamp::from_unix(1_700_000_000));
        let server = AuthorizationServer::builder()
            .issuer(issuer!("https://auth.example.com"))
            .storage(SqliteStore::open(directory.path().join("store.db")).expect("a store"))
            .clock(clock.clone())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            .enable(Introspection::new())
            .enable(PushedAuthorizationRequests::new())
            .build();
        let secret = ClientSecret::generate();
        let app = Client::confidential("app", &secret).redirect_uri("https://app.example.com/callback").scope("read");
        let app = app.introspects_any_token().grant_types(["authorization_code", "refresh_token"]);
        let app = app.access_token_lifetime(AccessTokenLifetime::from_secs(300).expect("a lifetime"));
        server.register_client(app.build().expect("a client")).await.expect("a registration");
        let app = TestClient::confidential(&server, "app", secret.expose());
        let app = app.redirect_uri("https://app.example.com/callback").scope("read");
        let asked = [("max_age", "60"), ("acr_values", "phr")];
        let approval = || Approval::by(Subject::new("alice").expect("a name")).authenticated_at(clock.now()).acr("phr");

        // A code of a later release, which has a number that this one does not know.
        let details = r#"{"v":1,"authorization":{"v":1,"scope":"read","sub":"alice"},"asked":4,"response_type":"code","redirect_uri":"https://app.example.com/callback","redirect_uri_was_sent":true,"mode":"query","sign_in":{"asked_at":1700000000,"max_age":60},"later":1.10}"#;
        assert_eq!(CodeDetails::from_json(details).and_then(|read| read.to_json()).expect("details"), details);

        // Pushed, suspended while its person signs in, and kept with the code.
        let pushed = app.push(&asked).await;
        let mut browser = Browser::default();
        let handle = browser.begin_with(&server, &app.pushed(&pushed.member("request_uri"))).await;
        let request = browser.resume(&server, &handle).await.expect("the request");
        assert!(request.must_authenticate(Some(Timestamp::from_unix(1_699_999_900))));
        let code = app.decided(request.approve(approval())).await.code();
        let tokens = TestTokens::of(&app.redeem(&code).await);
        let tokens = TestTokens::of(&app.refresh(tokens.refresh_token()).await);
        let said = app.introspect(&tokens.access_token).await;
        assert_eq!((&said.json()["active"], said.json()["exp"].as_u64()), (&true.into(), Some(1_700_000_300)), "{said:?}");
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
