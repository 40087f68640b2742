//! What a feature reads from the headers of a pushed request travels with it, and is not undone where a browser comes with none of them.

use super::{QUERY, host};
use crate::authorization::Checking;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::values::asked::Asked;
use crate::values::error::OAuthError;
use crate::{PushedAuthorizationRequests, ResumeError};

/// What the client proved with the header `x-proof`, if it sent the request itself; nothing of the kind from a browser.
struct Proves;
crate::wire_name!(Proves = "proves");
impl sealed::Sealed for Proves {}

impl Feature for Proves {
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Proves {
    async fn check(&self, _: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        let proof = call.headers().get("x-proof").filter(|_| checking.direct).map(|proof| proof.to_str().unwrap_or_default());
        if proof == Some("wrong") {
            return Err(OAuthError::invalid_request("the proof is wrong"));
        }
        assert!(!checking.direct || call.url().is_some_and(|url| url == "https://as.example.com/par"));
        asked.other.retain(|(name, _)| name != "proven");
        asked.other.extend(proof.map(|proof| ("proven".to_owned(), proof.to_owned())));
        Ok(())
    }
}

#[tokio::test]
async fn what_was_read_when_it_was_pushed_stays() {
    let host = host!(PushedAuthorizationRequests::new(), Proves);
    let body = format!("{QUERY}&client_secret={}", super::SECRET);
    assert_eq!(host.post("/par", &[("x-proof", "wrong")], &body).await.error(), "400 invalid_request");
    let pushed = host.post("/par", &[("x-proof", "k1")], &body).await;
    let uri = pushed.member("request_uri");
    let request = host.asks(&format!("client_id=app&request_uri={uri}&proven=k2")).await.unwrap();
    assert!(request.parameters("proven").eq(["k1"]));
    // And where its person comes back.
    let suspended = host.0.authorization().suspend(request).await.unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert("cookie", suspended.set_cookie().to_str().unwrap().split(';').next().unwrap().parse().unwrap());
    let request = host.0.authorization().resume(suspended.handle(), &headers).await.unwrap();
    assert!(request.parameters("proven").eq(["k1"]));
    // Of a request that a browser brings nothing is believed.
    let request = host.asks(&format!("{QUERY}&proven=k2")).await.unwrap();
    assert_eq!(request.parameter("proven"), None);
    let gone = host.0.authorization().resume("none", &headers).await;
    assert!(matches!(gone, Err(ResumeError::NotFound)));
}
