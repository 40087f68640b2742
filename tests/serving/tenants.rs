//! Tenants: servers of several types as one, and what is asked of them beside requests.

use std::collections::HashMap;
use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use grantor::{
    AccessTokenStore, Administered, Administers, Authorization, AuthorizationCode, AuthorizationRecords, AuthorizationServer,
    Boxed, Client, ClientBuilder, ClientCredentials, ClientRegistry, ClientSecret, ClientStore, Code, Development, ErasedServer,
    Es256, FamilyStore, HealthCheck, Introspection, JwtAccessTokens, ManualClock, MasterKeys, MemoryStore, OAuth21, RefreshToken,
    RegisterError, ResumeError, SigningKeys, StoreError, forward, issuer,
};
use http::{HeaderMap, Request};
use tokio::sync::Notify;

use crate::common::{
    Approves, CALLBACK, PKCE, Peer, REQUEST, SECRET, START, basic, form, legacy_server_on, redemption, subject, with,
};

/// What a server for machines needs of its storage, and what administering it needs: no codes, no refresh tokens, and no requests
/// that wait. It is well until it is told otherwise.
#[derive(Default)]
struct ForMachines {
    inner: MemoryStore,
    is_ill: AtomicBool,
}

impl ForMachines {
    const fn inner(&self) -> &MemoryStore {
        &self.inner
    }
}

impl ClientStore for ForMachines {
    forward!(ClientStore => MemoryStore, Self::inner);
}

impl ClientRegistry for ForMachines {
    forward!(ClientRegistry => MemoryStore, Self::inner);
}

impl FamilyStore for ForMachines {
    forward!(FamilyStore => MemoryStore, Self::inner);
}

impl AuthorizationRecords for ForMachines {
    forward!(AuthorizationRecords => MemoryStore, Self::inner);
}

impl AccessTokenStore for ForMachines {
    forward!(AccessTokenStore => MemoryStore, Self::inner);
}

impl HealthCheck for ForMachines {
    async fn check_health(&self) -> Result<(), StoreError> {
        if self.is_ill.load(Ordering::Relaxed) { Err(StoreError::failed("ill")) } else { Ok(()) }
    }
}

type Tenant = Peer<ErasedServer<Administered>>;

fn machines(
    store: &Arc<ForMachines>,
    clock: &ManualClock,
) -> AuthorizationServer<Arc<ForMachines>, (ClientCredentials,), (), (Introspection,), Development> {
    let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).issuer(issuer!("https://m.example.com"));
    chain.storage(store.clone()).clock(clock.clone()).grant(ClientCredentials::new()).enable(Introspection::new()).build()
}

/// Three servers of three types, two of them over one storage. Each has the client `rs`, and so the method is that of the facade.
async fn tenants() -> (HashMap<&'static str, Tenant>, Arc<ForMachines>) {
    let (store, for_machines, clock) = (MemoryStore::new(), Arc::<ForMachines>::default(), ManualClock::new(START));
    let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).issuer(issuer!("https://n.example.com"));
    let chain = chain.storage(store.clone()).clock(clock.clone()).grant(AuthorizationCode::new()).grant(RefreshToken::new());
    let modern = chain.response_type(Code).enable(Introspection::new()).build();
    let legacy = Arc::new(legacy_server_on(store, &clock, 0));
    let all = HashMap::from([
        ("modern", ErasedServer::administered(modern)),
        ("legacy", ErasedServer::administered(legacy)),
        ("machines", ErasedServer::administered(machines(&for_machines, &clock))),
    ]);
    let mut peers = HashMap::new();
    for (name, server) in all {
        let rs = Client::confidential("rs", &secret()).grant_types::<String>([]).introspects_any_token();
        register(&server, rs).await.expect("a registration");
        peers.insert(name, Peer::new(server, Approves, clock.clone()));
    }
    (peers, for_machines)
}

