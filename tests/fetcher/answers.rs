//! What is taken for a document.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use grantor::{Document, FetchError};

use crate::script::{Answer, Json, Missing, Piece, Script, URL};
use crate::{answering, at, fetch, fetcher};

/// Of one answer.
async fn error(answer: Answer) -> FetchError {
    let (fetcher, script) = answering(answer);
    let error = fetch(&fetcher, 0).await.expect_err("no document");
    assert_eq!(script.requests(), 1);
    error
}

#[tokio::test]
async fn json_is_asked_for_and_nothing_else_is_said() {
    let (fetcher, script) = answering(Answer::json(r#"{"a":1}"#));
    assert_eq!(fetch(&fetcher, 0).await.expect("a document").0["a"], 1);
    let [seen] = &script.seen()[..] else { panic!("one request") };
    assert_eq!(seen.request.method(), http::Method::GET);
    let mut names: Vec<_> = seen.request.headers().keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "user-agent"]);
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    assert!(seen.header("accept").is_some_and(|accept| accept.starts_with("application/json")));
}

#[tokio::test]
async fn only_200_is_an_answer_and_redirects_are_not_followed() {
    for status in [201, 202, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 429, 500, 503] {
        let answer = Answer::status(status).header("content-type", "application/json").header("location", "https://127.0.0.1/");
        let error = error(answer.piece(Piece::Bytes("{}".into()))).await;
        assert!(matches!(error, FetchError::Status(answered) if answered.as_u16() == status), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn other_content_types_are_not_read() {
    for content_type in ["text/html", "text/plain", "application/javascript", "application/json, text/html", ""] {
        let (fetcher, script) = answering(Answer::json("{}").without("content-type").header("content-type", content_type));
        let refused = fetch(&fetcher, 0).await;
        assert!(matches!(refused, Err(FetchError::ContentType)), "{content_type}: {refused:?}");
        assert_eq!(script.pieces(), 0, "{content_type}");
    }
    assert!(matches!(error(Answer::json("{}").without("content-type")).await, FetchError::ContentType));
    assert!(matches!(error(Answer::json("{}").header("content-type", "text/html")).await, FetchError::ContentType));
    let (fetcher, _) = answering(Answer::json("{}").without("content-type").header("content-type", "application/jwk-set+json"));
    fetch(&fetcher, 0).await.expect("a document");
}

#[tokio::test]
async fn what_is_compressed_is_not_read() {
    for coding in ["gzip", "br", "deflate", "zstd", "identity, gzip", "x"] {
        let (fetcher, script) = answering(Answer::json("{}").header("content-encoding", coding));
        let refused = fetch(&fetcher, 0).await;
        assert!(matches!(refused, Err(FetchError::Encoded)), "{coding}: {refused:?}");
        assert_eq!(script.pieces(), 0, "{coding}");
    }
    let (fetcher, _) = answering(Answer::json("{}").header("content-encoding", "identity"));
    fetch(&fetcher, 0).await.expect("a document");
}

/// A string of so many bytes, with its quotes.
fn text(length: usize) -> String {
    format!("\"{}\"", "x".repeat(length - 2))
}

#[tokio::test]
async fn documents_are_bounded_in_bytes() {
    const MOST: usize = 64 * 1024;
    let (fetcher, _) = answering(Answer::json(text(MOST)));
    fetch(&fetcher, 0).await.expect("the longest");
    assert!(matches!(error(Answer::json(text(MOST + 1))).await, FetchError::TooLong(MOST)));

    // One byte too many in the last of many pieces.
    let whole = text(MOST + 1);
    let answer = Answer::status(200).header("content-type", "application/json");
    let pieces = |answer, piece: &[u8]| Answer::piece(answer, Piece::Bytes(Bytes::copy_from_slice(piece)));
    assert!(matches!(error(whole.as_bytes().chunks(100).fold(answer, pieces)).await, FetchError::TooLong(MOST)));

    let (fetcher, script) = answering(Answer::json("[").piece(Piece::Endless("1,1,1,1,".into())));
    assert!(matches!(fetch(&fetcher, 0).await, Err(FetchError::TooLong(MOST))));
    assert_eq!(script.pieces(), 1 + MOST / 8);

    // What says that it is too long is not begun.
    let (fetcher, script) = answering(Answer::json("{}").header("content-length", "65537"));
    assert!(matches!(fetch(&fetcher, 0).await, Err(FetchError::TooLong(MOST))));
    assert_eq!(script.pieces(), 0);

    let (fetcher, _) = answering(Answer::json(text(11)));
    assert!(matches!(fetch(&fetcher.max_document_bytes(10), 0).await, Err(FetchError::TooLong(10))));
}

#[derive(Debug)]
struct Short;

impl Document for Short {
    const MAX_BYTES: usize = 5;

    fn read(json: &str) -> Result<Self, &'static str> {
        if json.contains("secret") { Err("the value is wrong") } else { Ok(Self) }
    }

    fn weight(&self) -> usize {
        0
    }
}

#[tokio::test]
async fn a_kind_of_document_may_have_a_tighter_bound() {
    let (fetcher, _) = answering(Answer::json(text(5)));
    fetcher.fetch::<Short>(URL, at(0)).await.expect("a document");
    let (fetcher, _) = answering(Answer::json(text(6)));
    assert!(matches!(fetcher.fetch::<Short>(URL, at(0)).await, Err(FetchError::TooLong(5))));
}

#[tokio::test]
async fn a_content_length_that_lies_is_no_document() {
    for (length, body) in [("3", "{}"), ("1", "{}"), ("0", "{}"), ("-2", "{}"), ("2, 2", "{}"), ("x", "{}"), ("2", "")] {
        let error = error(Answer::json(body).header("content-length", length)).await;
        assert!(matches!(error, FetchError::Length), "{length}: {error:?}");
    }
    let (fetcher, _) = answering(Answer::json("{}").header("content-length", "2"));
    fetch(&fetcher, 0).await.expect("a document");
}

#[tokio::test]
async fn what_is_not_json_in_utf_8_is_no_document() {
    let deep = "[".repeat(60_000);
    let bodies: [&[u8]; 9] =
        [b"", b"{", b"<html>", b"{}{}", b"\xef\xbb\xbf{}", b"\"\xff\"", b"{\"a\":\"\xc3\"}", b"\xff\xfe{\0}\0", deep.as_bytes()];
    for body in bodies {
        let error = error(Answer::json(Bytes::copy_from_slice(body))).await;
        assert!(matches!(error, FetchError::NotJson), "{error:?}");
    }
    // What its reader cannot read.
    let nested = "[".repeat(30_000) + &"]".repeat(30_000);
    assert!(matches!(error(Answer::json(nested)).await, FetchError::Invalid("it nests too deep")));
}

#[tokio::test]
async fn a_connection_that_breaks_is_no_document() {
    let broken = error(Answer::json("{}").piece(Piece::Broken)).await;
    assert!(matches!(broken, FetchError::Unreachable(_)), "{broken:?}");
    assert_eq!(broken.source().map(ToString::to_string).as_deref(), Some("connection reset"));
    let (fetcher, _) = fetcher(Script::of([]));
    let refused = fetch(&fetcher, 0).await;
    assert!(matches!(refused, Err(FetchError::Unreachable(_))), "{refused:?}");
}

/// Time stands still, but for what waits for it.
#[tokio::test(start_paused = true)]
async fn all_of_it_has_to_come_in_time() {
    let trickle = |count| {
        let second = Duration::from_millis(999);
        (0..count).fold(Answer::json("["), |answer, _| answer.piece(Piece::Late(second, "1,".into())))
    };
    let slow = [
        Script::of([Answer::json("{}")]).lacking(Missing::Name),
        Script::of([Answer::json("{}")]).lacking(Missing::Head),
        Script::of([Answer::json("{").piece(Piece::Nothing)]),
        Script::of([trickle(100)]),
    ];
    for script in slow {
        let (fetcher, _) = fetcher(script);
        let begun = tokio::time::Instant::now();
        let given_up = fetch(&fetcher, 0).await;
        assert!(matches!(given_up, Err(FetchError::TimedOut(_))), "{given_up:?}");
        assert_eq!(begun.elapsed().as_secs(), 5);
    }
    let (slow_but_in_time, _) = answering(trickle(5).piece(Piece::Bytes("1]".into())));
    fetch(&slow_but_in_time, 0).await.expect("a document");
    let (impatient, _) = answering(trickle(2).piece(Piece::Bytes("1]".into())));
    let given_up = fetch(&impatient.timeout(Duration::from_secs(1)), 0).await;
    assert!(matches!(given_up, Err(FetchError::TimedOut(time)) if time.as_secs() == 1), "{given_up:?}");
}

#[tokio::test]
async fn errors_show_neither_the_document_nor_the_url() {
    let url = "https://client.example/jwks?key=secret";
    let answers = [
        Answer::json("{\"secret\":").header("x", "secret"),
        Answer::json("\"secret\""),
        Answer::json("secret").header("content-length", "1"),
        Answer::json("secret").header("content-type", "secret"),
        Answer::status(302).header("location", "https://secret.example"),
    ];
    for answer in answers {
        let (fetcher, _) = answering(answer);
        let fetcher = fetcher.max_document_bytes(100);
        let mut errors = vec![fetcher.fetch::<Suspicious>(url, at(0)).await.expect_err("no document")];
        errors.push(fetcher.fetch::<Suspicious>(url, at(0)).await.expect_err("no document"));
        for error in errors {
            assert!(!format!("{error} {error:?} {fetcher:?}").contains("secret"), "{error:?}");
        }
    }
}

/// Refuses what has the word `secret` in it.
#[derive(Debug)]
struct Suspicious;

impl Document for Suspicious {
    fn read(json: &str) -> Result<Self, &'static str> {
        Short::read(json).map(|_| Self)
    }

    fn weight(&self) -> usize {
        0
    }
}

#[test]
fn futures_are_send() {
    fn is_send<T: Send>(_: T) {}
    let (fetcher, _) = answering(Answer::json("{}"));
    is_send(fetcher.fetch::<Json>(URL, at(0)));
    is_send(fetcher.refetch::<Json>(URL, at(0)));
}
