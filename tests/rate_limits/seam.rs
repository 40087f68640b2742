//! What limits are asked, in which order; and what becomes of a request of which they do not know.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantor::{RateLimits, RateRequest, RateVerdict, StoreError, Timestamp};

use super::{HERE, MACHINE, SECRET, assert_too_many, form, limited, post, token};
use crate::common::{START, with};

type Asked = (&'static str, &'static str, Option<String>, Option<String>);

/// Writes down what it is asked, and answers the same each time.
#[derive(Clone)]
struct Notes {
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: fn(&RateRequest<'_>) -> Result<RateVerdict, StoreError>,
}

impl Notes {
    fn that(answer: fn(&RateRequest<'_>) -> Result<RateVerdict, StoreError>) -> Self {
        Self { asked: Arc::default(), answer }
    }

    fn note(&self, what: &'static str, request: &RateRequest<'_>, now: Timestamp) {
        assert_eq!((request.issuer().as_str(), now), ("https://as.example.com", START));
        let (source, client) = (request.source(), request.client());
        let asked =
            (what, request.endpoint(), source.map(|source| source.address().to_string()), client.map(ToString::to_string));
        self.asked.lock().expect("no panic").push(asked);
    }

    fn taken(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().expect("no panic"))
    }
}

impl RateLimits for Notes {
    async fn admit(&self, request: RateRequest<'_>, now: Timestamp) -> Result<RateVerdict, StoreError> {
        self.note("admit", &request, now);
        tokio::task::yield_now().await;
        (self.answer)(&request)
    }

    async fn failed(&self, request: RateRequest<'_>, now: Timestamp) -> Result<(), StoreError> {
        self.note("failed", &request, now);
        (self.answer)(&request).map(drop)
    }
}

fn asked(what: &'static str, client: Option<&str>) -> Asked {
    (what, "token", Some(HERE.to_owned()), client.map(str::to_owned))
}

#[tokio::test]
async fn a_client_is_named_once_it_has_proved_who_it_is() {
    let notes = Notes::that(|_| Ok(RateVerdict::Admitted));
    let peer = limited(notes.clone()).await;
    token(&peer, HERE, "conf", SECRET).await.assert_ok();
    assert_eq!(notes.taken(), [asked("admit", None), asked("admit", Some("conf"))]);
    token(&peer, HERE, "conf", "a-guess-of-at-least-32-characters-of-text").await.assert_error(401, "invalid_client");
    assert_eq!(notes.taken(), [asked("admit", None), asked("failed", None)]);
    token(&peer, HERE, "nobody", SECRET).await.assert_error(401, "invalid_client");
    assert_eq!(notes.taken(), [asked("admit", None), asked("failed", None)]);
    // One without credentials proves nothing, and does not fail to.
    peer.send(post(HERE, "/token", "", form(&with(&MACHINE, &[("client_id", "tv")]))))
        .await
        .assert_error(400, "unauthorized_client");
    assert_eq!(notes.taken(), [asked("admit", None)]);
    // Nor is a request that is wrong in other ways a guess.
    let two_methods = with(&MACHINE, &[("client_id", "conf"), ("client_secret", SECRET)]);
    peer.send(post(HERE, "/token", &crate::common::basic("conf", SECRET), form(&two_methods)))
        .await
        .assert_error(400, "invalid_request");
    assert_eq!(notes.taken(), [asked("admit", None)]);
}

#[tokio::test]
async fn who_is_refused_is_not_authenticated() {
    let notes = Notes::that(|_| Ok(RateVerdict::TryLater(Duration::from_millis(6_001))));
    let peer = limited(notes.clone()).await;
    let wrong = token(&peer, HERE, "conf", "a-guess-of-at-least-32-characters-of-text").await;
    let right = token(&peer, HERE, "conf", SECRET).await;
    assert_too_many(&right, "temporarily_unavailable", "7");
    // Nobody learns which it was.
    assert_eq!((wrong.status, &wrong.body, &wrong.headers), (right.status, &right.body, &right.headers));
    assert_eq!(notes.taken(), [asked("admit", None), asked("admit", None)]);
}

#[tokio::test]
async fn a_client_may_be_refused_once_it_is_known() {
    let of_clients = |request: &RateRequest<'_>| {
        Ok(request.client().map_or(RateVerdict::Admitted, |_| RateVerdict::TryLater(Duration::from_secs(60))))
    };
    let peer = limited(Notes::that(of_clients)).await;
    assert_too_many(&token(&peer, HERE, "conf", SECRET).await, "temporarily_unavailable", "60");
    token(&peer, HERE, "conf", "a-guess-of-at-least-32-characters-of-text").await.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn while_the_limits_fail_everybody_is_answered() {
    let failing = Notes::that(|_| Err(StoreError::failed("the counters are down")));
    let peer = limited(failing.clone()).await;
    token(&peer, HERE, "conf", SECRET).await.assert_ok();
    token(&peer, HERE, "conf", "a-guess-of-at-least-32-characters-of-text").await.assert_error(401, "invalid_client");
    assert_eq!(failing.taken().len(), 4);
}

#[tokio::test]
async fn limits_that_are_switched_off_are_never_asked() {
    let peer = limited(None::<Notes>).await;
    for _ in 0..400 {
        token(&peer, HERE, "conf", SECRET).await.assert_ok();
    }
}
