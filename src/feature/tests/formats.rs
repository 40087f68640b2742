//! Replaces the token format: tokens that carry what they say, on a storage that keeps no access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::host;
use crate::client::ClientId;
use crate::core::Core;
use crate::feature::{Feature, FeatureList, FeatureOn, sealed};
use crate::forward;
use crate::issue::format::TokenText;
use crate::issue::{AccessToken, AccessTokenPlan, IssueContext, Keyring, TokenFormat};
use crate::rules::{LacksFeature, LacksTokenFormat};
use crate::storage::{
    AuthorizationCodeStore, ClientRegistry, ClientStore, FamilyId, FamilyState, FamilyStore, FoundToken, RefreshTokenStore,
    TokenDetails, TokenRecord,
};
use crate::typelevel::choice::{Open, chosen};
use crate::typelevel::holds::holds;
use crate::typelevel::{Flag, No};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::{Introspection, MemoryStore, Revocation};

/// `T.<family>.<client>.<details>`, everything in base64url.
pub(super) struct Carrying;
chosen!(Carrying);

pub(super) struct Formats;
crate::wire_name!(Formats = "formats");

/// Another one, in which no token is ever made.
pub(super) struct Other;
chosen!(Other);

struct FormatsOtherwise;
crate::wire_name!(FormatsOtherwise = "formats_otherwise");

macro_rules! chooses {
    ($feature:ty, $format:ident) => {
        impl sealed::Sealed for $feature {}

        impl Feature for $feature {
            type Format = $format;
            type Keys = Open;
            type Signs = No;
            type KeysVanish = No;
            type NamesNoAlgorithm = No;
            type NeedsMasterKeys = No;
            type NeedsFetcher = No;
            type Assures = ();
            fn format(&self) -> &$format {
                &$format
            }
            fn keys(&self) -> &Open {
                &Open
            }
        }
    };
}
chooses!(Formats, Carrying);
chooses!(FormatsOtherwise, Other);

impl<S: FamilyStore> FeatureOn<S> for Formats {}

impl<S: FamilyStore> TokenFormat<S> for Carrying {
    async fn make<K: Keyring>(&self, cx: &IssueContext<'_, S>, plan: AccessTokenPlan, _: &K) -> Result<AccessToken, OAuthError> {
        let parts = [plan.family.to_string(), cx.client.id().to_string(), plan.details.to_json()?];
        let text = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let expires_at = cx.now.saturating_add_secs(plan.lifetime);
        Ok(AccessToken { text: TokenText::Signed(format!("T.{text}")), expires_at, record: None })
    }

    async fn find<K: Keyring>(&self, _: &Core<S>, _: &K, token: &str, now: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        let Some(rest) = token.strip_prefix("T.") else { return Ok(None) };
        let decode = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap_or_default()).unwrap_or_default();
        let [family, client, details] = &rest.split('.').map(decode).collect::<Vec<_>>()[..] else { return Ok(None) };
        let (Ok(family), Ok(client)) = (family.parse::<FamilyId>(), ClientId::parse(client)) else { return Ok(None) };
        let details = TokenDetails::from_json(details)?;
        let until = now.saturating_add_secs(60);
        let record = TokenRecord::new(TokenHash::of(token), family, 0, client, now, until, details);
        Ok(Some(FoundToken::new(record, false, FamilyState::new(false, 0))))
    }

    async fn revoke(&self, core: &Core<S>, found: &FoundToken, now: Timestamp) -> Result<(), StoreError> {
        core.storage.revoke_family(&core.issuer, &found.record.family, now).await
    }
}

/// The memory store without its access tokens.
pub(super) struct NoAccessTokens(pub(super) MemoryStore);

impl NoAccessTokens {
    pub(super) fn inner(&self) -> &MemoryStore {
        &self.0
    }
}

impl ClientStore for NoAccessTokens {
    forward!(ClientStore => MemoryStore, Self::inner);
}
impl ClientRegistry for NoAccessTokens {
    forward!(ClientRegistry => MemoryStore, Self::inner);
}
impl FamilyStore for NoAccessTokens {
    forward!(FamilyStore => MemoryStore, Self::inner);
}
impl AuthorizationCodeStore for NoAccessTokens {
    forward!(AuthorizationCodeStore => MemoryStore, Self::inner);
}
impl RefreshTokenStore for NoAccessTokens {
    forward!(RefreshTokenStore => MemoryStore, Self::inner);
}

#[tokio::test]
async fn every_grant_issues_tokens_of_the_format_and_every_endpoint_knows_them() {
    let host = host!(on NoAccessTokens(MemoryStore::new()); Introspection::new(), Formats, Revocation::new());
    for answer in host.every_grant(&[]).await {
        let token = answer.member("access_token");
        assert!(token.starts_with("T."), "{token}");
        assert_eq!(host.introspect(&[], &token).await.json()["client_id"], "app");
    }
    // Revoking such a token revokes what it descends from.
    let tokens = host.redeem(&[], &host.code().await).await;
    let revoked = format!("client_id=app&client_secret={}&token={}", super::SECRET, tokens.member("access_token"));
    assert_eq!(host.post("/revoke", &[], &revoked).await.status, 200);
    assert_eq!(host.refresh(&[], &tokens.member("refresh_token")).await.error(), "400 invalid_grant");
}

#[test]
fn of_two_that_choose_a_format_the_second_is_one_too_many() {
    type Of<L> = <L as FeatureList>::ChoosesFormat;
    const { assert!(!Of::<(Introspection, Revocation)>::VALUE) };
    const { assert!(Of::<(Introspection, Formats)>::VALUE && Of::<(Formats,)>::VALUE) };

    const { assert!(holds!((Introspection,): LacksTokenFormat<Formats>) && holds!((Formats,): LacksTokenFormat<Revocation>)) };
    const { assert!(!holds!((Formats,): LacksTokenFormat<FormatsOtherwise>)) };
    const { assert!(!holds!((FormatsOtherwise, Introspection): LacksTokenFormat<Formats>)) };
    // That it is there twice is said by another rule, and by that alone.
    const { assert!(holds!((Formats,): LacksTokenFormat<Formats>) && !holds!((Formats,): LacksFeature<Formats>)) };
}
