//! The login page of the example `authorization_server` against those who guess: guessing is bounded, and keeps nobody out.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/visitor.rs"]
mod visitor;

use std::time::{Duration, Instant};

use example_process::Example;
use reqwest::header::RETRY_AFTER;
use tokio::task::JoinSet;
use visitor::{Page, Visitor};

const WRONG: &str = "The user name or the password is wrong.";
const SIGNED_IN: &str = "signed in as";

/// Behind a proxy that says whom it serves.
fn behind_a_proxy() -> Example {
    Example::start_with(&["--source-header", "x-forwarded-for"])
}

/// Somebody with a browser of their own, at the login page.
async fn visitor(example: &Example, source: &str) -> Visitor {
    let mut visitor = Visitor::of(example);
    visitor.forwarded_for = Some(source.to_owned());
    visitor.begin().await.assert(200, "Sign in");
    visitor
}

/// So many wrong passwords, as long as they are checked; and what is said when they no longer are.
async fn guesses(visitor: &mut Visitor, name: &str, most: u32) -> (u32, Option<Page>) {
    for count in 0..most {
        let page = visitor.sign_in(name, "guess").await;
        if page.status == 429 {
            return (count, Some(page));
        }
        page.assert(200, WRONG);
    }
    (most, None)
}

#[tokio::test]
async fn guesses_of_one_source_are_few_for_each_name_and_few_in_all_whether_or_not_the_names_exist() {
    // The source is that of the connection.
    let example = Example::start();
    let mut stranger = Visitor::of(&example);
    stranger.begin().await.assert(200, "Sign in");
    let mut all = 0;
    for name in ["alice", "nobody", "somebody"] {
        let (count, refused) = guesses(&mut stranger, name, 50).await;
        let refused = refused.expect("it is refused at some time");
        refused.assert(429, "Too many attempts");
        let seconds = refused.headers[RETRY_AFTER].to_str().expect("text").parse::<u64>().expect("seconds");
        assert!(seconds > 0 && count <= 10, "{count} for {name}, again after {seconds} s");
        all += count;
        // Nor is the right one told from the wrong ones.
        stranger.sign_in(name, "wonderland").await.assert(429, "Too many attempts");
    }
    assert!((10..=20).contains(&all), "{all}");
    // Another browser makes no other source.
    let mut another = Visitor::of(&example);
    another.begin().await.assert(200, "Sign in");
    another.sign_in("alice", "wonderland").await.assert(429, "Too many attempts");
    assert!(stranger.session().is_none() && another.session().is_none());
}

#[tokio::test]
async fn a_stranger_who_guesses_does_not_keep_a_person_out() {
    let example = behind_a_proxy();
    let mut stranger = visitor(&example, "192.0.2.1").await;
    assert!(guesses(&mut stranger, "alice", 50).await.1.is_some());
    visitor(&example, "192.0.2.2").await.sign_in("alice", "wonderland").await.assert(200, SIGNED_IN);
    // What is said before the last address says the stranger; of IPv6 one subscriber has a whole network.
    stranger.forwarded_for = Some("192.0.2.2, 192.0.2.1".to_owned());
    stranger.sign_in("alice", "guess").await.assert(429, "Too many attempts");
    let mut stranger = visitor(&example, "2001:db8:0:1::1").await;
    assert!(guesses(&mut stranger, "alice", 50).await.1.is_some());
    stranger.forwarded_for = Some("[2001:db8:0:1:2:3:4:5]:4711".to_owned());
    stranger.sign_in("alice", "guess").await.assert(429, "Too many attempts");
    visitor(&example, "2001:db8:0:2::1").await.sign_in("alice", "wonderland").await.assert(200, SIGNED_IN);
}

#[tokio::test]
async fn strangers_with_many_sources_are_bounded_too_and_known_browsers_are_not_kept_out() {
    let example = behind_a_proxy();
    let mut known = visitor(&example, "192.0.2.1").await;
    known.sign_in("alice", "wonderland").await.assert(200, SIGNED_IN);
    // She signs out: the browser is known all the same.
    known.forget_session();

    let mut all = 0;
    for source in 1..=20 {
        all += guesses(&mut visitor(&example, &format!("198.51.100.{source}")).await, "alice", 50).await.0;
    }
    // A hundred, and the first two of each source.
    assert!((50..=140).contains(&all), "{all}");
    // From a source that has nothing to do with it she gets in, and nobody guesses on.
    visitor(&example, "203.0.113.1").await.sign_in("alice", "wonderland").await.assert(200, SIGNED_IN);
    let mut stranger = visitor(&example, "203.0.113.2").await;
    assert_eq!(guesses(&mut stranger, "alice", 50).await.0, 2);
    stranger.sign_in("alice", "wonderland").await.assert(429, "Too many attempts");

    // Also from where the strangers are.
    known.forwarded_for = Some("198.51.100.1".to_owned());
    known.begin().await.assert(200, "Sign in");
    known.sign_in("alice", "wonderland").await.assert(200, SIGNED_IN);
    // It is known for her, and no pass for others or for guessing.
    known.forget_session();
    known.begin().await.assert(200, "Sign in");
    known.sign_in("bob", "guess").await.assert(200, WRONG);
    let (count, refused) = guesses(&mut known, "alice", 50).await;
    assert!(count <= 5 && refused.is_some(), "{count}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_names_cost_little_work_and_delay_nobody_for_long() {
    const FLOOD: usize = 150;
    let example = behind_a_proxy();
    let mut alice = visitor(&example, "192.0.2.2").await;
    let one = Instant::now();
    alice.sign_in("alice", "guess").await.assert(200, WRONG);
    let one = one.elapsed();

    let mut strangers = Vec::new();
    for _ in 0..FLOOD {
        strangers.push(visitor(&example, "192.0.2.1").await);
    }
    let mut flood = JoinSet::new();
    for (number, mut stranger) in strangers.into_iter().enumerate() {
        flood.spawn(async move { stranger.sign_in(&format!("made-up-{number}"), "guess").await.status });
    }
    // She comes while they are at it.
    let first = flood.join_next().await.expect("the flood").expect("no panic");
    let hers = Instant::now();
    alice.sign_in("alice", "wonderland").await.assert(200, SIGNED_IN);
    let hers = hers.elapsed();
    let mut statuses = flood.join_all().await;
    statuses.push(first);
    let checked = statuses.iter().filter(|status| **status == 200).count();
    println!("one attempt took {one:?}, hers beside {FLOOD} took {hers:?}; {checked} of those were checked");
    assert!(checked <= 20 && statuses.iter().all(|status| [200, 429].contains(&status.as_u16())), "{statuses:?}");
    // As many as may be before her, and more for a machine that has other things to do.
    assert!(hers < 20 * one + Duration::from_secs(10), "{hers:?}");
}
