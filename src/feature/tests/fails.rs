//! Fails in one phase, as a key management service or a source of claims that is down would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{Host, host};
use crate::MemoryStore;
use crate::authorization::AuthorizationResponse;
use crate::client::Client;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, sealed};
use crate::issue::{AccessToken, AccessTokenPlan, Binding, IssueContext, Keyring, Opaque, TokenFormat, Withheld};
use crate::storage::{AccessTokenStore, FoundToken, PurgeExpired as _};
use crate::typelevel::No;
use crate::typelevel::choice::{Open, chosen};
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::response_mode::EncodedMode;

const NEVER: u8 = 0;
const BIND: u8 = 1;
const FORMAT: u8 = 2;
const RESPOND: u8 = 3;
const ENCODE: u8 = 4;

/// Where it fails now.
#[derive(Clone, Default)]
struct Now(Arc<AtomicU8>);

impl Now {
    fn set(&self, phase: u8) {
        self.0.store(phase, Ordering::Relaxed);
    }

    fn check(&self, phase: u8) -> Result<(), OAuthError> {
        if self.0.load(Ordering::Relaxed) == phase { Err(OAuthError::new(ErrorCode::ServerError, "down")) } else { Ok(()) }
    }
}

/// Opaque tokens, unless it fails.
struct Failing(Now);
chosen!(Failing);

struct Fails(Failing);
crate::wire_name!(Fails = "fails");
impl sealed::Sealed for Fails {}

impl Feature for Fails {
    const RESPONSE_MODES: &'static [EncodedMode] = &[EncodedMode { name: "fails", travels: None }];
    type Format = Failing;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Assures = ();
    fn format(&self) -> &Failing {
        &self.0
    }
    fn keys(&self) -> &Open {
        &Open
    }
}

impl<S: AccessTokenStore> FeatureOn<S> for Fails {
    async fn bind(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        self.0.0.check(BIND)
    }
    async fn respond<K: Keyring>(&self, _: &IssueContext<'_, S>, _: &K, _: &mut Withheld) -> Result<(), OAuthError> {
        self.0.0.check(RESPOND)
    }
    async fn encode_response<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Client,
        response: &AuthorizationResponse,
    ) -> Result<AuthorizationResponse, OAuthError> {
        // What is refused is told.
        let is_error = response.pairs().any(|(name, _)| name == "error");
        if is_error { Ok(response.clone()) } else { self.0.0.check(ENCODE).map(|()| response.clone()) }
    }
}

impl<S: AccessTokenStore> TokenFormat<S> for Failing {
    async fn make<K: Keyring>(
        &self,
        cx: &IssueContext<'_, S>,
        plan: AccessTokenPlan,
        keys: &K,
    ) -> Result<AccessToken, OAuthError> {
        self.0.check(FORMAT)?;
        Opaque.make(cx, plan, keys).await
    }
    async fn find<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        Opaque.find(core, keys, token, now).await
    }
    async fn revoke(&self, core: &Core<S>, found: &FoundToken, now: Timestamp) -> Result<(), StoreError> {
        Opaque.revoke(core, found, now).await
    }
}

type Hosted = Host<(Fails, crate::Introspection), MemoryStore>;

/// All rows there are: a purge at the end of time removes them.
async fn rows(host: &Hosted) -> u64 {
    host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap()
}

#[tokio::test]
async fn a_failure_burns_no_code_and_no_refresh_token() {
    for phase in [BIND, FORMAT, RESPOND] {
        let now = Now::default();
        let host: Hosted = host!(Fails(Failing(now.clone())), crate::Introspection::new());
        let code = host.code().await;
        now.set(phase);
        assert_eq!(host.redeem(&[], &code).await.error(), "500 server_error");
        now.set(NEVER);
        let tokens = host.redeem(&[], &code).await;
        let refresh_token = tokens.member("refresh_token");
        now.set(phase);
        assert_eq!(host.refresh(&[], &refresh_token).await.error(), "500 server_error");
        // What was there before is as good as it was.
        assert_eq!(host.introspect(&[], &tokens.member("access_token")).await.json()["active"], true);
        now.set(NEVER);
        let refreshed = host.refresh(&[], &refresh_token).await;
        assert_eq!(host.refresh(&[], &refreshed.member("refresh_token")).await.status, 200);
    }
}

