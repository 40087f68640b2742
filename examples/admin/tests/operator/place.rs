//! The server whose store it is, over each store.

use grantor::ServesOAuth;
use grantor::testing::{TestClient, TestTokens};
use grantor::{
    AccessTokenStore, Approval, AuthorizationCode, AuthorizationCodeStore, AuthorizationRecords, AuthorizationServer,
    ClientCredentials, Code, Durable, HealthCheck, Introspection, PostgresStore, PurgeExpired, RefreshToken, RefreshTokenStore,
    RegistrationStore, Revocation, SqliteStore, Subject, issuer,
};
use sqlx::PgPool;

use crate::postgres::{Cluster, fresh_schema};
use crate::tool::Tool;

pub const CALLBACK: &str = "https://app.example.com/callback";

/// What the tests ask of a store.
pub trait Store:
    RegistrationStore
    + AuthorizationRecords
    + AuthorizationCodeStore
    + AccessTokenStore
    + RefreshTokenStore
    + grantor::KeyStore
    + grantor::SessionRecords
    + PurgeExpired
    + HealthCheck
    + Durable
    + Clone
{
}
impl Store for SqliteStore {}
impl Store for PostgresStore {}

pub fn in_a_file() -> (SqliteStore, Tool, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db");
    let store = SqliteStore::open(&path).expect("a store");
    (store, Tool::on(format!("sqlite:{}", path.display()), "grantor".to_owned()), directory)
}

pub async fn in_a_database() -> Option<(PostgresStore, Tool, PgPool)> {
    let cluster = Cluster::shared()?;
    let (pool, schema) = (cluster.pool().await, fresh_schema());
    let store = PostgresStore::open_in(pool.clone(), &schema).await.expect("a store");
    Some((store, Tool::on(cluster.url(), schema), pool))
}

/// The same test, over each of the library's durable stores.
macro_rules! in_each_store {
    ($($test:ident;)*) => {
        $(
            mod $test {
                #[tokio::test]
                async fn in_a_sqlite_file() {
                    let (store, tool, _directory) = crate::place::in_a_file();
                    super::$test(store, tool).await;
                }

                #[tokio::test]
                async fn in_a_postgres_database() {
                    let Some((store, tool, _)) = crate::place::in_a_database().await else { return };
                    super::$test(store, tool).await;
                }
            }
        )*
    };
}
pub(crate) use in_each_store;

/// A server of opaque tokens.
pub fn server<S: Store>(store: S) -> impl ServesOAuth {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build()
}

/// Tokens that this person authorized.
pub async fn tokens<Sv: ServesOAuth>(app: &TestClient<'_, Sv>, person: &str) -> TestTokens {
    app.tokens(Approval::by(Subject::new(person).expect("a name"))).await
}

/// Registers a public client with refresh tokens, and another step of the test begins.
pub fn register_app(tool: &Tool, id: &str) {
    let grants = ["--grant-type", "authorization_code", "--grant-type", "refresh_token"];
    let arguments =
        [&["client", "register", "--id", id, "--public", "--redirect-uri", CALLBACK, "--scope", "read write"], &grants[..]];
    tool.done(&arguments.concat());
}
