//! For how long documents are used, and how often hosts are asked.

use std::sync::Arc;
use std::time::Duration;

use grantor::{Document, FetchError, Fetcher};
use serde_json::json;

use crate::script::{Answer, Json, Script, URL};
use crate::{answering, at, fetch, fetcher};

fn with_cache_control(value: &str) -> Answer {
    Answer::json("{}").header("cache-control", value)
}

/// How many seconds the document is used.
async fn lifetime(answer: Answer, set: impl Fn(Fetcher) -> Fetcher) -> u64 {
    let (fetcher, script) = answering(answer);
    let fetcher = set(fetcher);
    fetch(&fetcher, 0).await.expect("a document");
    fetch(&fetcher, 0).await.expect("the same");
    assert_eq!(script.requests(), 1);
    let (mut good, mut bad) = (0, 100_000);
    while bad - good > 1 {
        let middle = (good + bad) / 2;
        // In a fetcher of its own, since asking changes what is kept.
        let (again, own) = fetcher_of(&script);
        let again = set(again);
        fetch(&again, 0).await.expect("a document");
        fetch(&again, middle).await.expect("a document");
        if own.requests() == 1 { good = middle } else { bad = middle }
    }
    bad
}

/// With the same answers.
fn fetcher_of(script: &Arc<Script>) -> (Fetcher, Arc<Script>) {
    fetcher(Script::of(script.answer()))
}

#[tokio::test]
async fn a_document_is_used_as_long_as_it_says_within_bounds() {
    let date = ("date", "Sun, 06 Nov 1994 12:00:00 GMT");
    for (answer, expected) in [
        (with_cache_control("max-age=600"), 600),
        (with_cache_control("max-age=600").header("age", "100"), 500),
        (Answer::json("{}").header("expires", "Sun, 06 Nov 1994 12:10:00 GMT").header(date.0, date.1), 600),
        // Says nothing.
        (Answer::json("{}"), 300),
        // No less than 30 seconds, no more than an hour.
        (with_cache_control("max-age=0"), 30),
        (with_cache_control("no-store"), 30),
        (with_cache_control("max-age=600").header("age", "600"), 30),
        (Answer::json("{}").header("expires", "0"), 30),
        (with_cache_control("max-age=31536000, immutable"), 3_600),
        (with_cache_control("max-age=99999999999999999999"), 3_600),
    ] {
        assert_eq!(lifetime(answer, |fetcher| fetcher).await, expected);
    }
    let minutes = |count: u64| Duration::from_secs(60 * count);
    for (at_least, at_most, value, expected) in [
        (minutes(1), minutes(2), "max-age=5", 60),
        (minutes(1), minutes(2), "max-age=100", 100),
        (minutes(1), minutes(2), "max-age=500", 120),
        // The lower bound counts, and there always is one.
        (minutes(2), minutes(1), "max-age=5", 120),
        (minutes(0), minutes(0), "max-age=5", 1),
    ] {
        assert_eq!(lifetime(with_cache_control(value), |fetcher| fetcher.keep_for(at_least, at_most)).await, expected);
    }
}

