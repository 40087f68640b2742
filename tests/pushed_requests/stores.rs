//! Three instances of a server over one database: what one of them was sent, all of them know, and one decision counts for all.

use std::collections::HashSet;
use std::sync::Arc;

use grantor::{
    AccessTokenStore, Approval, AuthorizationCodeStore, ClientRegistry, ManualClock, PendingStore, PostgresStore, PurgeExpired,
    PushedAuthorizationRequests, RefreshTokenStore, SqliteStore,
};
use tokio::task::JoinSet;

use crate::common::browser::Browser;
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Answer, Approves, Peer, START, subject};
use crate::{assert_invalid, bring, brought, clients, decided, pushed, redeem, request, server};

const ROUNDS: usize = 5;
const CALLERS: usize = 12;

async fn three_instances<S>(stores: [S; 3])
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore + PurgeExpired,
{
    let clock = ManualClock::new(START);
    let instances = stores.map(|store| {
        let server = server!(store, clock, PushedAuthorizationRequests::new());
        Arc::new(Peer::new(server, Approves, clock.clone()))
    });
    for client in clients() {
        instances[0].server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    for round in 0..ROUNDS {
        let uri = pushed(&instances[round % 3], &request("conf")).await;
        assert_invalid(&bring(&instances[0], "other", &uri).await);
        // Many browsers at once in which the same person approves: one code, for whoever is not too late.
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (peer, uri) = (instances[caller % 3].clone(), uri.clone());
            callers.spawn(async move { bring(&peer, "conf", &uri).await });
        }
        let answers = callers.join_all().await;
        let (good, late): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 302);
        late.iter().for_each(assert_invalid);
        let codes: HashSet<&str> = good.iter().map(Answer::location).collect();
        assert_eq!(codes.len(), 1, "round {round}: {codes:?}");
        redeem(&instances[(round + 1) % 3], "conf", &good[0]).await.assert_ok();
        for peer in &instances {
            assert_invalid(&bring(peer, "conf", &uri).await);
        }
    }
    signs_in_here_and_there(&instances).await;
    // Nothing of it stays.
    clock.advance(3_600);
    assert!(instances[0].server.storage().purge_expired(grantor::Clock::now(&clock)).await.expect("a purge") > 0);
}

/// Pushed to one instance, brought to the next, decided at the third; and two people who decide at once.
async fn signs_in_here_and_there<S>(instances: &[Arc<Peer<Server<S>, Approves>>; 3])
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore,
{
    let [one, two, three] = instances;
    let (uri, mut hers, mut his) = (pushed(one, &request("conf")).await, Browser::default(), Browser::default());
    let handle = hers.begin_with(&*two.server, &brought("conf", &uri)).await;
    let other = his.begin_with(&*three.server, &brought("conf", &uri)).await;
    one.clock.advance(300);
    let hers = hers.resume(&*three.server, &handle).await.expect("the request").approve(Approval::by(subject("alice")));
    let his = his.resume(&*one.server, &other).await.expect("the request").approve(Approval::by(subject("bob")));
    let (a, b) = tokio::join!(decided(&*three.server, hers), decided(&*one.server, his));
    let (good, page) = if a.status == 303 { (a, b) } else { (b, a) };
    page.assert_page(400);
    redeem(two, "conf", &good).await.assert_ok();
}

type Server<S> = grantor::AuthorizationServer<
    S,
    (grantor::AuthorizationCode, grantor::RefreshToken),
    (grantor::Code,),
    (PushedAuthorizationRequests,),
    grantor::Development<grantor::OAuth21>,
>;

// shows: RFC9126-7.3-01, RFC9126-2.2-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    three_instances([open(), open(), open()]).await;
}

// shows: RFC9126-7.3-01, RFC9126-2.2-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    three_instances([open().await, open().await, open().await]).await;
}
