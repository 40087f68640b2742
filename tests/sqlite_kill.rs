//! Killed under load, twenty times: what a client was told still holds when the file is opened again. The process that is
//! killed is this test binary, told by the environment to serve; it writes down each response that it received, and each
//! token that it is about to end before it asks for that.

mod common;

use std::collections::HashMap;
use std::env;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use common::{Approves, Legacy, Peer, SECRET, START, basic, fixture_on, legacy_server_on};
use grantor::{ManualClock, SqliteStore};

const ROUNDS: usize = 20;
const CALLERS: u32 = 16;
/// Where the child finds its file.
const FILE: &str = "GRANTOR_KILLED_FILE";

type OnFile = Peer<Legacy<SqliteStore>>;

/// The part of the process that gets killed.
#[test]
fn the_child() {
    let Ok(file) = env::var(FILE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        let peer: &'static OnFile = Box::leak(Box::new(fixture_on(SqliteStore::open(file).expect("a store"), 0).await));
        // The test harness may have begun a line.
        say("\nready", &[]);
        let callers: Vec<_> = (0..CALLERS).map(|caller| tokio::spawn(call(peer, caller))).collect();
        for caller in callers {
            caller.await.expect("it ends with the process only");
        }
    });
}

/// Uses the server until it is killed.
async fn call(peer: &OnFile, caller: u32) {
    for turn in caller.. {
        if turn % 2 == 0 {
            let answer = peer.token_conf(&[("grant_type", "client_credentials")]).await;
            let token = answer.member("access_token");
            say("valid", &[&token]);
            if turn % 4 == 0 {
                end(peer, "conf", &token, &[&token]).await;
            }
        } else {
            let (access_token, refresh_token) = peer.tokens().await;
            say("valid", &[&access_token, &refresh_token]);
            say("ending", &[&access_token, &refresh_token]);
            let answer = peer.refresh(&refresh_token).await;
            let next = (answer.member("access_token"), answer.member("refresh_token"));
            say("ended", &[&access_token, &refresh_token]);
            say("valid", &[&next.0, &next.1]);
            if turn % 4 == 1 {
                end(peer, "pub", &next.1, &[&next.0, &next.1]).await;
            }
        }
    }
}

/// Revokes a token, and with it all of `dying`.
async fn end(peer: &OnFile, client: &str, token: &str, dying: &[&str]) {
    say("ending", dying);
    let answer = match client {
        "conf" => peer.post("/revoke", Some(&basic("conf", SECRET)), &[("token", token)]).await,
        public => peer.post("/revoke", None, &[("token", token), ("client_id", public)]).await,
    };
    assert_eq!(answer.status, 200, "{answer:?}");
    say("ended", dying);
}

fn say(what: &str, tokens: &[&str]) {
    let mut line = what.to_owned();
    tokens.iter().for_each(|token| line.extend([" ", token]));
    line.push('\n');
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).expect("somebody listens");
}

/// What was said last about each token.
type Said = HashMap<String, String>;

/// Lets a child work on the file, kills it, and gives what it said.
fn killed(file: &Path) -> Said {
    let mut child = Command::new(env::current_exe().expect("a path"))
        .args(["the_child", "--exact", "--nocapture", "--test-threads=1"])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut said = Said::new();
    let mut lines = out.by_ref().lines().map(|line| line.expect("a line")).skip_while(|line| line != "ready").skip(1);
    while !said.values().any(|what| what == "ended") {
        note(&mut said, &lines.next().expect("the child ended by itself"));
    }
    let rest = thread::spawn(move || {
        let mut rest = String::new();
        out.read_to_string(&mut rest).map(|_| rest)
    });
    // A random moment: the only sleep, and nothing is asserted about time.
    thread::sleep(Duration::from_micros(RandomState::new().hash_one(()) % 300_000));
    child.kill().expect("it runs");
    assert!(!child.wait().expect("a status").success());
    let rest = rest.join().expect("no panic").expect("text");
    // The last line may have been cut.
    rest[..rest.rfind('\n').map_or(0, |end| end + 1)].lines().for_each(|line| note(&mut said, line));
    said
}

fn note(said: &mut Said, line: &str) {
    let mut words = line.split_whitespace();
    let what = words.next().unwrap_or_default();
    assert!(["valid", "ending", "ended"].contains(&what), "{line}");
    said.extend(words.map(|token| (token.to_owned(), what.to_owned())));
}

/// Asserts that what was said holds, over a store that was just opened. Gives how many tokens are valid, and how many revoked.
async fn assert_holds(file: &Path, said: &Said) -> (usize, usize) {
    let clock = ManualClock::new(START);
    let server = legacy_server_on(SqliteStore::open(file).expect("a store"), &clock, 0);
    let peer = Peer::new(server, Approves, clock);
    let mut counts = (0, 0);
    for (token, what) in said {
        let active = peer.is_active(token).await;
        match &**what {
            "valid" => counts.0 += 1,
            "ended" => counts.1 += 1,
            _ => continue,
        }
        assert_eq!(active, what == "valid", "{token} was said to be {what}");
    }
    peer.server.storage().close().await;
    counts
}

#[test]
fn what_was_answered_holds_after_each_of_twenty_kills() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("auth.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut all = Said::new();
    for round in 0..ROUNDS {
        let said = killed(&file);
        let (valid, ended) = runtime.block_on(assert_holds(&file, &said));
        println!("round {round}: {valid} valid, {ended} ended of {}", said.len());
        all.extend(said);
    }
    // And no later death has taken from the earlier ones.
    let (valid, ended) = runtime.block_on(assert_holds(&file, &all));
    assert!(valid > ROUNDS && ended > ROUNDS, "{valid} {ended}");
}
