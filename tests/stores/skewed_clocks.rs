//! Instances whose clocks differ, over one database: nobody's retry is taken for a replay, no window stays open, and a purge takes
//! nothing that is alive.

use std::time::Duration;

use grantor::storage::{AuthorizationRecords, PurgeExpired};
use grantor::{
    AccessTokenLifetime, AccessTokenStore, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Client,
    ClientRegistry, ClientSecret, Clock as _, Code, Development, Introspection, ManualClock, OAuth21, PostgresStore,
    RefreshToken, RefreshTokenStore, RetryWindow, SqliteStore, SystemClock, Timestamp, issuer,
};

use crate::common::postgres::Cluster;
use crate::common::{Approves, CALLBACK, Peer, SECRET, START, subject};

type Server<S> = AuthorizationServer<S, (AuthorizationCode, RefreshToken), (Code,), (Introspection,), Development<OAuth21>>;

/// What the system's clock says, and so many seconds.
fn skewed(seconds: i64) -> Timestamp {
    Timestamp::from_unix(SystemClock.now().as_unix().saturating_add_signed(seconds))
}

trait Store:
    ClientRegistry
    + AuthorizationRecords
    + AuthorizationCodeStore
    + AccessTokenStore
    + RefreshTokenStore
    + PurgeExpired
    + Clone
    + Send
    + Sync
{
}

impl Store for SqliteStore {}
impl Store for PostgresStore {}

/// An instance whose clock is off by so many seconds.
async fn instance<S: Store>(store: &S, seconds: i64, window: u64) -> Peer<Server<S>> {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .clock(move || skewed(seconds))
        .access_token_lifetime(AccessTokenLifetime::literal(600))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new().retry_window(RetryWindow::from_secs(window).expect("a window")))
        .response_type(Code)
        .enable(Introspection::new())
        .build();
    let client = Client::public("pub").redirect_uri(CALLBACK).scope("scope read write");
    let client = client.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
    server.register_client(client).await.expect("a registration");
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let rs = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    server.register_client(rs.build().expect("a client")).await.expect("a registration");
    Peer::new(server, Approves, ManualClock::new(START))
}

macro_rules! over {
    ($($test:ident;)*) => {
        $(
            mod $test {
                use super::*;

                #[tokio::test]
                async fn one_sqlite_file() {
                    let directory = tempfile::tempdir().expect("a directory");
                    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
                    super::$test(open(), open()).await;
                }

                #[tokio::test]
                async fn one_postgres_database() {
                    let Some(cluster) = Cluster::shared() else { return };
                    let store: PostgresStore = cluster.store().await;
                    super::$test(store.clone(), store).await;
                }
            }
        )*
    };
}

over! {
    a_retry_through_another_instance_is_a_retry;
    a_window_closes_whoever_opened_it;
    a_purge_by_a_fast_clock_takes_nothing_that_is_alive;
    what_ends_through_a_fast_instance_ends_for_all;
}

/// An instance that is fast takes for forgotten what lives for others.
async fn what_ends_through_a_fast_instance_ends_for_all<S: Store>(here: S, there: S) {
    let first = instance(&here, 0, 5).await;
    let fast = instance(&there, 20 * 86_400, 5).await;
    let id = grantor::ClientId::parse("pub").expect("an identifier");
    for of_client in [false, true] {
        let (access_token, refresh_token) = first.tokens().await;
        let ended = match of_client {
            true => fast.server.revoke_client(&id).await,
            false => fast.server.revoke_subject(&subject("username")).await,
        };
        assert_eq!(ended.expect("an answer"), 1);
        assert!(!first.is_active(&access_token).await);
        first.refresh(&refresh_token).await.assert_error(400, "invalid_grant");
    }
}

const SKEWS: [i64; 5] = [0, 6, -6, 3_600, -3_600];

async fn a_retry_through_another_instance_is_a_retry<S: Store>(here: S, there: S) {
    for rotating in SKEWS {
        let first = instance(&here, rotating, 5).await;
        for retrying in SKEWS {
            let second = instance(&there, retrying, 5).await;
            let (_, refresh_token) = first.tokens().await;
            let rotated = first.refresh(&refresh_token).await.member("refresh_token");
            let retried = second.refresh(&refresh_token).await;
            retried.assert_ok();
            assert_eq!(retried.member("refresh_token"), rotated, "rotated at {rotating}, retried at {retrying}");
            second.refresh(&rotated).await.assert_ok();
        }
    }
}

async fn a_window_closes_whoever_opened_it<S: Store>(here: S, there: S) {
    let mut rotated = Vec::new();
    for rotating in SKEWS {
        let first = instance(&here, rotating, 1).await;
        for retrying in [0, 6, 3_600, -3_600] {
            let (_, refresh_token) = first.tokens().await;
            let successor = first.refresh(&refresh_token).await.member("refresh_token");
            rotated.push((rotating, retrying, refresh_token, successor));
        }
    }
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    for (rotating, retrying, old, successor) in rotated {
        let second = instance(&there, retrying, 1).await;
        let late = second.refresh(&old).await;
        assert_eq!(late.status, 400, "rotated at {rotating}, retried at {retrying}");
        // It was a replay, and ends the successor too.
        second.refresh(&successor).await.assert_error(400, "invalid_grant");
    }
}

async fn a_purge_by_a_fast_clock_takes_nothing_that_is_alive<S: Store>(here: S, there: S) {
    let peer = instance(&here, 0, 60).await;
    let (access_token, refresh_token) = peer.tokens().await;
    let rotated = peer.refresh(&refresh_token).await;
    let code = peer.code("pub").await;
    for seconds in [61, 3_600, 30 * 86_400, 365 * 86_400] {
        there.purge_expired(skewed(seconds)).await.expect("a number");
    }
    assert!(!peer.is_active(&access_token).await && peer.is_active(&rotated.member("access_token")).await);
    // What is needed to retry is there, and so is the code.
    assert_eq!(peer.refresh(&refresh_token).await.member("refresh_token"), rotated.member("refresh_token"));
    peer.redeem(&code).await.assert_ok();

    // And what has expired by the right clock goes, whoever purges.
    let slow = instance(&here, -90 * 86_400, 0).await;
    slow.tokens().await;
    assert!(there.purge_expired(skewed(3_600)).await.expect("a number") >= 3);
    assert_eq!(there.purge_expired(skewed(3_600)).await.expect("a number"), 0);
}
