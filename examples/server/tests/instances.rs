//! Several instances of the example `authorization_server`: over one database they are one server, and on one host two of them are two.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "../../../tests/common/postgres.rs"]
mod postgres;
#[path = "common/visitor.rs"]
mod visitor;

use example_process::Example;
use postgres::Cluster;
use reqwest::header::LOCATION;
use visitor::Visitor;

const APPROVAL: [(&str, &str); 3] = [("account", "alice"), ("decision", "approve"), ("scope", "read")];

#[tokio::test]
async fn over_one_file_people_are_signed_in_wherever_they_come() {
    let directory = tempfile::tempdir().expect("a directory");
    wherever_they_come(directory.path().join("auth.db").to_str().expect("text")).await;
}

#[tokio::test]
async fn over_one_postgresql_people_are_signed_in_wherever_they_come() {
    let Some(cluster) = Cluster::shared() else { return };
    wherever_they_come(&cluster.url()).await;
}

/// Each request goes to the other instance, as behind a proxy that shares the work out.
async fn wherever_they_come(database: &str) {
    let start = || Example::start_with(&["--database", database, "--issuer", "http://localhost:8080"]);
    let instances = [start(), start()];
    let servers = instances.each_ref().map(|instance| instance.server.clone());
    let mut visitor = Visitor::of(&instances[0]);
    visitor.begin().await.assert(200, "Sign in");
    visitor.server.clone_from(&servers[1]);
    visitor.sign_in("alice", "wonderland").await.assert(200, "Allow <em>Sample app</em>?");
    visitor.server.clone_from(&servers[0]);
    let answer = visitor.post("/consent", &APPROVAL).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.headers[LOCATION].to_str().expect("text").contains("/callback?code="));

    for server in &servers {
        visitor.get(&format!("{server}/account")).await.assert(200, "Sample app");
    }
    // The next start knows her, too; and whoever signs out is out everywhere.
    let [first, second] = instances;
    first.stop();
    let first = start();
    let page = visitor.get(&format!("{}/account", first.server)).await;
    page.assert(200, "signed in as");
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
    visitor.server.clone_from(&first.server);
    assert_eq!(visitor.post_form("/logout", &[("csrf", csrf)]).await.status, 303);
    visitor.get(&format!("{}/account", second.server)).await.assert(200, "Sign in");

    // Her browser is known wherever she comes, so strangers who guess are not in her way.
    let mut stranger = Visitor::of(&second);
    stranger.begin().await.assert(200, "Sign in");
    while stranger.sign_in("alice", "guess").await.status != 429 {}
    (visitor.server, visitor.authorization_url) = (stranger.server, stranger.authorization_url);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
}

/// Browsers send the cookies of a host to all its ports.
#[tokio::test]
async fn two_servers_on_one_host_leave_each_others_cookies_alone() {
    let (one, other) = (Example::start(), Example::start());
    let mut at_one = Visitor::of(&one);
    at_one.begin().await.assert(200, "Sign in");
    at_one.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    let mut at_other = Visitor::of(&other);
    at_other.cookies.clone_from(&at_one.cookies);
    at_other.begin().await.assert(200, "Sign in");
    at_other.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    at_one.cookies.clone_from(&at_other.cookies);
    at_one.begin().await.assert(200, "Allow <em>Sample app</em>?");
    at_other.begin().await.assert(200, "Allow <em>Sample app</em>?");
    assert_eq!(at_one.post("/consent", &APPROVAL).await.status, 303);
}
