//! Three instances of a server over one database: what is asked for at one is granted at the next and narrowed at the third.

use std::sync::Arc;

use grantor::{
    AccessTokenStore, Approval, AuthorizationCodeStore, ClientRegistry, ManualClock, MemoryStore, PendingStore, PostgresStore,
    RefreshTokenStore, SqliteStore,
};
use serde_json::json;

use crate::common::browser::Browser;
use crate::common::postgres::{Cluster, fresh_schema};
use crate::common::{Answer, Decides, Peer, START, subject};
use crate::{Payment, accounts, asking, assert_permits, grants_all, payment, refreshed, register, server};

async fn three_instances<S>(stores: [S; 3])
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore,
{
    let clock = ManualClock::new(START);
    let [one, two, three] = stores.map(|store| Peer::new(server!(store, clock), Decides(grants_all), clock.clone()));
    register!(one.server);
    let asked = json!([payment(7), accounts(&["list"])]);
    let mut browser = Browser::default();
    let handle = browser.begin_with(&*one.server, &asking(&asked.to_string())).await;
    // An approval without details is refused here, and the request waits there.
    for peer in [&two, &three] {
        let request = browser.resume(&*peer.server, &handle).await.expect("the request");
        let decision = request.approve(Approval::by(subject("alice")).consented());
        Answer::from(peer.server.authorization().complete(decision).await).assert_page(500);
    }
    let request = browser.resume(&*two.server, &handle).await.expect("the request");
    let less = Payment {
        amount: crate::Amount { value: 6, currency: "EUR".into() },
        ..request.details::<Payment>().next().expect("one").clone()
    };
    let looking = request.details::<crate::Accounts>().next().expect("accounts").clone();
    let decision = request.approve(Approval::by(subject("alice")).consented().detail(&less).detail(&looking));
    let answer = Answer::from(two.server.authorization().complete(decision).await);
    let tokens = three.redeem(&answer.query().remove("code").expect("a code")).await;
    assert_permits(&one, &tokens, &json!([payment(6), accounts(&["list"])])).await;
    let narrow = refreshed(&two, &tokens.member("refresh_token"), Some(&json!([payment(2)]))).await;
    assert_permits(&three, &narrow, &json!([payment(2)])).await;
    let whole = refreshed(&one, &narrow.member("refresh_token"), None).await;
    assert_permits(&two, &whole, &json!([payment(6), accounts(&["list"])])).await;
    refreshed(&three, &whole.member("refresh_token"), Some(&json!([payment(7)])))
        .await
        .assert_error(400, "invalid_authorization_details");
}

#[tokio::test]
async fn over_one_memory() {
    let store = Arc::new(MemoryStore::new());
    three_instances([store.clone(), store.clone(), store]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(directory.path().join("auth.db")).expect("a store");
    three_instances([open(), open(), open()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_one_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let schema = fresh_schema();
    let open = async || PostgresStore::open_in(cluster.pool().await, &schema).await.expect("a store");
    three_instances([open().await, open().await, open().await]).await;
}
