//! The chains: what each server can do is what stands here. Which one is built is decided at run time, so there are several
//! types of servers; from `assemble` on they are one router.

use std::error::Error;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use grantor::rules::{Enables, HasGrant};
use grantor::storage::purge_forever;
use grantor::{
    AccessTokenStore, Algorithm, AuthorizationCode, AuthorizationCodeStore, AuthorizationRecords, AuthorizationServer,
    BackChannelLogout, ClientCredentials, ClientRegistry, ClientStore, Code, CodeToken, DeferredStore, Development, DeviceCode,
    Dpop, DpopProofs, Durable, ErasedServer, Es256, FamilyStore, Fapi2, FeatureList, FeaturesOn, GrantList, HealthCheck,
    Implicit, Introspection, Issuer, Jarm, JwtAccessTokens, JwtVerifier, KeyStore, LocalVerifier, LoopbackIssuer, MemoryStore,
    MutualTls, Nothing, OAuth21, OpenId, Password, PrivateKeyJwt, ProcessRateLimits, PurgeExpired, PushedAuthorizationRequests,
    RefreshToken, RefreshTokenStore, RegistrationStore, ReplayStore, RequestObjects, ResourceIndicators, ResourceServer,
    ResponseTypeList, Revocation, Rfc6749, RichAuthorizationRequests, RpInitiatedLogout, Rs256, SessionRecords, SharedProofs,
    SigningKeys, SuspendsRequests, SystemClock, Token, TokenExchange, TokenVerifier, router_with,
};
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::agent::Agent;
use crate::clients::{Clients, Storage};
use crate::database::Store;
use crate::details::Details;
use crate::entries::LeftOut;
use crate::kept::Kept;
use crate::keys::Keys;
use crate::openid::{Directory, Leaving};
use crate::options::{Options, ProfileName};
use crate::sign_in::SignIn;
use crate::site::SiteIssuer;
use crate::users::Users;
use crate::{account, api, clients, device, documents, registration, sign_in};

/// The default: OAuth 2.1. With keys access tokens are JWTs for this resource, and otherwise opaque; and there may be OpenID Connect.
macro_rules! oauth21 {
    ($profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr; openid $parts:expr, $master_keys:expr) => {
        oauth21!(@ $profile, $fetcher, $issuer, $storage, $options, [$master_keys],
            [SigningKeys::stored().algorithm(Rs256)] [OpenId::new(Directory($parts.users.clone()))]
            [RpInitiatedLogout::new(Leaving($parts.sign_in.clone()))] [BackChannelLogout::new()] [Jarm::new()])
    };
    ($profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr; openid $parts:expr, $master_keys:expr, jwt $resource:expr) => {
        oauth21!(@ $profile, $fetcher, $issuer, $storage, $options, [$master_keys],
            [SigningKeys::stored().algorithm(Es256).algorithm(Rs256)] [JwtAccessTokens::new($resource)]
            [OpenId::new(Directory($parts.users.clone()))]
            [RpInitiatedLogout::new(Leaving($parts.sign_in.clone()))] [BackChannelLogout::new()])
    };
    ($profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr; certificates) => {
        oauth21!(@ $profile, $fetcher, $issuer, $storage, $options, [], [MutualTls::new()])
    };
    ($profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr $(; $resource:expr, $keys:expr $(, $master_keys:expr)?)?) => {
        oauth21!(@ $profile, $fetcher, $issuer, $storage, $options, [$($($master_keys)?)?],
            $([$keys] [JwtAccessTokens::new($resource)])?)
    };
    (@ $profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr, [$($master_keys:expr)?], $([$feature:expr])*) => {
        AuthorizationServer::builder()
            .profile($profile)
            .issuer($issuer)
            .storage($storage)
            .scopes($options.scopes.clone())
            .scope_hierarchy($options.scope_hierarchy()?)
            .private_use_schemes($options.private_use_schemes.clone())
            .access_token_lifetime($options.access_token_lifetime)
            .rate_limits($options.rate_limits.then(ProcessRateLimits::new))
            $(.master_keys($master_keys))?
            .grant(AuthorizationCode::new().code_lifetime($options.code_lifetime))
            .grant(RefreshToken::new().lifetime($options.refresh_token_lifetime).retry_window($options.retry_window))
            .grant(ClientCredentials::new())
            .grant($options.device.then(DeviceCode::new))
            .grant($options.agent.clone().map(Agent).map(TokenExchange::new))
            .response_type(Code)
            .enable($options.resources()?.map(ResourceIndicators::new))
            .enable($options.par.then(PushedAuthorizationRequests::new))
            .enable(registration::feature($options)?)
            .enable($options.rar.then(RichAuthorizationRequests::<Details>::new))
            .enable(Introspection::new())
            .enable(Revocation::new())
            .fetcher($fetcher)
            .enable(PrivateKeyJwt::new())
            .enable(RequestObjects::new())
            .enable(Dpop::new())
            .enable($options.client_documents())
            $(.enable($feature))*
            .build()
    };
}

