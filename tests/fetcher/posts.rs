//! What is posted: within the bounds of what is fetched.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use grantor::{DocumentUrlError, FetchError, Fetcher};
use tokio::sync::Semaphore;

use crate::script::{Answer, Missing, PUBLIC, Script, URL, addresses};
use crate::{answering, fetcher};

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(fetcher: &Fetcher, url: &str) -> Result<(), FetchError> {
    fetcher.post(url, FORM, Bytes::from_static(b"a=b")).await
}

#[tokio::test]
async fn it_is_sent_once_to_what_was_looked_at() {
    let (fetcher, script) = answering(Answer::status(200));
    post(&fetcher, URL).await.expect("it was taken");
    let [seen] = &script.seen()[..] else { panic!("one request") };
    assert_eq!((seen.request.method().as_str(), &seen.request.body()[..]), ("POST", &b"a=b"[..]));
    let headers = ["content-type", "content-length", "user-agent", "accept-encoding"].map(|name| seen.header(name));
    assert_eq!(headers, [Some(FORM), Some("3"), Some("grantor"), Some("identity")]);
    assert_eq!((seen.header("cookie"), seen.header("authorization"), seen.header("if-none-match")), (None, None, None));
    assert_eq!((seen.addresses.len(), script.pieces()), (1, 0));
    // Nothing is remembered.
    post(&fetcher, URL).await.expect("it was taken");
    assert_eq!(script.requests(), 1);
}

#[tokio::test]
async fn only_two_answers_say_that_it_was_taken() {
    for (status, taken) in [(200, true), (204, true), (201, false), (202, false), (302, false), (400, false), (500, false)] {
        let (fetcher, _) = answering(Answer::status(status).header("location", "https://elsewhere.example/"));
        match post(&fetcher, URL).await {
            Ok(()) => assert!(taken, "{status}"),
            Err(FetchError::Refused(said)) => assert!(!taken && said.as_u16() == status, "{status}"),
            Err(other) => panic!("{status}: {other}"),
        }
    }
}

#[tokio::test]
async fn it_goes_nowhere_where_no_document_is_fetched_from() {
    for address in ["10.0.0.1", "127.0.0.1", "::1", "169.254.169.254"] {
        let names = addresses(&[PUBLIC, address]);
        let (fetcher, script) = fetcher(Script::of([Answer::status(200)]).names(move |_, _| Some(names.clone())));
        assert!(matches!(post(&fetcher, URL).await, Err(FetchError::SpecialUse(_))), "{address}");
        assert_eq!(script.requests(), 0);
    }
    let (fetcher, script) = answering(Answer::status(200));
    for (url, rule) in [
        ("http://client.example/", DocumentUrlError::NotHttps),
        ("https://client.example:8443/", DocumentUrlError::Port),
        ("https://a@client.example/", DocumentUrlError::Userinfo),
        ("https://client.example/#a", DocumentUrlError::Fragment),
    ] {
        assert!(matches!(post(&fetcher, url).await, Err(FetchError::Url(broken)) if broken == rule), "{url}");
    }
    assert_eq!((script.requests(), script.lookups()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_says_nothing_is_not_waited_for() {
    let (fetcher, _) = fetcher(Script::of([Answer::status(200)]).lacking(Missing::Head));
    let refused = post(&fetcher.timeout(Duration::from_secs(2)), URL).await;
    assert!(matches!(refused, Err(FetchError::TimedOut(time)) if time == Duration::from_secs(2)), "{refused:?}");
}

#[tokio::test]
async fn no_more_than_eight_go_to_one_host_at_once() {
    let gate = Arc::new(Semaphore::new(0));
    let (fetcher, _) = answering(Answer::status(200).behind(&gate));
    let posts: Vec<_> = (0..9)
        .map(|_| {
            let fetcher = fetcher.clone();
            tokio::spawn(async move { post(&fetcher, URL).await })
        })
        .collect();
    tokio::task::yield_now().await;
    while !posts.iter().any(tokio::task::JoinHandle::is_finished) {
        tokio::task::yield_now().await;
    }
    gate.add_permits(16);
    let (mut taken, mut busy) = (0, 0);
    for post in posts {
        match post.await.expect("no panic") {
            Ok(()) => taken += 1,
            Err(FetchError::Busy) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((taken, busy), (8, 1));
    // Those that have ended make room.
    post(&fetcher, URL).await.expect("it was taken");
}