fn secret() -> ClientSecret {
    ClientSecret::parse(SECRET).expect("a secret")
}

/// `pub`, which people use.
fn for_people() -> ClientBuilder {
    Client::public("pub").redirect_uri(CALLBACK).scope("scope read write").grant_types(["authorization_code"])
}

/// `conf`, which no person uses.
fn for_itself() -> ClientBuilder {
    Client::confidential("conf", &secret()).grant_types(["client_credentials"]).scope("read")
}

/// Any server: an erased one, too.
async fn register(server: &impl Administers, client: ClientBuilder) -> Result<(), RegisterError> {
    server.register_client(client.build().expect("a client")).await
}

const AS_ITSELF: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test]
async fn a_client_of_one_tenant_is_unknown_to_the_others() {
    let (tenants, _) = tenants().await;
    let request = with(&REQUEST, &PKCE);
    register(&*tenants["modern"].server, for_people()).await.expect("a registration");
    assert_eq!(tenants["modern"].authorize(&request).await.status, 302);
    tenants["legacy"].authorize(&request).await.assert_page(400);
    for (name, known) in [("machines", true), ("legacy", false)] {
        if known {
            register(&*tenants[name].server, for_itself()).await.expect("a registration");
        }
        let answer = tenants[name].token_conf(&AS_ITSELF).await;
        if known { answer.assert_ok() } else { answer.assert_error(401, "invalid_client") }
    }
    // Each takes what it can serve.
    for (name, client) in [("machines", for_people()), ("modern", for_itself())] {
        let refused = register(&*tenants[name].server, client).await;
        assert!(matches!(refused, Err(RegisterError::Rejected(_))), "{name}: {refused:?}");
    }
}

#[tokio::test]
async fn each_tenant_has_its_own_health_and_its_own_switch() {
    let (tenants, store) = tenants().await;
    let healthy = async || {
        let mut healthy = Vec::new();
        for name in ["modern", "legacy", "machines"] {
            healthy.push(tenants[name].server.health().await.is_ok());
        }
        healthy
    };
    assert_eq!(healthy().await, [true, true, true]);
    store.is_ill.store(true, Ordering::Relaxed);
    assert_eq!(healthy().await, [true, true, false]);
    store.is_ill.store(false, Ordering::Relaxed);

    for name in ["legacy", "machines"] {
        register(&*tenants[name].server, for_itself()).await.expect("a registration");
    }
    // The same server, whatever else was forgotten of it.
    let plain: ErasedServer = ErasedServer::clone(&tenants["legacy"].server).into();
    plain.set_available(false);
    assert_eq!(healthy().await, [true, false, true]);
    let answer = tenants["legacy"].token_conf(&AS_ITSELF).await;
    assert_eq!((answer.status.as_u16(), &*answer.member("error")), (503, "temporarily_unavailable"));
    tenants["machines"].token_conf(&AS_ITSELF).await.assert_ok();
    plain.set_available(true);
    assert_eq!(healthy().await, [true, true, true]);
    tenants["legacy"].token_conf(&AS_ITSELF).await.assert_ok();
}

