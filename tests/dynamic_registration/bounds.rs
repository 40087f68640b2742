//! How many, how large, how often; and the end of those that nobody uses.

use super::*;
use grantor::testing::{FailingStore, Fault, Hook, Hooked};
use grantor::{
    PurgeExpired as _, RegisteredClients, RegistrationBytes, RegistrationsPerHour, RegistrationsPerSource, RequestSource,
    SqliteStore, StoreError, UnusedClientLifetime, lifetime,
};

const DAY: u64 = 86_400;
/// How long there is until the first token, in seconds, unless somebody says otherwise.
const FIRST_USE: u64 = 21_600;

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
    for client in [&used, &unused] {
        tokens(&peer, client, "read").await.assert_ok();
    }
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

/// So nobody keeps clients that are of no use to anybody.
#[tokio::test]
async fn a_client_that_never_got_a_token_ends_soon_and_a_change_keeps_it_no_longer() {
    let peer = open();
    let change = async |client: &Value| {
        let members = and(public(), json!({"client_id": client["client_id"], "client_name": "Another name"}));
        let answer = managed(&peer, Method::PUT, client, Some(&members)).await;
        answer.assert_ok();
        answer.json()
    };
    let (used, unused) = (registered(&peer, &public()).await, registered(&peer, &public()).await);
    tokens(&peer, &used, "read").await.assert_ok();
    peer.clock.advance(FIRST_USE - 1);
    let (used, unused) = (change(&used).await, change(&unused).await);
    managed(&peer, Method::GET, &unused, None).await.assert_ok();
    peer.clock.advance(1);
    managed(&peer, Method::GET, &unused, None).await.assert_error(401, "invalid_token");
    // One that was used stays; to change it is no use of it either.
    peer.clock.advance(90 * DAY - FIRST_USE - 1);
    let used = change(&used).await;
    peer.clock.advance(1);
    managed(&peer, Method::GET, &used, None).await.assert_error(401, "invalid_token");
}

/// One that the operator keeps for good does not end because it changes its name.
#[tokio::test]
async fn a_change_gives_no_end_to_a_client_that_has_none() {
    let peer = open();
    let client = registered(&peer, &public()).await;
    let kept = grantor::Client::clone(&*record(peer.server.storage(), &client).await).with_unused_until(None);
    peer.server.register_client(kept).await.expect("registered");
    let change = and(public(), json!({"client_id": client["client_id"], "client_name": "Another name"}));
    managed(&peer, Method::PUT, &client, Some(&change)).await.assert_ok();
    assert_eq!(record(peer.server.storage(), &client).await.unused_until(), None);
}

/// With limits in the proportion of those that there are without a call: for two days, each hour as many as it may.
#[tokio::test]
async fn one_source_leaves_room_for_all_others() {
    let registration = DynamicRegistration::new(AnyClient::new())
        .most_clients(RegisteredClients::new(100).expect("a limit"))
        .per_source(RegistrationsPerSource::new(10).expect("a limit"));
    let peer = server_on(MemoryStore::new(), registration);
    for hour in 0..48 {
        for _ in 0..10 {
            assert_eq!(from(&peer, "192.0.2.1").await.status, 201, "{hour}");
        }
        assert_eq!(from(&peer, "192.0.2.1").await.status, 429, "{hour}");
        assert_eq!(from(&peer, "192.0.2.2").await.status, 201, "{hour}");
        peer.clock.advance(3_600);
    }
}

