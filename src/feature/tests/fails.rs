//! Fails in one phase, as a key management service or a source of claims that is down would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{Host, host};
use crate::MemoryStore;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, sealed};
use crate::issue::{AccessToken, AccessTokenPlan, Binding, IssueContext, Keyring, Opaque, TokenFormat, Withheld};
use crate::storage::{AccessTokenStore, FoundToken, PurgeExpired as _};
use crate::typelevel::No;
use crate::typelevel::choice::{Open, chosen};
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};

const NEVER: u8 = 0;
const BIND: u8 = 1;
const FORMAT: u8 = 2;
const RESPOND: u8 = 3;

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
    type Format = Failing;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Aims = No;
    type BindsTokens = No;
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
