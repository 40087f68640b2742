//! Legal neighbours of the rules about storages: each does with what it has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, FoundToken, Issue, Spend, Spending};
use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret,
    ClientStore, Code, Development, Durable, FamilyStore, Introspection, Issuer, MemoryStore, OAuth21, PostgresStore,
    PurgeExpired, RefreshToken, Revocation, Split, SqliteStore, StoreError, Subject, Suspended, Timestamp, TokenHash, forward,
    issuer,
};
use sqlx::PgPool;
use ui_tests::absent::block_on;
use ui_tests::{Clients, NoCodes, NoInteractions, NoPurge, NoRefreshTokens, PgStore, ReadOnly, Tokens};

fn each() {
    let chain = || AuthorizationServer::builder().issuer(issuer!("https://as.example.com"));
    let _server = chain().storage(NoCodes).grant(ClientCredentials::new()).enable(Introspection::new()).build();
    let _server = chain().storage(NoInteractions).grant(AuthorizationCode::new()).response_type(Code).build();
    let _server = chain().storage(ReadOnly).grant(AuthorizationCode::new()).response_type(Code).build();
    let _server = chain().storage(NoPurge).grant(ClientCredentials::new()).build();
}

/// Nobody is asked to store refresh tokens on a server that has none: not even by revocation, which looks for them.
fn without_refresh_tokens() {
    let server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoRefreshTokens)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(Revocation::new())
        .build();
    drop(server.revocation().handle(http::Request::default()));
}

fn last() {
    let _server = AuthorizationServer::builder()
        .grant(ClientCredentials::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .storage(PgStore)
        .issuer(issuer!("https://as.example.com"))
        .build();
}

fn arc() {
    let store = Arc::new(PgStore);
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .build();
    assert_eq!(Arc::strong_count(&store), 2);
}

fn split() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Clients, Arc::new(Tokens)))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .build();
}

/// Opened, then handed over: a `Result` with `?`, a future with `.await?`. What others use too goes into an `Arc`.
fn opened() {
    async fn serve(pool: PgPool) -> Result<(), StoreError> {
        let chain = || AuthorizationServer::builder().issuer(issuer!("https://as.example.com"));
        let _sqlite = chain().storage(SqliteStore::open("as.db")?).grant(ClientCredentials::new()).build();
        let _postgres = chain().grant(ClientCredentials::new()).storage(PostgresStore::open(pool).await?).build();
        let shared = Arc::new(SqliteStore::open("as.db")?);
        let _shared = chain().storage(shared.clone()).grant(ClientCredentials::new()).build();
        let development = AuthorizationServer::builder().profile(Development::<OAuth21>::new());
        let _memory = development.storage(MemoryStore::new()).issuer(issuer!("https://as.example.com"));
        Ok(())
    }
    let _ = serve;
}

fn memory_in_development() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Clients, Arc::new(MemoryStore::new())))
        .grant(ClientCredentials::new())
        .build();
}

fn suspend() {
    type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;
    async fn login(server: &Server, request: AuthorizationRequest) -> Result<Suspended, StoreError> {
        server.authorization().suspend(request).await
    }
    async fn logged_in(server: &Server, handle: &str) -> Option<AuthorizationRequest> {
        server.authorization().resume(handle, &http::HeaderMap::new()).await.ok()
    }
    let _ = (login, logged_in);
}

fn register() {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
    let client = |grants: &[&str]| {
        let secret = ClientSecret::parse("a secret of at least 32 characters").expect("a secret");
        Client::confidential("app", &secret).grant_types(grants.iter().copied()).build().expect("a client")
    };
    block_on(server.register_client(client(&["client_credentials"]))).expect("served");
    block_on(server.register_client(client(&["password"]))).expect_err("not served");
    // Without a registry it can be checked all the same.
    server.check_client(client(&["client_credentials"])).expect("served");
}

fn authorizations() {
    type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;
    async fn mine(server: &Server, subject: &Subject) -> Result<Vec<FamilyRecord>, StoreError> {
        server.authorizations(subject).await
    }
    async fn revoke(server: &Server, subject: &Subject, authorization: &FamilyId) -> Result<bool, StoreError> {
        server.revoke_authorization(subject, authorization).await
    }
    let _ = (mine, revoke);
}

fn health() {
    type Server<S> = AuthorizationServer<S, (AuthorizationCode,), (Code,)>;
    async fn is_healthy(server: &Server<PgStore>) -> Result<(), StoreError> {
        server.health().await
    }
    async fn is_healthy_behind(server: &Server<Split<Arc<PgStore>, PgStore>>) -> Result<(), StoreError> {
        server.health().await
    }
    let _ = (is_healthy, is_healthy_behind);
}

fn purge() {
    fn spawn_nightly_purge(_: impl PurgeExpired) {}
    spawn_nightly_purge(Split::new(Clients, Arc::new(MemoryStore::new())));
}

/// What an application implements for the smallest server.
struct MyStore;

impl Durable for MyStore {}

impl ClientStore for MyStore {
    async fn client(&self, _: &Issuer, _: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(None)
    }
}

impl FamilyStore for MyStore {
    async fn begin_family(
        &self,
        _: &Issuer,
        _: FamilyRecord,
        _: Issue,
        _: Option<Spend>,
        _: Timestamp,
    ) -> Result<Spending, StoreError> {
        Ok(Spending::First)
    }
    async fn family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        Ok(None)
    }
    async fn revoke_family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

impl AccessTokenStore for MyStore {
    async fn find_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        Ok(None)
    }
    async fn revoke_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

/// An error of a database says what went wrong, and whether the same request may succeed later.
fn database() {
    struct Database(PgPool);

    impl ClientStore for Database {
        async fn client(&self, _: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
            let found = sqlx::query("select json from clients where id = $1").bind(id).fetch_optional(&self.0).await;
            found.map_err(StoreError::failed)?;
            Ok(None)
        }
    }
    let _ = Database;
}

/// A double that counts: what it does not do itself goes to the store inside.
struct Counting<S> {
    inner: S,
    lookups: AtomicU32,
}

impl<S> Counting<S> {
    fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: ClientStore> ClientStore for Counting<S> {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        self.lookups.fetch_add(1, Ordering::Relaxed);
        self.inner.client(issuer, id).await
    }
}

macro_rules! forwarded {
    ($($capability:ident)*) => {
        $(impl<S: grantor::$capability> grantor::$capability for Counting<S> {
            forward!($capability => S, Self::inner);
        })*
    };
}
forwarded!(FamilyStore AuthorizationRecords AuthorizationCodeStore AccessTokenStore RefreshTokenStore PendingStore PurgeExpired HealthCheck);

impl<S: Durable> Durable for Counting<S> {}

fn wrapped() {
    let store = Arc::new(Counting { inner: PgStore, lookups: AtomicU32::new(0) });
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .build();
    let found = block_on(store.client(&issuer!("https://as.example.com"), "app"));
    assert!(matches!(found, Ok(None)) && store.lookups.load(Ordering::Relaxed) == 1);
}

fn own() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(MyStore)
        .grant(ClientCredentials::new())
        .build();
}

pub fn main() {
    each();
    without_refresh_tokens();
    last();
    arc();
    split();
    opened();
    memory_in_development();
    suspend();
    register();
    authorizations();
    health();
    purge();
    own();
    database();
    wrapped();
}
