//! Between the PostgreSQL store and its database: how many round trips an operation costs, who gets a connection that many wait
//! for, and what clients see when the connection is lost, silent, or not to be had.

use std::sync::Arc;
use std::time::Duration;

use grantor::PostgresStore;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::proxy::{Mode, Proxy};
use crate::common::{Answer, Legacy, Peer, fixture_on};

struct Behind {
    proxy: Proxy,
    pool: PgPool,
    peer: Arc<Peer<Legacy<PostgresStore>>>,
}

impl Behind {
    async fn new(options: PgPoolOptions) -> Option<Self> {
        let proxy = Proxy::to(Cluster::shared()?.port()).await;
        let pool = options.connect(&proxy.url()).await.expect("a pool");
        let store = PostgresStore::open_in(pool.clone(), &fresh_schema()).await.expect("a store");
        Some(Self { proxy, pool, peer: Arc::new(fixture_on(store, 5).await) })
    }

    async fn client_credentials(&self) -> Answer {
        self.peer.token_conf(&[("grant_type", "client_credentials")]).await
    }

    /// So many requests at once, each of two statements.
    async fn at_once(&self, requests: usize) {
        let mut answers = JoinSet::new();
        for _ in 0..requests {
            let peer = self.peer.clone();
            answers.spawn(async move { peer.token_conf(&[("grant_type", "client_credentials")]).await });
        }
        answers.join_all().await.iter().for_each(Answer::assert_ok);
    }

    async fn round_trips<T>(&self, operation: impl Future<Output = T>) -> (T, u64) {
        let before = self.proxy.statements();
        let result = operation.await;
        (result, self.proxy.statements() - before)
    }
}

fn assert_later(answer: &Answer) {
    answer.assert_error(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
}

#[tokio::test]
async fn round_trips_of_each_operation() {
    // One connection: another would be set up at some time, which is a round trip too.
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(1)).await else { return };
    let peer = &behind.peer;
    let (_, client_credentials) = behind.round_trips(behind.client_credentials()).await;
    let (code, authorize) = behind.round_trips(peer.code("pub")).await;
    let (tokens, redemption) = behind.round_trips(peer.redeem(&code)).await;
    let (refreshed, refresh) = behind.round_trips(peer.refresh(&tokens.member("refresh_token"))).await;
    let (active, introspection) = behind.round_trips(peer.is_active(&refreshed.member("access_token"))).await;
    assert!(active);
    let counted = [client_credentials, authorize, redemption, refresh, introspection];
    println!("round trips: client credentials, authorize, code to tokens, refresh, introspection: {counted:?}");
    assert_eq!(counted, [2, 2, 3, 3, 2]);
}

#[tokio::test]
async fn while_statements_wait_a_connection_is_not_tested_in_between() {
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(1)).await else { return };
    behind.at_once(1).await;
    let (statements, pings) = (behind.proxy.statements(), behind.proxy.pings());
    behind.at_once(16).await;
    let (statements, pings) = (behind.proxy.statements() - statements, behind.proxy.pings() - pings);
    assert!(statements == 32 && pings <= 8, "{statements} statements, {pings} tests");
}

#[tokio::test]
async fn a_pool_grows_though_connections_are_handed_on() {
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(4)).await else { return };
    behind.at_once(32).await;
    // None that was being opened was given up.
    behind.proxy.has(4).await;
    assert_eq!(behind.pool.size(), 4);
    behind.at_once(32).await;
    assert_eq!(behind.pool.size(), 4);
}

#[tokio::test]
async fn an_application_gets_its_turn_on_a_pool_that_is_never_idle() {
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(1)).await else { return };
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let peer = behind.peer.clone();
        callers.spawn(async move {
            loop {
                peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
            }
        });
    }
    // All of them wait when the application comes.
    tokio::task::yield_now().await;
    behind.pool.acquire().await.expect("the connection, for a while");
    callers.shutdown().await;
    behind.at_once(1).await;
}

#[tokio::test]
async fn a_lost_connection_is_unavailable_and_the_next_request_works() {
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(4)).await else { return };
    behind.client_credentials().await.assert_ok();
    behind.proxy.set(Mode::Cut);
    assert_later(&behind.client_credentials().await);
    behind.proxy.set(Mode::Pass);
    behind.client_credentials().await.assert_ok();
}

#[tokio::test]
async fn connections_that_were_lost_between_two_requests_cost_nobody_anything() {
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(4)).await else { return };
    // Together, so that the pool has more than one.
    let answers = tokio::join!(behind.client_credentials(), behind.client_credentials(), behind.client_credentials());
    [answers.0, answers.1, answers.2].iter().for_each(Answer::assert_ok);
    // One that is still being opened would be opened again, and be a good one among the lost.
    while behind.pool.num_idle() != behind.pool.size() as usize {
        tokio::task::yield_now().await;
    }
    behind.proxy.set(Mode::Cut);
    behind.proxy.is_empty().await;
    behind.proxy.set(Mode::Pass);
    behind.client_credentials().await.assert_ok();
}

#[tokio::test]
async fn a_database_that_never_answers_is_unavailable_and_the_next_request_works() {
    let Some(behind) = Behind::new(PostgresStore::pool_options().max_connections(1)).await else { return };
    behind.client_credentials().await.assert_ok();
    behind.proxy.set(Mode::Swallow);
    // From here on time passes as soon as everybody waits for it.
    tokio::time::pause();
    assert_later(&behind.client_credentials().await);
    tokio::time::resume();
    behind.proxy.set(Mode::Pass);
    // The connection that fell silent is not in the pool any more, though the pool has room for one only.
    behind.client_credentials().await.assert_ok();
}

#[tokio::test]
async fn an_exhausted_pool_is_unavailable_and_the_next_request_works() {
    let options = PostgresStore::pool_options().max_connections(1).acquire_timeout(Duration::from_millis(50));
    let Some(cluster) = Cluster::shared() else { return };
    let pool = options.connect(&cluster.url()).await.expect("a pool");
    let store = PostgresStore::open_in(pool.clone(), &fresh_schema()).await.expect("a store");
    let peer = fixture_on(store, 5).await;
    let busy = pool.acquire().await.expect("the only connection");
    assert_later(&peer.token_conf(&[("grant_type", "client_credentials")]).await);
    drop(busy);
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
}