#[tokio::test]
async fn how_long_there_is_until_the_first_token_is_for_the_operator_to_say() {
    let policy = Says(|request| match request.client().name() {
        "usual" => Ok(Admission::new()),
        "slow" => Ok(Admission::new().first_use_within(lifetime!(FirstUseLifetime, 864_000))),
        "slow and short" => Ok(Admission::new()
            .first_use_within(lifetime!(FirstUseLifetime, 864_000))
            .unused_for(lifetime!(UnusedClientLifetime, 172_800))),
        other => panic!("{other}"),
    });
    let registration = DynamicRegistration::new(policy).first_use_within(lifetime!(FirstUseLifetime, 600));
    let peer = server_on(MemoryStore::new(), registration);
    for (name, seconds) in [("usual", 600), ("slow", 10 * DAY), ("slow and short", 2 * DAY)] {
        let client = registered(&peer, &and(public(), json!({"client_name": name}))).await;
        let end = record(peer.server.storage(), &client).await.unused_until();
        assert_eq!(end, Some(START.saturating_add_secs(seconds)), "{name}");
    }
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
    // The first one.
    assert_eq!(notes(), 1);
    for day in 1..4 {
        peer.clock.advance(DAY);
        for _ in 0..3 {
            tokens(&peer, &client, "read").await.assert_ok();
        }
        assert_eq!(notes(), 1 + day);
    }
}

#[tokio::test]
async fn a_use_that_cannot_be_noted_fails_nobody() {
    let store = FailingStore::default();
    let peer = server_on(store.clone(), DynamicRegistration::new(AnyClient::new()));
    let client = registered(&peer, &public()).await;
    let end = async || record(peer.server.storage(), &client).await.unused_until();
    for pause in [0, 2 * DAY] {
        peer.clock.advance(pause);
        store.hook.at("keep_client", Fault::Unavailable);
        let before = end().await;
        tokens(&peer, &client, "read").await.assert_ok();
        store.hook.heal();
        assert_eq!(end().await, before);
        tokens(&peer, &client, "read").await.assert_ok();
        assert!(before < end().await);
    }
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
    tokens(&peer, &client, "read").await.assert_ok();
    peer.clock.advance(2 * DAY);
    tokens(&peer, &client, "read").await.assert_ok();
    peer.clock.advance(89 * DAY);
    tokens(&peer, &client, "read").await.assert_ok();
    assert_eq!(managed(&peer, Method::DELETE, &changed.json(), None).await.status, 204);
}

/// So many strangers, and one more: those that were there are served, the one is told to come again, and all end by disuse.
async fn so_many_registrations<S>(store: S, many: u32)
where
    S: RegistrationStore
        + grantor::AuthorizationRecords
        + grantor::AuthorizationCodeStore
        + grantor::AccessTokenStore
        + grantor::RefreshTokenStore
        + grantor::PurgeExpired,
{
    let registration = DynamicRegistration::new(AnyClient::new())
        .most_clients(RegisteredClients::new(many).expect("a limit"))
        .per_hour(RegistrationsPerHour::new(many + 10).expect("a limit"));
    let peer = server_on(store, registration);
    let first = registered(&peer, &public()).await;
    for _ in 1..many {
        assert_eq!(register(&peer, &public()).await.status, 201);
    }
    register(&peer, &public()).await.assert_error(503, "temporarily_unavailable");
    tokens(&peer, &first, "read").await.assert_ok();
    managed(&peer, Method::GET, &first, None).await.assert_ok();
    let purged = async || peer.server.storage().purge_expired(grantor::Clock::now(&peer.clock)).await.expect("a purge");
    // Those that were never used, and then the one that was, with what it got.
    peer.clock.advance(FIRST_USE);
    assert!(purged().await >= u64::from(many) - 1);
    managed(&peer, Method::GET, &first, None).await.assert_ok();
    registered(&peer, &public()).await;
    peer.clock.advance(90 * DAY - FIRST_USE);
    assert!(purged().await >= 2);
    managed(&peer, Method::GET, &first, None).await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn ten_thousand_registrations() {
    so_many_registrations(MemoryStore::new(), 10_000).await;
}

#[tokio::test]
async fn ten_thousand_registrations_in_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    so_many_registrations(store, common::size::sized(300, 10_000)).await;
}

#[tokio::test]
async fn ten_thousand_registrations_in_postgresql() {
    let Some(cluster) = common::postgres::Cluster::shared() else { return };
    so_many_registrations(cluster.store().await, common::size::sized(300, 10_000)).await;
}
