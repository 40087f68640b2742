//! Legal neighbours of the rules about storages: each does with what it has.

use std::sync::Arc;

use grantor::storage::{FamilyId, FamilyRecord, FoundToken, Issue, Spend, Spending};
use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials, ClientSecret,
    ClientStore, Code, Development, Durable, FamilyStore, Introspection, Issuer, MemoryStore, OAuth21, PurgeExpired,
    RefreshToken, Revocation, Split, StoreError, Subject, Suspended, Timestamp, TokenHash, issuer,
};
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
    async fn begin_family(&self, _: &Issuer, _: FamilyRecord, _: Issue, _: Option<Spend>, _: Timestamp) -> Result<Spending, StoreError> {
        Ok(Spending::First)
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

fn own() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(MyStore)
        .grant(ClientCredentials::new())
        .build();
}

fn main() {
    each();
    without_refresh_tokens();
    last();
    arc();
    split();
    memory_in_development();
    suspend();
    register();
    authorizations();
    health();
    purge();
    own();
}
