//! The chains: what each server can do is what stands here. Which one is built is decided at run time, so there are several
//! types of servers; from `assemble` on they are one router.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use grantor::storage::purge_forever;
use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationCodeStore, AuthorizationRecords, AuthorizationServer, ClientCredentials,
    ClientRegistry, Code, CodeToken, Development, Durable, ErasedServer, FeatureList, GrantList, HealthCheck, Implicit,
    Introspection, MemoryStore, Nothing, OAuth21, Password, PendingStore, PostgresStore, PurgeExpired, RefreshToken,
    RefreshTokenStore, ResponseTypeList, Revocation, Rfc6749, SqliteStore, SuspendsRequests, SystemClock, Token, router_with,
};
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::clients::{Clients, Storage};
use crate::entries::LeftOut;
use crate::options::{Database, Options, ProfileName};
use crate::sign_in::SignIn;
use crate::site::SiteIssuer;
use crate::users::Users;
use crate::{account, api, clients, sign_in};

/// The default: OAuth 2.1.
macro_rules! oauth21 {
    ($profile:expr, $issuer:expr, $storage:expr, $options:expr) => {
        AuthorizationServer::builder()
            .profile($profile)
            .issuer($issuer)
            .storage($storage)
            .scopes($options.scopes.clone())
            .private_use_schemes($options.private_use_schemes.clone())
            .access_token_lifetime($options.access_token_lifetime)
            .grant(AuthorizationCode::new().code_lifetime($options.code_lifetime))
            .grant(RefreshToken::new().lifetime($options.refresh_token_lifetime).retry_window($options.retry_window))
            .grant(ClientCredentials::new())
            .response_type(Code)
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build()
    };
}

/// For legacy clients: everything that RFC 6749 has.
macro_rules! rfc6749 {
    ($profile:expr, $issuer:expr, $storage:expr, $options:expr, $users:expr) => {
        AuthorizationServer::builder()
            .profile($profile)
            .issuer($issuer)
            .storage($storage)
            .scopes($options.scopes.clone())
            .private_use_schemes($options.private_use_schemes.clone())
            .access_token_lifetime($options.access_token_lifetime)
            .grant(AuthorizationCode::new().code_lifetime($options.code_lifetime).pkce_optional().pkce_plain())
            .grant(RefreshToken::new().lifetime($options.refresh_token_lifetime).retry_window($options.retry_window))
            .grant(ClientCredentials::new())
            .grant(Password::new($users))
            .grant(Implicit::new())
            .response_type(Code)
            .response_type(Token)
            .response_type(CodeToken)
            .response_type(Nothing)
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build()
    };
}

/// What comes with every server.
pub struct Parts {
    pub options: Options,
    pub clients: Clients,
    pub entries: Vec<Value>,
    pub users: Arc<Users>,
    pub sign_in: SignIn,
}

pub struct Assembled {
    /// The endpoints, the pages and the protected resources.
    pub router: Router,
    pub left_out: Vec<LeftOut>,
    pub upkeep: Upkeep,
}