#[tokio::test]
async fn a_document_is_confirmed_with_its_tag() {
    let (fetcher, script) = answering(with_cache_control("max-age=60").header("etag", "\"1\""));
    let first = fetch(&fetcher, 0).await.expect("a document");
    assert_eq!(script.seen()[0].header("if-none-match"), None);

    script.then(Answer::status(304).header("cache-control", "max-age=100"));
    let second = fetch(&fetcher, 60).await.expect("the same");
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(script.seen()[0].header("if-none-match"), Some("\"1\""));
    fetch(&fetcher, 159).await.expect("the same");
    assert_eq!(script.requests(), 0);

    // One that says nothing new is good for as long as before.
    script.then(Answer::status(304));
    assert!(Arc::ptr_eq(&first, &fetch(&fetcher, 160).await.expect("the same")));
    fetch(&fetcher, 259).await.expect("the same");
    assert_eq!(script.requests(), 1);

    script.then(Answer::json(r#"{"new":1}"#).header("etag", "W/\"2\""));
    assert_eq!(fetch(&fetcher, 260).await.expect("another").0, json!({"new": 1}));
    assert_eq!(script.seen()[0].header("if-none-match"), Some("\"1\""));
    fetch(&fetcher, 560).await.expect("another");
    assert_eq!(script.seen()[0].header("if-none-match"), Some("W/\"2\""));
}

/// Nothing was asked that this would be an answer to.
#[tokio::test]
async fn a_document_without_a_tag_is_not_confirmed() {
    let (fetcher, script) = answering(with_cache_control("max-age=60"));
    fetch(&fetcher, 0).await.expect("a document");
    script.then(Answer::status(304));
    assert!(matches!(fetch(&fetcher, 60).await, Err(FetchError::Status(status)) if status == 304));
    assert_eq!(script.seen()[1].header("if-none-match"), None);
}

#[tokio::test]
async fn a_tag_of_any_length_is_not_sent_back() {
    let (fetcher, script) = answering(with_cache_control("max-age=60").header("etag", &format!("\"{}\"", "x".repeat(300))));
    fetch(&fetcher, 0).await.expect("a document");
    fetch(&fetcher, 60).await.expect("a document");
    assert_eq!(script.seen()[1].header("if-none-match"), None);
}

/// How long the URL is left alone after a failure.
fn pause(refused: Result<Arc<Json>, FetchError>) -> u64 {
    let Err(FetchError::BackingOff { last, retry_after }) = refused else { panic!("{refused:?}") };
    assert!(matches!(*last, FetchError::Status(status) if status == 500), "{last:?}");
    retry_after.as_secs()
}

#[tokio::test]
async fn failures_are_not_kept_but_a_host_that_fails_is_left_alone_for_a_while() {
    let (fetcher, script) = answering(Answer::status(500));
    let mut now = 0;
    for expected in [2, 4, 8, 16, 30, 30, 30] {
        assert!(matches!(fetch(&fetcher, now).await, Err(FetchError::Status(_))), "at {now}");
        assert_eq!(pause(fetch(&fetcher, now).await), expected);
        assert_eq!(pause(fetch(&fetcher, now + expected - 1).await), 1);
        assert_eq!(script.requests(), 1);
        now += expected;
    }
    script.then(with_cache_control("max-age=60"));
    fetch(&fetcher, now).await.expect("a document");
    // And then it begins anew.
    script.then(Answer::status(500));
    assert!(matches!(fetch(&fetcher, now + 60).await, Err(FetchError::Status(_))));
    assert_eq!(pause(fetch(&fetcher, now + 60).await), 2);
}

#[tokio::test]
async fn another_url_of_the_host_does_not_suffer() {
    let (fetcher, script) = answering(Answer::status(500));
    fetch(&fetcher, 0).await.expect_err("no document");
    script.then(Answer::json("{}"));
    fetcher.fetch::<Json>("https://client.example/other", at(0)).await.expect("a document");
}

#[tokio::test]
async fn a_document_that_has_ended_is_not_used_because_the_new_one_cannot_be_had() {
    let (fetcher, script) = answering(with_cache_control("max-age=60"));
    fetch(&fetcher, 0).await.expect("a document");
    script.then(Answer::status(500));
    assert!(matches!(fetch(&fetcher, 60).await, Err(FetchError::Status(_))));
    assert_eq!(pause(fetch(&fetcher, 60).await), 2);
}

#[tokio::test]
async fn a_key_that_was_rotated_is_there_within_a_minute() {
    let (fetcher, script) = answering(with_cache_control("max-age=3600"));
    fetch(&fetcher, 0).await.expect("a document");
    script.then(Answer::json(r#"{"keys":["new"]}"#));
    let mut requests = 0;
    // Somebody asks for unknown keys all the time.
    for second in 1..=60 {
        let newest = fetcher.refetch::<Json>(URL, at(second)).await.expect("a document");
        assert_eq!(newest.0 == json!({"keys": ["new"]}), second >= 30, "{second}");
        requests += script.requests();
    }
    // The first at 0, then at 30 and 60.
    assert_eq!(requests, 3);
    assert_eq!(fetch(&fetcher, 61).await.expect("a document").0, json!({"keys": ["new"]}));
}

#[tokio::test]
async fn a_failure_on_demand_leaves_what_is_kept() {
    let (fetcher, script) = answering(with_cache_control("max-age=3600"));
    let first = fetch(&fetcher, 0).await.expect("a document");
    script.then(Answer::status(500));
    assert!(matches!(fetcher.refetch::<Json>(URL, at(30)).await, Err(FetchError::Status(_))));
    assert_eq!(pause(fetcher.refetch(URL, at(31)).await), 1);
    assert!(Arc::ptr_eq(&first, &fetch(&fetcher, 31).await.expect("the same")));
    assert_eq!(script.requests(), 2);
}

#[tokio::test]
async fn a_clock_that_is_put_back_neither_keeps_a_document_for_ever_nor_locks_it_out() {
    let (fetcher, script) = answering(with_cache_control("max-age=600"));
    fetch(&fetcher, 10_000).await.expect("a document");
    // By a little: whoever asks has read the clock before.
    for second in [9_999, 9_940] {
        fetch(&fetcher, second).await.expect("a document");
    }
    assert_eq!(script.requests(), 1);
    fetch(&fetcher, 9_939).await.expect("a document");
    assert_eq!(script.requests(), 1);
    fetch(&fetcher, 10_538).await.expect("a document");
    assert_eq!(script.requests(), 0);

    let (fetcher, script) = answering(Answer::status(500));
    fetch(&fetcher, 10_000).await.expect_err("no document");
    assert_eq!(pause(fetch(&fetcher, 9_999).await), 2);
    script.then(Answer::json("{}"));
    fetch(&fetcher, 0).await.expect("a document");
}

/// How many of so many documents of 1,000 bytes are still there after all were fetched.
async fn kept(cache_bytes: usize, count: usize) -> usize {
    let (fetcher, script) = answering(Answer::json(format!("\"{}\"", "x".repeat(998))));
    let fetcher = fetcher.cache_bytes(cache_bytes);
    let url = |number| format!("https://client.example/{number}");
    for number in 0..count {
        fetcher.fetch::<Json>(&url(number), at(0)).await.expect("a document");
    }
    assert_eq!(script.requests(), count);
    for number in (0..count).rev() {
        fetcher.fetch::<Json>(&url(number), at(1)).await.expect("a document");
    }
    count - script.requests()
}

#[tokio::test]
async fn what_is_kept_is_bounded_in_bytes() {
    assert_eq!(kept(1_000_000, 100).await, 100);
    let some = kept(100_000, 1_000).await;
    assert!((35..100).contains(&some), "{some}");
    assert_eq!(kept(1_000, 10).await, 0);
    assert_eq!(kept(0, 10).await, 0);
}

/// Reads keys, and refuses all else.
struct Keys;

impl Document for Keys {
    fn read(json: &str) -> Result<Self, &'static str> {
        if json.contains("\"keys\"") { Ok(Self) } else { Err("there are no keys") }
    }

    fn weight(&self) -> usize {
        0
    }
}

/// Whoever registers the URL of another client's metadata as that of their keys does not keep that client from being served.
#[tokio::test]
async fn a_document_taken_for_what_it_is_not_is_refused_and_harms_nobody() {
    let (fetcher, script) = answering(with_cache_control("max-age=600"));
    assert!(matches!(fetcher.fetch::<Keys>(URL, at(0)).await, Err(FetchError::Invalid("there are no keys"))));
    assert!(matches!(fetcher.fetch::<Keys>(URL, at(1)).await, Err(FetchError::BackingOff { .. })));
    assert_eq!(script.requests(), 1);
    let first = fetch(&fetcher, 1).await.expect("a document");
    fetcher.fetch::<Keys>(URL, at(2)).await.err().expect("no keys");
    assert!(Arc::ptr_eq(&first, &fetch(&fetcher, 3).await.expect("the same")));
    assert_eq!(script.requests(), 2);
}