/// For legacy clients: everything that RFC 6749 has.
macro_rules! rfc6749 {
    ($profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr, $users:expr) => {
        AuthorizationServer::builder()
            .profile($profile)
            .issuer($issuer)
            .storage($storage)
            .scopes($options.scopes.clone())
            .scope_hierarchy($options.scope_hierarchy()?)
            .private_use_schemes($options.private_use_schemes.clone())
            .access_token_lifetime($options.access_token_lifetime)
            .rate_limits($options.rate_limits.then(ProcessRateLimits::new))
            .grant(AuthorizationCode::new().code_lifetime($options.code_lifetime).pkce_optional().pkce_plain())
            .grant(RefreshToken::new().lifetime($options.refresh_token_lifetime).retry_window($options.retry_window))
            .grant(ClientCredentials::new())
            .grant($options.device.then(DeviceCode::new))
            .grant(Password::new($users))
            .grant(Implicit::new())
            .response_type(Code)
            .response_type(Token)
            .response_type(CodeToken)
            .response_type(Nothing)
            .enable($options.resources()?.map(ResourceIndicators::new))
            .enable($options.par.then(PushedAuthorizationRequests::new))
            .enable(registration::feature($options)?)
            .enable($options.rar.then(RichAuthorizationRequests::<Details>::new))
            .enable(Introspection::new())
            .enable(Revocation::new())
            .fetcher($fetcher)
            .enable(PrivateKeyJwt::new())
            .enable(RequestObjects::new())
            .enable($options.client_documents())
            .build()
    };
}