/// What the storage needs besides.
pub struct Upkeep {
    purging: AbortHandle,
    close: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Upkeep {
    /// Begins to purge the store. Expired rows are refused in any case; this only frees their place.
    fn of(store: impl PurgeExpired, close: impl Future<Output = ()> + Send + 'static) -> Self {
        let pause = || tokio::time::sleep(Duration::from_secs(60));
        let purging = tokio::spawn(purge_forever(store, SystemClock, pause)).abort_handle();
        Self { purging, close: Box::pin(close) }
    }

    /// To be called when nothing is asked of the storage any more.
    pub async fn end(self) {
        self.purging.abort();
        self.close.await;
    }
}

/// What all chains ask of the store beside the clients.
pub trait Store:
    AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore + AuthorizationRecords + HealthCheck + Clone
{
}

impl<T> Store for T where
    T: AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore + AuthorizationRecords + HealthCheck + Clone
{
}

/// Everywhere else the choice of the store is one line.
pub async fn build(parts: Parts, issuer: SiteIssuer) -> Result<Assembled, Box<dyn Error>> {
    match &parts.options.database {
        None => {
            let store = MemoryStore::new();
            in_memory(parts, issuer, store.clone(), Upkeep::of(store, async {})).await
        }
        Some(database @ Database::File(path)) => {
            let store = SqliteStore::open(path).map_err(|error| failed_to_open(database, &error))?;
            let closed = store.clone();
            durable(parts, issuer, store.clone(), Upkeep::of(store, async move { closed.close().await })).await
        }
        Some(database @ Database::Postgres(url)) => {
            let pool = PostgresStore::pool_options().connect(url).await.map_err(|error| failed_to_open(database, &error))?;
            let store = PostgresStore::open(pool.clone()).await.map_err(|error| failed_to_open(database, &error))?;
            durable(parts, issuer, store.clone(), Upkeep::of(store, async move { pool.close().await })).await
        }
    }
}

/// Only in development: the store is not `Durable`, and so no other chain would compile.
async fn in_memory(parts: Parts, issuer: SiteIssuer, store: MemoryStore, upkeep: Upkeep) -> Result<Assembled, Box<dyn Error>> {
    let (options, users, storage) = (&parts.options, parts.users.clone(), Storage::new(parts.clients.clone(), store));
    match (options.profile, issuer) {
        (ProfileName::OAuth21, SiteIssuer::Loopback(issuer)) => {
            assemble(oauth21!(Development::<OAuth21>::new(), issuer, storage, options), parts, upkeep).await
        }
        (ProfileName::Rfc6749, SiteIssuer::Loopback(issuer)) => {
            assemble(rfc6749!(Development::<Rfc6749>::new(), issuer, storage, options, users), parts, upkeep).await
        }
        // `Options::check` has said so already.
        (_, SiteIssuer::Https(_)) => Err("an https issuer needs --database".into()),
    }
}

async fn durable<T: Store + Durable>(
    parts: Parts,
    issuer: SiteIssuer,
    store: T,
    upkeep: Upkeep,
) -> Result<Assembled, Box<dyn Error>> {
    let (options, users, storage) = (&parts.options, parts.users.clone(), Storage::new(parts.clients.clone(), store));
    match (options.profile, issuer) {
        (ProfileName::OAuth21, SiteIssuer::Loopback(issuer)) => {
            assemble(oauth21!(Development::<OAuth21>::new(), issuer, storage, options), parts, upkeep).await
        }
        (ProfileName::OAuth21, SiteIssuer::Https(issuer)) => {
            assemble(oauth21!(OAuth21, issuer, storage, options), parts, upkeep).await
        }
        (ProfileName::Rfc6749, SiteIssuer::Loopback(issuer)) => {
            assemble(rfc6749!(Development::<Rfc6749>::new(), issuer, storage, options, users), parts, upkeep).await
        }
        (ProfileName::Rfc6749, SiteIssuer::Https(issuer)) => {
            assemble(rfc6749!(Rfc6749, issuer, storage, options, users), parts, upkeep).await
        }
    }
}

fn failed_to_open(database: &Database, error: &dyn Error) -> String {
    let mut text = format!("--database {database}: {error}");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// From here on the type of the server does not matter.
async fn assemble<S, G, R, F, P>(
    server: AuthorizationServer<S, G, R, F, P>,
    parts: Parts,
    upkeep: Upkeep,
) -> Result<Assembled, Box<dyn Error>>
where
    AuthorizationServer<S, G, R, F, P>: SuspendsRequests,
    S: ClientRegistry + AuthorizationRecords + AccessTokenStore + HealthCheck + Clone,
    G: GrantList + 'static,
    R: ResponseTypeList + 'static,
    F: FeatureList + 'static,
    P: 'static,
{
    let Parts { options, entries, users, sign_in, .. } = parts;
    let left_out = clients::register(&server, entries, &options.scopes).await?;
    let server = Arc::new(server);
    let erased = ErasedServer::new(server.clone());
    let health = {
        let server = server.clone();
        get(async move || match server.health().await {
            Ok(()) => (StatusCode::OK, "ok\n"),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable\n"),
        })
    };
    let pages = sign_in::router(erased.clone(), sign_in.clone()).merge(account::router(server.clone(), sign_in.clone()));
    let router = router_with(Arc::new(erased), sign_in.clone())
        .route("/health", health)
        .merge(sign_in.site().at_both_places(pages))
        .merge(sign_in.site().at_both_places(api::router(&server, users, &options.scopes)));
    Ok(Assembled { router, left_out, upkeep })
}