#[tokio::test]
async fn a_failure_leaves_no_row() {
    for phase in [BIND, FORMAT, RESPOND] {
        let now = Now::default();
        let host: Hosted = host!(Fails(Failing(now.clone())), crate::Introspection::new());
        now.set(phase);
        for body in
            ["grant_type=client_credentials", "grant_type=password&username=alice&password=x", "grant_type=urn:example:own"]
        {
            assert_eq!(host.token(&[], body).await.error(), "500 server_error");
        }
        assert_eq!(rows(&host).await, 0);
        now.set(NEVER);
        assert_eq!(host.token(&[], "grant_type=client_credentials").await.status, 200);
        assert_ne!(rows(&host).await, 0);
    }
}

#[tokio::test]
async fn a_failure_at_the_authorization_endpoint_leaves_no_row_either() {
    let now = Now::default();
    let host: Hosted = host!(Fails(Failing(now.clone())), crate::Introspection::new());
    now.set(RESPOND);
    let location = host.redirected().await;
    assert!(location.contains("error=server_error") && !location.contains("code="), "{location}");
    assert_eq!(rows(&host).await, 0);
}

#[cfg(feature = "jose")]
mod in_a_sign_in {
    use bytes::Bytes;
    use http::{HeaderMap, Request};

    use super::*;
    use crate::feature::tests::QUERY;
    use crate::feature::{OpenId, RpInitiatedLogout, SignOut, SignedIn, SigningKeys};
    use crate::jose::Rs256;
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
    macro_rules! host {
        ($now:expr) => {
            super::host!(
                RpInitiatedLogout::new(Nobody),
                Fails(Failing($now.clone())),
                SigningKeys::ephemeral().algorithm(Rs256),
                OpenId::new(())
            )
        };
    }

    fn alice() -> Subject {
        Subject::new("alice").unwrap()
    }

    /// Where the browser goes once Alice has approved in a sign-in.
    macro_rules! approved {
        ($host:expr, $request:expr) => {{
            let decision = AuthorizationRequest::approve($request, Approval::by(alice()).session("s-1"));
            let response = $host.0.authorization().complete(decision).await;
            response.headers()["location"].to_str().unwrap().to_owned()
        }};
    }

    /// A client that got nothing would be told when the person signs out.
    #[tokio::test]
    async fn a_failure_leaves_no_session_and_no_client_in_one() {
        let now = Now::default();
        let host = host!(now);
        let query = format!("{QUERY}&response_mode=fails");
        for phase in [RESPOND, ENCODE] {
            now.set(phase);
            let location = approved!(host, host.asks(&query).await.unwrap());
            assert!(location.contains("error=server_error"), "{location}");
            assert_eq!(host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap(), 0);
        }
        // Also of a request that waited, which waits on.
        let suspended = host.0.authorization().suspend(host.asks(&query).await.unwrap()).await.unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("cookie", suspended.set_cookie().to_str().unwrap().split(';').next().unwrap().parse().unwrap());
        let resumed = async || host.0.authorization().resume(suspended.handle(), &headers).await.unwrap();
        for phase in [RESPOND, ENCODE] {
            now.set(phase);
            let location = approved!(host, resumed().await);
            assert!(location.contains("error=server_error"), "{location}");
            assert_eq!(host.0.sessions(&alice()).await.unwrap(), []);
        }
        now.set(NEVER);
        assert!(approved!(host, resumed().await).contains("code="));
        let sessions = host.0.sessions(&alice()).await.unwrap();
        assert_eq!((sessions.len(), sessions[0].clients[0].as_str()), (1, "app"));
        // And where there is one, it stays as it is.
        now.set(RESPOND);
        assert!(approved!(host, host.asks(&query).await.unwrap()).contains("error=server_error"));
        assert_eq!(host.0.sessions(&alice()).await.unwrap(), sessions);
    }

    #[tokio::test]
    async fn somebody_else_than_was_asked_for_leaves_none_either() {
        let host = host!(Now::default());
        let query = format!("{QUERY}&claims=%7B%22id_token%22:%7B%22sub%22:%7B%22value%22:%22bob%22%7D%7D%7D");
        let location = approved!(host, host.asks(&query).await.unwrap());
        assert!(location.contains("error=login_required"), "{location}");
        assert_eq!(host.0.storage().purge_expired(Timestamp::from_unix(1 << 40)).await.unwrap(), 0);
    }
}