/// For APIs of high value: what it lacks of FAPI 2.0 would not compile.
macro_rules! fapi2 {
    ($profile:expr, $fetcher:expr, $issuer:expr, $storage:expr, $options:expr $(, $certificates:expr)?) => {
        AuthorizationServer::builder()
            .profile($profile)
            .issuer($issuer)
            .storage($storage)
            .scopes($options.scopes.clone())
            .scope_hierarchy($options.scope_hierarchy()?)
            .access_token_lifetime($options.access_token_lifetime)
            .rate_limits($options.rate_limits.then(ProcessRateLimits::new))
            .grant(AuthorizationCode::new().code_lifetime($options.code_lifetime))
            .grant(RefreshToken::new().lifetime($options.refresh_token_lifetime).reusable())
            .grant(ClientCredentials::new())
            .grant($options.device.then(DeviceCode::new))
            .response_type(Code)
            .enable($options.resources()?.map(ResourceIndicators::new))
            .enable(PushedAuthorizationRequests::required())
            .enable($options.rar.then(RichAuthorizationRequests::<Details>::new))
            .enable(Introspection::new())
            .enable(Revocation::new())
            .fetcher($fetcher)
            .enable(PrivateKeyJwt::new())
            .enable(RequestObjects::new())
            .enable(Dpop::required())
            $(.enable($certificates))?
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
    pub kept: Kept,
    pub keys: Keys,
    /// What JWTs are for.
    pub resource: Arc<str>,
}

pub struct Assembled {
    /// The endpoints that programs know from the metadata, and the health check.
    pub endpoints: Router,
    /// The pages for people and the protected resources.
    pub pages: Router,
    pub left_out: Vec<LeftOut>,
    pub upkeep: Upkeep,
}

/// Between two purges.
const PAUSE: Duration = Duration::from_secs(60);

/// What the storage needs besides.
pub struct Upkeep {
    /// What goes on all the time.
    tasks: Vec<AbortHandle>,
    close: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Upkeep {
    /// Begins to purge the store. Expired rows are refused in any case; this only frees their place.
    fn of(store: impl PurgeExpired, kept: Kept, close: impl Future<Output = ()> + Send + 'static) -> Self {
        let purging = tokio::spawn(purge_forever(store, SystemClock, || tokio::time::sleep(PAUSE))).abort_handle();
        let tasks = vec![purging, tokio::spawn(kept.purge_forever(PAUSE)).abort_handle()];
        Self { tasks, close: Box::pin(close) }
    }

    /// To be called when nothing is asked of the storage any more.
    pub async fn end(self) {
        self.tasks.iter().for_each(AbortHandle::abort);
        self.close.await;
    }
}

/// What all chains ask of the store beside the clients.
pub trait Capable:
    AuthorizationCodeStore
    + AccessTokenStore
    + RefreshTokenStore
    + DeferredStore
    + ReplayStore
    + RegistrationStore
    + AuthorizationRecords
    + KeyStore
    + SessionRecords
    + HealthCheck
    + Clone
{
}

impl<T> Capable for T where
    T: AuthorizationCodeStore
        + AccessTokenStore
        + RefreshTokenStore
        + DeferredStore
        + ReplayStore
        + RegistrationStore
        + AuthorizationRecords
        + KeyStore
        + SessionRecords
        + HealthCheck
        + Clone
{
}

/// Everywhere else the choice of the store is one line.
pub async fn build(parts: Parts, issuer: SiteIssuer, store: Store) -> Result<Assembled, Box<dyn Error>> {
    let kept = parts.kept.clone();
    match store {
        Store::Memory(store) => in_memory(parts, issuer, store.clone(), Upkeep::of(store, kept, async {})).await,
        Store::Sqlite(store) => {
            let closed = store.clone();
            durable(parts, issuer, store.clone(), Upkeep::of(store, kept, async move { closed.close().await })).await
        }
        Store::Postgres(store, pool) => {
            durable(parts, issuer, store.clone(), Upkeep::of(store, kept, async move { pool.close().await })).await
        }
    }
}

/// Only in development: the store is not `Durable`, and so no other chain would compile.
async fn in_memory(parts: Parts, issuer: SiteIssuer, store: MemoryStore, upkeep: Upkeep) -> Result<Assembled, Box<dyn Error>> {
    let storage = clients::storage(parts.clients.clone(), store);
    match issuer {
        SiteIssuer::Loopback(issuer) => in_development(parts, issuer, storage, upkeep).await,
        // `Options::check` has said so already.
        SiteIssuer::Https(_) => Err("an https issuer needs --database".into()),
    }
}

async fn durable<T: Capable + Durable>(
    parts: Parts,
    issuer: SiteIssuer,
    store: T,
    upkeep: Upkeep,
) -> Result<Assembled, Box<dyn Error>> {
    let storage = clients::storage(parts.clients.clone(), store);
    match issuer {
        SiteIssuer::Loopback(issuer) => in_development(parts, issuer, storage, upkeep).await,
        SiteIssuer::Https(issuer) => in_production(parts, issuer, storage, upkeep).await,
    }
}

async fn in_development<T: Capable>(
    mut parts: Parts,
    issuer: LoopbackIssuer,
    storage: Storage<T>,
    upkeep: Upkeep,
) -> Result<Assembled, Box<dyn Error>> {
    let (options, resource) = (&parts.options, parts.resource.clone());
    let fetcher = documents::in_development(options.local_documents)?;
    let profile = Development::<OAuth21>::new();
    match (options.profile, mem::take(&mut parts.keys)) {
        (ProfileName::OAuth21, Keys::None) => {
            assemble(oauth21!(profile, fetcher, issuer, storage, options), |server, _| opaque(server), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::One(key)) => {
            let server = oauth21!(profile, fetcher, issuer, storage, options; &*resource, *key);
            assemble(server, |server, _| jwt(server, &resource), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::Stored(master_keys)) if options.openid && options.jwt => {
            let server = oauth21!(profile, fetcher, issuer, storage, options; openid parts, master_keys, jwt &*resource);
            assemble(server, |server, upkeep| jwt(telling(server, upkeep), &resource), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::Stored(master_keys)) if options.openid => {
            let server = oauth21!(profile, fetcher, issuer, storage, options; openid parts, master_keys);
            assemble(server, |server, upkeep| opaque(telling(server, upkeep)), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::Stored(master_keys)) => {
            let keys = SigningKeys::stored().algorithm(Es256);
            let server = oauth21!(profile, fetcher, issuer, storage, options; &*resource, keys, master_keys);
            assemble(server, |server, _| jwt(server, &resource), parts, upkeep).await
        }
        (ProfileName::Fapi2, _) => {
            let profile = Development::<Fapi2>::new();
            assemble(fapi2!(profile, fetcher, issuer, storage, options), |server, _| opaque(server), parts, upkeep).await
        }
        (ProfileName::Rfc6749, _) => {
            let (profile, users) = (Development::<Rfc6749>::new(), parts.users.clone());
            assemble(rfc6749!(profile, fetcher, issuer, storage, options, users), |server, _| opaque(server), parts, upkeep).await
        }
    }
}

async fn in_production<T: Capable + Durable>(
    mut parts: Parts,
    issuer: Issuer,
    storage: Storage<T>,
    upkeep: Upkeep,
) -> Result<Assembled, Box<dyn Error>> {
    let (options, resource, fetcher) = (&parts.options, parts.resource.clone(), documents::fetcher()?);
    match (options.profile, mem::take(&mut parts.keys)) {
        (ProfileName::OAuth21, Keys::None) if options.has_certificates() => {
            assemble(
                oauth21!(OAuth21, fetcher, issuer, storage, options; certificates),
                |server, _| opaque(server),
                parts,
                upkeep,
            )
            .await
        }
        (ProfileName::OAuth21, Keys::None) => {
            assemble(oauth21!(OAuth21, fetcher, issuer, storage, options), |server, _| opaque(server), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::One(key)) => {
            let server = oauth21!(OAuth21, fetcher, issuer, storage, options; &*resource, *key);
            assemble(server, |server, _| jwt(server, &resource), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::Stored(master_keys)) if options.openid && options.jwt => {
            let server = oauth21!(OAuth21, fetcher, issuer, storage, options; openid parts, master_keys, jwt &*resource);
            assemble(server, |server, upkeep| jwt(telling(server, upkeep), &resource), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::Stored(master_keys)) if options.openid => {
            let server = oauth21!(OAuth21, fetcher, issuer, storage, options; openid parts, master_keys);
            assemble(server, |server, upkeep| opaque(telling(server, upkeep)), parts, upkeep).await
        }
        (ProfileName::OAuth21, Keys::Stored(master_keys)) => {
            let keys = SigningKeys::stored().algorithm(Es256);
            let server = oauth21!(OAuth21, fetcher, issuer, storage, options; &*resource, keys, master_keys);
            assemble(server, |server, _| jwt(server, &resource), parts, upkeep).await
        }
        (ProfileName::Fapi2, _) if options.has_certificates() => {
            let server = fapi2!(Fapi2, fetcher, issuer, storage, options, MutualTls::required());
            assemble(server, |server, _| opaque(server), parts, upkeep).await
        }
        (ProfileName::Fapi2, _) => {
            assemble(fapi2!(Fapi2, fetcher, issuer, storage, options), |server, _| opaque(server), parts, upkeep).await
        }
        (ProfileName::Rfc6749, _) => {
            let users = parts.users.clone();
            assemble(rfc6749!(Rfc6749, fetcher, issuer, storage, options, users), |server, _| opaque(server), parts, upkeep).await
        }
    }
}

/// The same server, whose clients are told when somebody signs out.
fn telling<'s, S, G, R, F, P>(
    server: &'s Arc<AuthorizationServer<S, G, R, F, P>>,
    upkeep: &mut Upkeep,
) -> &'s Arc<AuthorizationServer<S, G, R, F, P>>
where
    S: SessionRecords + ClientStore,
    G: Send + Sync + 'static,
    R: Send + Sync + 'static,
    F: FeaturesOn<S> + Enables<BackChannelLogout> + 'static,
    P: 'static,
{
    let telling = server.clone();
    let task = tokio::spawn(async move { telling.deliver_logout_tokens(tokio::time::sleep).await });
    upkeep.tasks.push(task.abort_handle());
    server
}

/// Who checks opaque tokens for the pages of this program: the storage.
fn opaque<S: AccessTokenStore + Clone, G, R, F: FeatureList, P>(
    server: &Arc<AuthorizationServer<S, G, R, F, P>>,
) -> LocalVerifier<S> {
    LocalVerifier::new(server.storage().clone(), server.issuer().clone())
}

/// Who checks JWTs: the keys of the server, and its storage as well, so that a revocation is seen at once.
fn jwt<S, G, R, F, P>(server: &Arc<AuthorizationServer<S, G, R, F, P>>, resource: &str) -> impl TokenVerifier + use<S, G, R, F, P>
where
    S: FamilyStore + Clone,
    G: Send + Sync + 'static,
    R: Send + Sync + 'static,
    F: FeaturesOn<S> + 'static,
    P: 'static,
{
    let verifier = JwtVerifier::new(server.issuer().as_str(), resource, server.clone());
    verifier.families(server.storage().clone(), server.issuer().clone())
}

/// From here on the type of the server does not matter.
async fn assemble<S, G, R, F, P, V>(
    server: AuthorizationServer<S, G, R, F, P>,
    verifier: impl FnOnce(&Arc<AuthorizationServer<S, G, R, F, P>>, &mut Upkeep) -> V,
    parts: Parts,
    mut upkeep: Upkeep,
) -> Result<Assembled, Box<dyn Error>>
where
    AuthorizationServer<S, G, R, F, P>: SuspendsRequests,
    S: ClientRegistry
        + AuthorizationRecords
        + AccessTokenStore
        + DeferredStore
        + ReplayStore
        + SessionRecords
        + HealthCheck
        + Clone,
    G: GrantList + HasGrant<DeviceCode>,
    R: ResponseTypeList + 'static,
    F: FeaturesOn<S> + 'static,
    P: 'static,
    V: TokenVerifier,
{
    let Parts { options, entries, users, sign_in, .. } = parts;
    // Before anything is asked of it: where it signs, its keys are there.
    server.ready().await?;
    let left_out = clients::register(&server, entries, &options.scopes).await?;
    for id in &options.end_clients {
        let authorizations = server.revoke_client(id).await?;
        tracing::info!(client = %id, authorizations, "ended (--end-client)");
    }
    for person in &options.end_people {
        let authorizations = server.revoke_subject(person).await?;
        tracing::info!(person = person.as_str(), authorizations, "ended (--end-person)");
    }
    let server = Arc::new(server);
    let keeper = server.clone();
    upkeep.tasks.push(tokio::spawn(async move { keeper.keep_keys(tokio::time::sleep).await }).abort_handle());
    let erased = ErasedServer::new(server.clone());
    let health = {
        let server = server.clone();
        get(async move || match server.health().await {
            Ok(()) => (StatusCode::OK, "ok\n"),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable\n"),
        })
    };
    // Proofs that have come are where the other instances see them.
    let proofs = DpopProofs::new(SharedProofs::new(server.storage().clone(), server.issuer().clone()));
    let bound = options.dpop || options.profile == ProfileName::Fapi2;
    let proofs = if bound { proofs.required() } else { proofs };
    // FAPI 2.0 Security Profile section 5.4.1, which is for APIs as well.
    let proofs = match options.profile {
        ProfileName::Fapi2 => proofs.algorithms([Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa]),
        _ => proofs,
    };
    // And those that are bound to the certificate of the connection, where clients are asked for one.
    let resources = ResourceServer::new(verifier(&server, &mut upkeep)).mutual_tls().dpop(server.issuer().as_str(), proofs)?;
    let resources = resources.scope_hierarchy(options.scope_hierarchy()?);
    let pages = sign_in::router(erased.clone(), sign_in.clone())
        .merge(account::router(server.clone(), sign_in.clone()))
        .merge(api::router(resources, users, &options.scopes));
    let pages = if options.device { pages.merge(device::router(server.clone(), sign_in.clone())) } else { pages };
    let sources = options.sources();
    let endpoints = registration::with_sources(router_with(Arc::new(erased), sign_in), sources).route("/health", health);
    Ok(Assembled { endpoints, pages, left_out, upkeep })
}
