//! What the tests of this folder share.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::*;

/// A bearer token that came with a bare request.
pub(super) fn presented(token: &str) -> Presented<'_> {
    static PARTS: LazyLock<Parts> = LazyLock::new(|| http::Request::new(()).into_parts().0);
    Presented::bearer(token, &PARTS)
}

/// The output of a future that never waits.
pub(super) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits"),
    }
}

/// Knows the token `good`, and `meant` for the audience `api`; fails for two others.
pub(super) struct Scripted;

impl TokenVerifier for Scripted {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        match presented.token() {
            "good" => serde_json::from_str(r#"{"sub":"alice","scope":"read write"}"#).map_err(VerifierError::failed),
            "meant" => serde_json::from_str(r#"{"aud":["other","api"]}"#).map_err(VerifierError::failed),
            "down" => Err(VerifierError::Unavailable { retry_after: Some(Duration::from_secs(7)) }),
            "odd" => Err(VerifierError::failed("odd")),
            _ => Ok(None),
        }
    }
}
