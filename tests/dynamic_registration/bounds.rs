//! How many, how large, how often; and the end of those that nobody uses.

use super::*;
use grantor::testing::{FailingStore, Fault, Hook, Hooked};
use grantor::{
    ClientStore as _, PurgeExpired as _, RegisteredClients, RegistrationBytes, RegistrationsPerHour, RegistrationsPerSource,
    RequestSource, SqliteStore, StoreError, UnusedClientLifetime,
};

const DAY: u64 = 86_400;

async fn from(peer: &Client<AnyClient>, source: &str) -> Answer {
    let request = Request::post("/register").header(header::CONTENT_TYPE, "application/json");
    let request = request.extension(RequestSource::new(source.parse().expect("an address")));
    peer.send(request.body(Bytes::from(public().to_string())).expect("a request")).await
}

// shows: RFC7591-3-06, OIDC-REG-3-04
#[tokio::test]
async fn a_source_registers_so_often_and_others_go_on() {
    let registration = DynamicRegistration::new(AnyClient::new())
        .per_source(RegistrationsPerSource::new(2).expect("a limit"))
        .per_hour(RegistrationsPerHour::new(4).expect("a limit"));
    let peer = server_on(MemoryStore::new(), registration);
    for (source, status) in
        [("192.0.2.1", 201), ("192.0.2.1", 201), ("192.0.2.1", 429), ("192.0.2.2", 201), ("192.0.2.3", 201), ("192.0.2.4", 429)]
    {
        let answer = from(&peer, source).await;
        assert_eq!(answer.status.as_u16(), status, "{source}");
        if status == 429 {
            assert_eq!((&*answer.member("error"), answer.header("retry-after")), ("temporarily_unavailable", "3600"));
        }
    }
    peer.clock.advance(3_600);
    assert_eq!(from(&peer, "192.0.2.1").await.status, 201);
}

#[tokio::test]
async fn so_many_clients_and_so_many_bytes() {
    let registration = DynamicRegistration::new(AnyClient::new())
        .most_clients(RegisteredClients::new(2).expect("a limit"))
        .most_bytes(RegistrationBytes::new(512).expect("a limit"));
    let peer = server_on(MemoryStore::new(), registration);
    let operators = grantor::Client::public("theirs").redirect_uri(CALLBACK).build().expect("a client");
    peer.server.register_client(operators).await.expect("registered");
    let client = registered(&peer, &public()).await;
    registered(&peer, &public()).await;
    let full = register(&peer, &public()).await;
    full.assert_error(503, "temporarily_unavailable");
    assert_eq!(full.header("retry-after"), "3600");
    assert_eq!(managed(&peer, Method::DELETE, &client, None).await.status, 204);
    registered(&peer, &public()).await;

    let long = and(public(), json!({"client_name": "x".repeat(512)}));
    register(&peer, &long).await.assert_error(400, "invalid_client_metadata");
}

// shows: RFC7591-5-08
#[tokio::test]
async fn a_client_ends_by_disuse_and_not_by_age() {
    let registration =
        DynamicRegistration::new(AnyClient::new()).unused_for(UnusedClientLifetime::from_secs(10 * DAY).expect("a lifetime"));
    let peer = server_on(MemoryStore::new(), registration);
    let (used, unused) = (registered(&peer, &public()).await, registered(&peer, &public()).await);
    for _ in 0..5 {
        peer.clock.advance(4 * DAY);
        tokens(&peer, &used, "read").await.assert_ok();
    }
    let request = [("response_type", "code"), ("client_id", text(&unused, "client_id")), ("redirect_uri", CALLBACK)];
    peer.authorize(&request).await.assert_page(400);
    managed(&peer, Method::GET, &unused, None).await.assert_error(401, "invalid_token");
    let all = async || peer.server.list_clients(None, 9).await.expect("an answer").len();
    assert_eq!(all().await, 2);
    assert!(peer.server.storage().purge_expired(grantor::Clock::now(&peer.clock)).await.expect("a purge") >= 1);
    assert_eq!(all().await, 1);
    tokens(&peer, &used, "read").await.assert_ok();
    peer.clock.advance(10 * DAY);
    managed(&peer, Method::GET, &used, None).await.assert_error(401, "invalid_token");
}

/// How often a use is noted.
#[derive(Default)]
struct Notes(std::sync::atomic::AtomicUsize);

impl Hook for Notes {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if name == "keep_client" {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        step.await
    }
}