#[tokio::test]
async fn a_person_takes_back_what_they_authorized_at_one_tenant() {
    let (tenants, _) = tenants().await;
    let (modern, legacy, person) = (&tenants["modern"], &tenants["legacy"], subject("username"));
    let mut tokens = Vec::new();
    for tenant in [modern, legacy] {
        register(&*tenant.server, for_people()).await.expect("a registration");
        tokens.push(tenant.redeem(&tenant.code("pub").await).await.member("access_token"));
    }
    let listed = async |tenant: &Tenant| tenant.server.authorizations(&person).await.expect("a list");
    let at_modern = listed(modern).await;
    assert_eq!((at_modern.len(), at_modern[0].client_id.as_str(), listed(legacy).await.len()), (1, "pub", 1));
    assert!(listed(&tenants["machines"]).await.is_empty());

    let revoke = async |tenant: &Tenant| tenant.server.revoke_authorization(&person, &at_modern[0].id).await.expect("an answer");
    assert!(!revoke(legacy).await);
    assert!(modern.is_active(&tokens[0]).await);
    assert!(revoke(modern).await);
    assert!(!revoke(modern).await);
    assert!(!modern.is_active(&tokens[0]).await && legacy.is_active(&tokens[1]).await);
    assert!(listed(modern).await.is_empty());
    // A code of it is as dead.
    let code = modern.code("pub").await;
    for record in listed(modern).await {
        modern.server.revoke_authorization(&person, &record.id).await.expect("an answer");
    }
    modern.token(&redemption(&code)).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_server_for_machines_is_erased_without_a_store_for_requests_that_wait() {
    let (store, clock) = (Arc::<ForMachines>::default(), ManualClock::new(START));
    let (tenants, _) = tenants().await;
    let erased: Vec<ErasedServer> =
        vec![ErasedServer::new(machines(&store, &clock)), ErasedServer::clone(&tenants["modern"].server).into()];
    register(&machines(&store, &clock), for_itself()).await.expect("a registration");
    register(&*tenants["modern"].server, for_people()).await.expect("a registration");
    let peer = Peer::new(erased[0].clone(), Approves, clock);
    peer.token_conf(&AS_ITSELF).await.assert_ok();
    assert_eq!(peer.post("/authorize", Some(&basic("conf", SECRET)), &REQUEST).await.status, 404);

    // It has no request to suspend. What an application confuses with one is another server's.
    let uri = format!("/authorize?{}", form(&with(&REQUEST, &PKCE)));
    let valid = async || {
        let request = Request::get(&uri).body(Bytes::new()).expect("a request");
        let Authorization::Interact(valid) = erased[1].authorize(request).await else { panic!("refused") };
        valid
    };
    assert!(matches!(erased[0].suspend(valid().await).await, Err(StoreError::Failed(_))));
    let suspended = erased[1].suspend(valid().await).await.expect("suspended");
    let cookie = suspended.set_cookie().to_str().expect("text").split(';').next().unwrap_or_default();
    let headers = HeaderMap::from_iter([(http::header::COOKIE, cookie.parse().expect("a header"))]);
    assert!(matches!(erased[0].resume(suspended.handle(), &headers).await, Err(ResumeError::NotFound)));
    assert!(erased[1].resume(suspended.handle(), &headers).await.is_ok());
}

/// Whoever has forgotten the type of a server still has to open its keys, and to replace them.
#[tokio::test]
async fn the_keys_of_an_erased_server_are_kept() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .master_keys(MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").expect("a key"))
        .grant(ClientCredentials::new())
        .enable(SigningKeys::stored().algorithm(Es256))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .build();
    let server = ErasedServer::new(server);
    let published = async || {
        let request = Request::get("/jwks").body(Bytes::new()).expect("a request");
        let answer = server.handle(request).await;
        (answer.status().as_u16(), String::from_utf8(answer.into_body().to_vec()).expect("text"))
    };
    assert_eq!(published().await.0, 503);
    server.ready().await.expect("keys");
    let first = published().await;
    assert_eq!(first.0, 200, "{first:?}");
    // So long that the first key is forgotten; nobody has purged it.
    clock.advance(400 * 24 * 60 * 60);
    let (waits, mut pauses) = (Arc::new(Notify::new()), 0);
    let done = waits.clone();
    let pause = move |_| -> Boxed<'static, ()> {
        pauses += 1;
        if pauses == 1 {
            return Box::pin(ready(()));
        }
        done.notify_one();
        Box::pin(pending())
    };
    tokio::select! {
        () = server.keep_keys(Box::new(pause)) => {}
        () = waits.notified() => {}
    }
    let later = published().await;
    assert!(later.0 == 200 && later.1 != first.1, "{later:?}");
}
