//! Many who ask at once, and those who go away.

use std::sync::Arc;

use grantor::{Document, FetchError, Fetcher};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};

use crate::script::{Answer, Json, Missing, Script, URL};
use crate::{at, fetch, fetcher};

type Fetching = JoinHandle<Result<Arc<Json>, FetchError>>;

/// Asks in a task of its own. On one thread it has sent its request once others had their turn.
async fn begin(fetcher: &Fetcher, url: String) -> Fetching {
    let fetcher = fetcher.clone();
    let fetching = tokio::spawn(async move { fetcher.fetch(&url, at(0)).await });
    for _ in 0..10 {
        yield_now().await;
    }
    fetching
}

fn closed(answer: Answer) -> (Fetcher, Arc<Script>, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let (fetcher, script) = fetcher(Script::of([answer.behind(&gate)]));
    (fetcher, script, gate)
}

async fn crowd(fetcher: &Fetcher, count: usize) -> Vec<Fetching> {
    let mut crowd = Vec::new();
    for _ in 0..count {
        crowd.push(begin(fetcher, URL.to_owned()).await);
    }
    crowd
}

#[tokio::test]
async fn however_many_ask_there_is_one_request() {
    let (fetcher, script, gate) = closed(Answer::json("{}"));
    let crowd = crowd(&fetcher, 500).await;
    gate.add_permits(500);
    let mut documents = Vec::new();
    for fetching in crowd {
        documents.push(fetching.await.expect("no panic").expect("a document"));
    }
    assert!(documents.iter().all(|document| Arc::ptr_eq(document, &documents[0])));
    assert_eq!((script.lookups(), script.requests()), (1, 1));
}

#[tokio::test]
async fn however_many_ask_one_failure_serves_them_all() {
    let (fetcher, script, gate) = closed(Answer::status(500));
    let crowd = crowd(&fetcher, 100).await;
    gate.add_permits(100);
    for fetching in crowd {
        assert!(matches!(fetching.await.expect("no panic"), Err(FetchError::Status(_))));
    }
    assert_eq!(script.requests(), 1);
}

#[tokio::test]
async fn whoever_asked_first_may_go_away() {
    let (fetcher, script, gate) = closed(Answer::json("{}"));
    let mut crowd = crowd(&fetcher, 10).await;
    let last = crowd.pop().expect("the last");
    for fetching in crowd {
        fetching.abort();
        assert!(fetching.await.expect_err("aborted").is_cancelled());
    }
    gate.add_permits(1);
    last.await.expect("no panic").expect("a document");
    assert_eq!(script.requests(), 1);
}

/// Otherwise whoever asks and hangs up would make requests without end, or keep a document from everybody.
#[tokio::test]
async fn a_request_is_finished_although_everybody_went_away() {
    let (fetcher, script, gate) = closed(Answer::json("{}"));
    for _ in 0..20 {
        begin(&fetcher, URL.to_owned()).await.abort();
    }
    gate.add_permits(1);
    fetch(&fetcher, 0).await.expect("a document");
    fetch(&fetcher, 1).await.expect("a document");
    assert_eq!(script.requests(), 1);
}

#[tokio::test]
async fn slow_documents_do_not_hold_up_others() {
    let (fetcher, script, gate) = closed(Answer::json("{}"));
    let slow = begin(&fetcher, URL.to_owned()).await;
    script.then(Answer::json("{}"));
    fetcher.fetch::<Json>("https://client.example/other", at(0)).await.expect("a document");
    gate.add_permits(1);
    slow.await.expect("no panic").expect("a document");
}

#[tokio::test]
async fn requests_at_once_are_bounded_to_a_host_and_in_all() {
    let (fetcher, script, gate) = closed(Answer::json("{}"));
    let mut crowd = Vec::new();
    for number in 0..8 {
        crowd.push(begin(&fetcher, format!("https://CLIENT.example/{number}")).await);
    }
    assert!(matches!(fetch(&fetcher, 0).await, Err(FetchError::Busy)));
    for number in 8..128 {
        crowd.push(begin(&fetcher, format!("https://client{number}.example/")).await);
    }
    assert!(matches!(fetcher.fetch::<Json>("https://another.example/", at(0)).await, Err(FetchError::Busy)));
    // Those who wait for what is under way are not refused.
    crowd.push(begin(&fetcher, "https://CLIENT.example/0".to_owned()).await);
    assert_eq!(script.requests(), 128);

    gate.add_permits(1_000);
    for fetching in crowd {
        fetching.await.expect("no panic").expect("a document");
    }
    // To have been refused so is no failure.
    fetch(&fetcher, 0).await.expect("a document");
}

/// Whoever has a domain has as many hosts in it as they like, and none of them need ever answer.
#[tokio::test]
async fn one_domain_leaves_room_for_others() {
    let (fetcher, script, gate) = closed(Answer::json("{}"));
    let mut crowd = Vec::new();
    for host in 0..32 {
        crowd.push(begin(&fetcher, format!("https://h{host}.slow.example/")).await);
    }
    for url in ["https://more.slow.example/", "https://slow.example/"] {
        assert!(matches!(fetcher.fetch::<Json>(url, at(0)).await, Err(FetchError::Busy)), "{url}");
        assert!(matches!(fetcher.post(url, "text/plain", "".into()).await, Err(FetchError::Busy)), "{url}");
    }
    // Addresses are nobody's domain.
    for host in 1..=32 {
        crowd.push(begin(&fetcher, format!("https://8.8.8.{host}/")).await);
    }
    assert!(matches!(fetcher.fetch::<Json>("https://[2606:4700::1111]/", at(0)).await, Err(FetchError::Busy)));
    script.then(Answer::json("{}"));
    fetch(&fetcher, 0).await.expect("a document of another domain");
    gate.add_permits(1_000);
    for fetching in crowd {
        fetching.await.expect("no panic").expect("a document");
    }
}

#[tokio::test]
async fn where_nobody_does_the_work_nobody_waits_for_ever() {
    let (fetcher, script) = fetcher(Script::of([Answer::json("{}")]).lacking(Missing::Runtime));
    assert!(matches!(fetch(&fetcher, 0).await, Err(FetchError::GivenUp)));
    assert!(matches!(fetch(&fetcher, 1).await, Err(FetchError::BackingOff { .. })));
    assert_eq!(script.requests(), 0);
}

#[derive(Debug)]
struct Clumsy;

impl Document for Clumsy {
    fn read(_: &str) -> Result<Self, &'static str> {
        panic!("as this test wants it")
    }

    fn weight(&self) -> usize {
        0
    }
}

#[tokio::test]
async fn a_reader_that_panics_is_a_failure_for_those_who_wait() {
    let (fetcher, _) = fetcher(Script::of([Answer::json("{}")]));
    assert!(matches!(fetcher.fetch::<Clumsy>(URL, at(0)).await, Err(FetchError::GivenUp)));
    fetch(&fetcher, 0).await.expect("a document");
}
