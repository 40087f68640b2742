//! A failure after the sign-in is known that an authorization would join: no session is left, and no client in one.

use bytes::Bytes;
use http::{HeaderMap, Request};

use super::fails::{ENCODE, Fails, NEVER, Now, RESPOND};
use super::{QUERY, host};
use crate::feature::{OpenId, RpInitiatedLogout, SignOut, SignedIn, SigningKeys};
use crate::jose::Rs256;
use crate::storage::PurgeExpired as _;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::{Approval, AuthorizationRequest, Subject};

struct Nobody;

impl SignOut for Nobody {
    async fn signed_in(&self, _: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        Ok(None)
    }
    async fn sign_out(&self, _: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        Ok(HeaderMap::new())
    }
}

/// Logout is before what fails, and before what knows whom the client asked for.
macro_rules! signing_in {
    ($now:expr) => {
        host!(RpInitiatedLogout::new(Nobody), Fails::when(&$now), SigningKeys::ephemeral().algorithm(Rs256), OpenId::new(()))
    };
}

fn alice() -> Subject {
    Subject::new("alice").unwrap()
}

/// The status, and where the browser goes, once Alice has approved in a sign-in.
macro_rules! approved {
    ($host:expr, $request:expr) => {{
        let decision = AuthorizationRequest::approve($request, Approval::by(alice()).session("s-1"));
        let response = $host.0.authorization().complete(decision).await;
        let location = response.headers().get("location").map_or("", |location| location.to_str().unwrap());
        format!("{} {location}", response.status().as_u16())
    }};
}

/// A client that got nothing would be told when the person signs out.
#[tokio::test]
async fn a_failure_leaves_no_session_and_no_client_in_one() {
    let now = Now::default();
    let host = signing_in!(now);
    let query = format!("{QUERY}&response_mode=plainly");
    // What cannot be written in the form that was asked for is on a page.
    let failed = |answer: &str| assert!(answer.contains("error=server_error") || answer == "500 ", "{answer}");
    for phase in [RESPOND, ENCODE] {
        now.set(phase);
        failed(&approved!(host, host.asks(&query).await.unwrap()));
        assert_eq!(host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap(), 0);
    }
    // Also of a request that waited, which waits on.
    let suspended = host.0.authorization().suspend(host.asks(&query).await.unwrap()).await.unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("cookie", suspended.set_cookie().to_str().unwrap().split(';').next().unwrap().parse().unwrap());
    let resumed = async || host.0.authorization().resume(suspended.handle(), &headers).await.unwrap();
    for phase in [RESPOND, ENCODE] {
        now.set(phase);
        failed(&approved!(host, resumed().await));
        assert_eq!(host.0.sessions(&alice()).await.unwrap(), []);
    }
    now.set(NEVER);
    assert!(approved!(host, resumed().await).contains("code="));
    let sessions = host.0.sessions(&alice()).await.unwrap();
    assert_eq!((sessions.len(), sessions[0].clients[0].as_str()), (1, "app"));
    // And where there is one, it stays as it is.
    now.set(RESPOND);
    failed(&approved!(host, host.asks(&query).await.unwrap()));
    assert_eq!(host.0.sessions(&alice()).await.unwrap(), sessions);
}

#[tokio::test]
async fn somebody_else_than_was_asked_for_leaves_none_either() {
    let host = signing_in!(Now::default());
    let query = format!("{QUERY}&claims=%7B%22id_token%22:%7B%22sub%22:%7B%22value%22:%22bob%22%7D%7D%7D");
    let location = approved!(host, host.asks(&query).await.unwrap());
    assert!(location.contains("error=login_required"), "{location}");
    assert_eq!(host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap(), 0);
}
