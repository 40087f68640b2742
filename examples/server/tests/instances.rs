//! Several instances of the example `authorization_server`: over one database they are one server, and on one host two of them are two.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "../../../tests/common/postgres.rs"]
mod postgres;
#[path = "common/visitor.rs"]
mod visitor;

use std::time::Duration;

use example_process::Example;
use postgres::Cluster;
use reqwest::header::{LOCATION, SET_COOKIE};
use visitor::{Page, Visitor};

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
    let left = visitor.post_form("/logout", &[("csrf", csrf)]).await;
    let cookie = left.headers[SET_COOKIE].to_str().expect("text");
    assert!(left.status == 303 && cookie.contains("session") && cookie.contains("; Max-Age=0;"), "{cookie}");
    visitor.get(&format!("{}/account", second.server)).await.assert(200, "Sign in");

    // Her browser is known wherever she comes, so strangers who guess are not in her way.
    let mut stranger = Visitor::of(&second);
    stranger.begin().await.assert(200, "Sign in");
    while stranger.sign_in("alice", "guess").await.status != 429 {}
    (visitor.server, visitor.authorization_url) = (stranger.server, stranger.authorization_url);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
}

/// Somebody approves, and in the same moment their session ends at another instance.
#[tokio::test]
async fn a_session_that_has_ended_does_not_come_back() {
    let Some(cluster) = Cluster::start(&["-c", "fsync=off"]) else { return };
    let example = Example::start_with(&["--database", &cluster.url()]);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    let pool = cluster.pool().await;
    let mut other = pool.begin().await.expect("a transaction");
    // Nobody else sees it yet, and whoever would write the row anew waits.
    sqlx::query("DELETE FROM grantor_example.kept").execute(&mut *other).await.expect("a statement");
    let mut approving = Box::pin(visitor.post("/consent", &APPROVAL));
    let at_once = tokio::time::timeout(Duration::from_secs(5), &mut approving).await;
    other.commit().await.expect("the session has ended");
    let answer = match at_once {
        Ok(answer) => answer,
        Err(_) => approving.as_mut().await,
    };
    drop(approving);
    assert_eq!(answer.status, 303, "{}", answer.text);
    visitor.get(&format!("{}/account", example.server)).await.assert(200, "id=\"login-submit\"");
}

/// What a process loads first, so that its clock is two hours ahead.
#[cfg(target_os = "linux")]
const AHEAD: &str = "#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += 7200;
    return failed;
}
";

/// An instance whose clock is wrong signs nobody out, and whoever signs out there is out.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_clock_of_an_instance_ends_no_session() {
    let Some(cluster) = Cluster::start(&["-c", "fsync=off"]) else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let [source, library] = ["ahead.c", "ahead.so"].map(|name| directory.path().join(name).to_str().expect("text").to_owned());
    std::fs::write(&source, AHEAD).expect("a file");
    let compiled = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o", &library, &source]).status();
    assert!(compiled.expect("the compiler that Rust links with").success());

    let url = cluster.url();
    let flags = ["--database", &url, "--issuer", "http://localhost:8080"];
    let right = Example::start_with(&flags);
    let mut visitor = Visitor::of(&right);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    let pool = cluster.pool().await;
    let old = "INSERT INTO grantor_example.kept (key, text, expires_at) VALUES ('old', '', 1)";
    sqlx::query(old).execute(&pool).await.expect("a row");

    let ahead = Example::start_in(&flags, &[("LD_PRELOAD", &library)]);
    let (account, elsewhere) = (format!("{}/account", right.server), format!("{}/account", ahead.server));
    let hour = |page: &Page| page.headers["date"].to_str().expect("text")[17..19].to_owned();
    let (here, there) = (visitor.get(&account).await, visitor.get(&elsewhere).await);
    assert_ne!(hour(&here), hour(&there), "the clock is ahead");
    there.assert(200, "signed in as");
    // It removes what has expired when it starts.
    while sqlx::query("SELECT FROM grantor_example.kept WHERE key = 'old'").fetch_optional(&pool).await.expect("rows").is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let page = visitor.get(&account).await;
    page.assert(200, "signed in as");

    // A session that begins there ends with the others.
    let mut other = Visitor::of(&ahead);
    other.begin().await.assert(200, "Sign in");
    other.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    other.get(&account).await.assert(200, "signed in as");
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
    visitor.post_form("/account/sign-out-everywhere", &[("csrf", csrf)]).await.assert(200, "id=\"signed-out\"");
    for place in [&account, &elsewhere] {
        other.get(place).await.assert(200, "id=\"login-submit\"");
    }
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
