//! Writes authorization responses anew, as one parameter: what was to be said, in capitals. Or it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{QUERY, host};
use crate::authorization::AuthorizationResponse;
use crate::client::Client;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::issue::Keyring;
use crate::storage::PurgeExpired as _;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::response_mode::{EncodedMode, ResponseMode};
use crate::{Approval, Subject};

#[derive(Clone, Default)]
struct Writes {
    fails: Arc<AtomicBool>,
}
crate::wire_name!(Writes = "writes");
impl sealed::Sealed for Writes {}

impl Feature for Writes {
    const RESPONSE_MODES: &'static [EncodedMode] = &[
        EncodedMode { name: "loud", travels: None },
        EncodedMode { name: "fragment.loud", travels: Some(ResponseMode::Fragment) },
    ];
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Writes {
    async fn encode_response<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        client: &Client,
        response: &AuthorizationResponse,
    ) -> Result<AuthorizationResponse, OAuthError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(OAuthError::new(ErrorCode::ServerError, "down"));
        }
        let said: Vec<_> = response.pairs().map(|(name, value)| format!("{name}-{value}")).collect();
        let mut loud = AuthorizationResponse::new();
        loud.push("response", format!("{}-{}", client.id(), said.join("-")).to_uppercase());
        Ok(loud)
    }
}

fn query(mode: &str) -> String {
    format!("{QUERY}&state=s&response_mode={mode}")
}

#[tokio::test]
async fn responses_and_errors_are_written_as_the_mode_has_them() {
    let host = host!(crate::Introspection::new(), Writes::default());
    for (mode, sign) in [("loud", '?'), ("fragment.loud", '#')] {
        let allowed = host.redirected_from(&query(mode)).await;
        let begin = format!("https://app.example.com/cb{sign}response=APP-CODE-");
        assert!(allowed.starts_with(&begin) && allowed.ends_with("-STATE-S-ISS-HTTPS%3A%2F%2FAS.EXAMPLE.COM"), "{allowed}");

        let refused = host.asks(&query(mode).replace("scope=read", "scope=other")).await.unwrap_err();
        assert!(
            refused.starts_with(&format!("302 https://app.example.com/cb{sign}response=APP-ERROR-INVALID_SCOPE-")),
            "{refused}"
        );
        let request = host.asks(&query(mode)).await.unwrap();
        let denied = host.0.authorization().complete(request.deny()).await;
        assert!(denied.headers()["location"].to_str().unwrap().contains("response=APP-ERROR-ACCESS_DENIED-"));
    }
    let plain = host.redirected().await;
    assert!(plain.contains("code=") && !plain.contains("response="), "{plain}");
    assert!(host.0.metadata().document().response_modes_supported.ends_with(&["form_post", "loud", "fragment.loud"]));
}

#[tokio::test]
async fn a_mode_that_nobody_brings_is_refused_in_the_default_one() {
    let without = host!(crate::Introspection::new());
    let refused = without.asks(&query("loud")).await.unwrap_err();
    assert!(refused.starts_with("302 https://app.example.com/cb?error=invalid_request"), "{refused}");
    assert!(!without.0.metadata().document().response_modes_supported.contains(&"loud"));
    let host = host!(Writes::default());
    let twice = host.asks(&format!("{}&response_mode=loud", query("loud"))).await.unwrap_err();
    assert!(twice.starts_with("302 https://app.example.com/cb?error=invalid_request"), "{twice}");
}

#[tokio::test]
async fn what_cannot_be_written_leaves_no_row_and_is_not_said_otherwise() {
    let feature = Writes::default();
    let host = host!(feature.clone());
    let request = host.asks(&query("loud")).await.unwrap();
    feature.fails.store(true, Ordering::Relaxed);
    let decision = request.approve(Approval::by(Subject::new("alice").unwrap()));
    let response = host.0.authorization().complete(decision).await;
    assert_eq!((response.status().as_u16(), response.headers().get("location")), (500, None));
    assert_eq!(host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap(), 0);
    feature.fails.store(false, Ordering::Relaxed);
    assert!(host.redirected_from(&query("loud")).await.contains("response=APP-CODE-"));
}

#[tokio::test]
async fn a_request_that_waits_keeps_its_mode_and_is_refused_where_nobody_brings_it() {
    let store = Arc::new(crate::MemoryStore::new());
    let (with, without) = (host!(on store.clone(); Writes::default()), host!(on store; ));
    let suspended = with.0.authorization().suspend(with.asks(&query("loud")).await.unwrap()).await.unwrap();
    let mut headers = http::HeaderMap::new();
    let cookie = suspended.set_cookie().to_str().unwrap().split(';').next().unwrap().parse().unwrap();
    headers.insert("cookie", cookie);
    let resumed = without.0.authorization().resume(suspended.handle(), &headers).await;
    assert!(matches!(resumed, Err(crate::ResumeError::NotAccepted)));
    let request = with.0.authorization().resume(suspended.handle(), &headers).await.unwrap();
    let response = with.0.authorization().complete(request.approve(Approval::by(Subject::new("alice").unwrap()))).await;
    assert!(response.headers()["location"].to_str().unwrap().contains("response=APP-CODE-"));
}
