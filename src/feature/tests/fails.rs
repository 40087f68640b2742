//! Fails in one phase, as a key management service or a source of claims that is down would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{Host, host};
use crate::MemoryStore;
use crate::authentication::Claimed;
use crate::authorization::{ApprovedRequest, AuthorizationResponse, Checking, Unpacked};
use crate::client::{Client, ClientAuthenticationMethod};
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, sealed};
use crate::http::call::Call;
use crate::issue::{AccessToken, AccessTokenPlan, Binding, IssueContext, Keyring, Opaque, TokenFormat, Withheld};
use crate::storage::{AccessTokenStore, FoundToken, PurgeExpired as _};
use crate::typelevel::No;
use crate::typelevel::choice::{Open, chosen};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::response_mode::EncodedMode;

pub(super) const NEVER: u8 = 0;
pub(super) const BIND: u8 = 1;
pub(super) const FORMAT: u8 = 2;
pub(super) const RESPOND: u8 = 3;
pub(super) const RESOLVE: u8 = 4;
pub(super) const PROVE: u8 = 5;
pub(super) const UNPACK: u8 = 6;
pub(super) const CHECK: u8 = 7;
pub(super) const APPROVE: u8 = 8;
pub(super) const AIM: u8 = 9;
pub(super) const NARROW: u8 = 10;
pub(super) const ENCODE: u8 = 11;

/// Where it fails now.
#[derive(Clone, Default)]
pub(super) struct Now(Arc<AtomicU8>);

impl Now {
    pub(super) fn set(&self, phase: u8) {
        self.0.store(phase, Ordering::Relaxed);
    }

    fn check(&self, phase: u8) -> Result<(), OAuthError> {
        if self.0.load(Ordering::Relaxed) == phase { Err(OAuthError::new(ErrorCode::ServerError, "down")) } else { Ok(()) }
    }
}

/// Opaque tokens, unless it fails.
pub(super) struct Failing(Now);
chosen!(Failing);

/// Besides, it resolves clients that are called by a URL, and takes whom the header `x-client` names for who it says.
pub(super) struct Fails(Failing);

impl Fails {
    pub(super) fn when(now: &Now) -> Self {
        Self(Failing(now.clone()))
    }
}

crate::wire_name!(Fails = "fails");
impl sealed::Sealed for Fails {}

impl Feature for Fails {
    const AUTHENTICATION_METHODS: &'static [ClientAuthenticationMethod] = &[ClientAuthenticationMethod::PrivateKeyJwt];
    const RESPONSE_MODES: &'static [EncodedMode] = &[EncodedMode { name: "plainly", travels: None }];
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
    async fn resolve(&self, _: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        if !id.starts_with("https://") {
            return Ok(None);
        }
        self.0.0.check(RESOLVE)?;
        let client = Client::public(id).redirect_uri("https://app.example.com/cb").scope("read");
        let client = client.grant_types(["authorization_code", "refresh_token"]).build();
        client.map(|client| Some(Arc::new(client))).map_err(|error| OAuthError::invalid_request(error.to_string()))
    }
    fn recognise<'c>(&self, call: &Call<'c>) -> Result<Option<Claimed<'c>>, OAuthError> {
        let id = call.headers().get("x-client").and_then(|id| id.to_str().ok());
        Ok(id.map(|id| Claimed { id: Some(id.into()), method: ClientAuthenticationMethod::PrivateKeyJwt }))
    }
    async fn prove(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<bool, OAuthError> {
        self.0.0.check(PROVE).map(|()| true)
    }
    async fn unpack(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> Result<Option<Unpacked>, OAuthError> {
        self.0.0.check(UNPACK).map(|()| None)
    }
    async fn check(&self, _: &Core<S>, _: &Call<'_>, _: &Checking<'_>, _: &mut Asked) -> Result<(), OAuthError> {
        self.0.0.check(CHECK)
    }
    async fn approve(&self, _: &Core<S>, _: &mut ApprovedRequest) -> Result<(), OAuthError> {
        self.0.0.check(APPROVE)
    }
    async fn aim(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        self.0.0.check(AIM)
    }
    async fn narrow(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> Result<(), OAuthError> {
        self.0.0.check(NARROW)
    }
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
        self.0.0.check(ENCODE).map(|()| response.clone())
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
        let host: Hosted = host!(Fails::when(&now), crate::Introspection::new());
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
        let host: Hosted = host!(Fails::when(&now), crate::Introspection::new());
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
    let host: Hosted = host!(Fails::when(&now), crate::Introspection::new());
    now.set(RESPOND);
    let location = host.redirected().await;
    assert!(location.contains("error=server_error") && !location.contains("code="), "{location}");
    assert_eq!(rows(&host).await, 0);
}
