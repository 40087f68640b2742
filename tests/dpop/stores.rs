//! A proof is good once for all instances of a server, whichever store they share.

use grantor::{
    AccessTokenStore, AuthorizationCodeStore, ClientRegistry, Dpop, ManualClock, PostgresStore, RefreshTokenStore, ReplayStore,
    SqliteStore,
};
use tokio::task::JoinSet;

use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Approves, Peer, START};
use crate::{
    SIMPLE, TOKEN, ask, clients, code, key, other_key, proof, proof_by, proof_claims, redeeming, refreshing, said, server,
};

const CALLERS: usize = 12;

/// Of many who send one proof at once, to three instances in turn, one gets a token; and none afterwards. What one instance binds, the others
/// know.
async fn one_of_many<S>(stores: [S; 3])
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + ReplayStore,
{
    let clock = ManualClock::new(START);
    let instances = stores.map(|store| {
        let server = server!(store, clock, enable(Dpop::new()));
        std::sync::Arc::new(Peer::new(server, Approves, clock.clone()))
    });
    for client in clients() {
        instances[0].server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    for round in 0..3 {
        let proof = proof();
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (peer, proof) = (instances[caller % 3].clone(), proof.clone());
            callers.spawn(async move { said(&ask(&peer, "pub", &SIMPLE, &[&proof]).await) });
        }
        let answers = callers.join_all().await;
        let (good, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| *answer == "200 DPoP");
        assert_eq!(good.len(), 1, "round {round}: {answers:?}");
        assert!(refused.iter().all(|answer| *answer == "400 invalid_dpop_proof"), "{answers:?}");
        for peer in &instances {
            assert_eq!(said(&ask(peer, "pub", &SIMPLE, &[&proof]).await), "400 invalid_dpop_proof");
        }
    }
    let [one, two, three] = &instances;
    let named = crate::thumbprint(key());
    let code = code(one, "pub", &[("dpop_jkt", &named)]).await;
    let theirs = || proof_by(other_key(), &proof_claims("POST", TOKEN));
    assert_eq!(said(&ask(two, "pub", &redeeming(&code), &[&theirs()]).await), "400 invalid_grant");
    let tokens = ask(two, "pub", &redeeming(&code), &[&proof()]).await;
    let refresh = tokens.member("refresh_token");
    assert_eq!(said(&ask(three, "pub", &refreshing(&refresh), &[&theirs()]).await), "400 invalid_grant");
    let next = ask(three, "pub", &refreshing(&refresh), &[&proof()]).await;
    assert_eq!(said(&next), "200 DPoP");
    // A retry at another instance, within the window.
    assert_eq!(said(&ask(one, "pub", &refreshing(&refresh), &[&theirs()]).await), "400 invalid_grant");
    let again = ask(one, "pub", &refreshing(&refresh), &[&proof()]).await;
    assert_eq!(again.member("refresh_token"), next.member("refresh_token"));
}

// shows: RFC9449-11.1-04, RFC9449-5-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    one_of_many([open(), open(), open()]).await;
}

// shows: RFC9449-11.1-04, RFC9449-5-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    one_of_many([open().await, open().await, open().await]).await;
}