#[tokio::test]
async fn a_use_is_noted_once_a_day() {
    let store = Hooked::new(Notes::default());
    let peer = server_on(store.clone(), DynamicRegistration::new(AnyClient::new()));
    let client = registered(&peer, &public()).await;
    let notes = || store.hook.0.load(std::sync::atomic::Ordering::Relaxed);
    for _ in 0..10 {
        tokens(&peer, &client, "read").await.assert_ok();
        peer.clock.advance(3_600);
    }
    assert_eq!(notes(), 0);
    for day in 1..4 {
        peer.clock.advance(DAY);
        for _ in 0..3 {
            tokens(&peer, &client, "read").await.assert_ok();
        }
        assert_eq!(notes(), day);
    }
}

#[tokio::test]
async fn a_use_that_cannot_be_noted_fails_nobody() {
    let store = FailingStore::default();
    let peer = server_on(store.clone(), DynamicRegistration::new(AnyClient::new()));
    let client = registered(&peer, &public()).await;
    peer.clock.advance(2 * DAY);
    store.hook.at("keep_client", Fault::Unavailable);
    tokens(&peer, &client, "read").await.assert_ok();
    store.hook.heal();
    let before = peer.server.storage().client(peer.server.issuer(), text(&client, "client_id")).await.expect("an answer");
    tokens(&peer, &client, "read").await.assert_ok();
    let after = peer.server.storage().client(peer.server.issuer(), text(&client, "client_id")).await.expect("an answer");
    assert!(before.and_then(|it| it.unused_until()) < after.and_then(|it| it.unused_until()));
}

#[tokio::test]
async fn a_storage_that_fails_registers_nobody_and_says_so() {
    let store = FailingStore::default();
    let peer = server_on(store.clone(), DynamicRegistration::new(AnyClient::new()));
    store.hook.at("add_client", Fault::Unavailable);
    register(&peer, &public()).await.assert_error(503, "temporarily_unavailable");
    store.hook.heal();
    store.hook.at("add_client", Fault::Failed);
    let answer = register(&peer, &public()).await;
    answer.assert_error(500, "server_error");
    assert!(!answer.body.contains("driver"));
}

/// The whole life of a client on a disk, over a start of the process.
// shows: RFC7592-5-01
#[tokio::test]
async fn what_was_registered_is_there_after_a_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db");
    let at = || server_on(SqliteStore::open(&path).expect("a store"), DynamicRegistration::new(AnyClient::new()));
    let peer = at();
    let client = registered(&peer, &and(public(), json!({"grant_types": ["authorization_code", "refresh_token"]}))).await;
    peer.server.storage().close().await;
    let peer = at();
    assert_eq!(managed(&peer, Method::GET, &client, None).await.json(), client);
    let changed = and(client.clone(), json!({"client_name": "x"}));
    let changed = managed(&peer, Method::PUT, &client, Some(&changed)).await;
    changed.assert_ok();
    managed(&peer, Method::GET, &changed.json(), None).await.assert_ok();
    managed(&peer, Method::GET, &client, None).await.assert_error(401, "invalid_token");
    peer.clock.advance(2 * DAY);
    tokens(&peer, &client, "read").await.assert_ok();
    peer.clock.advance(89 * DAY);
    tokens(&peer, &client, "read").await.assert_ok();
    assert_eq!(managed(&peer, Method::DELETE, &changed.json(), None).await.status, 204);
}

/// Ten thousand strangers, and one more: those that were there are served, the one is told to come again, and all end by disuse.
#[tokio::test]
async fn ten_thousand_registrations() {
    const MANY: u32 = 10_000;
    let registration = DynamicRegistration::new(AnyClient::new())
        .most_clients(RegisteredClients::new(MANY).expect("a limit"))
        .per_hour(RegistrationsPerHour::new(MANY + 10).expect("a limit"));
    let peer = server_on(MemoryStore::new(), registration);
    let first = registered(&peer, &public()).await;
    for _ in 1..MANY {
        assert_eq!(register(&peer, &public()).await.status, 201);
    }
    register(&peer, &public()).await.assert_error(503, "temporarily_unavailable");
    tokens(&peer, &first, "read").await.assert_ok();
    managed(&peer, Method::GET, &first, None).await.assert_ok();
    peer.clock.advance(90 * DAY);
    let purged = peer.server.storage().purge_expired(grantor::Clock::now(&peer.clock)).await.expect("a purge");
    assert!(purged >= u64::from(MANY), "{purged}");
    registered(&peer, &public()).await;
}
