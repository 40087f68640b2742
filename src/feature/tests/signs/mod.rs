//! Keys on a server, with a feature for tests alone that signs.

mod held;
#[cfg(feature = "sqlite")]
mod lost;
mod stored;
mod weeks;

use bytes::Bytes;
use http::Request;

use super::Host;
use crate::feature::{Feature, FeatureOn, FeaturesOn, sealed};
use crate::issue::{IssueContext, Keyring, Withheld};
use crate::jose::{AccessTokenJwt, Algorithm, CompactJws, Jwks};
use crate::server::facade::ServesOAuth;
use crate::storage::{AuthorizationCodeStore, ClientRegistry, RefreshTokenStore};
use crate::typelevel::choice::Open;
use crate::typelevel::{No, Yes};
use crate::values::error::OAuthError;

/// Adds a signed token to each response, as `signed`, and one under each algorithm, as `each`.
#[derive(Debug)]
struct Signs(Option<Algorithm>);
crate::wire_name!(Signs = "signs");
impl sealed::Sealed for Signs {}

impl Feature for Signs {
    type Format = Open;
    type Keys = Open;
    type Signs = Yes;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Aims = No;
    type BindsTokens = No;
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
}

impl<S: Send + Sync> FeatureOn<S> for Signs {
    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, keys: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        let claims = format!("{{\"iat\":{}}}", cx.now.as_unix());
        let token = keys.sign::<AccessTokenJwt>(self.0, claims.as_bytes(), cx.now).await?;
        response.add("signed", token.as_str());
        let mut each = Vec::new();
        for algorithm in keys.algorithms() {
            each.push(keys.sign::<AccessTokenJwt>(Some(*algorithm), claims.as_bytes(), cx.now).await?.to_string());
        }
        response.add("each", each);
        Ok(())
    }
}

/// The name of the key with which a token is signed.
fn kid(token: &str) -> String {
    let jws = CompactJws::decode(token).unwrap();
    jws.unverified::<AccessTokenJwt>(&Algorithm::ALL).unwrap().header().key_id().unwrap().to_owned()
}

/// The algorithm of a token that these keys verify.
fn verified(token: &str, keys: &Jwks) -> Option<Algorithm> {
    let jws = CompactJws::decode(token).unwrap();
    let unverified = jws.unverified::<AccessTokenJwt>(&Algorithm::ALL).unwrap();
    let algorithm = unverified.header().algorithm();
    unverified.verify(keys).ok().map(|_| algorithm)
}

impl<F: FeaturesOn<S>, S: ClientRegistry + AuthorizationCodeStore + RefreshTokenStore> Host<F, S> {
    /// What a request for `/jwks` gets: the keys, and for how long they may be cached.
    pub(super) async fn jwks(&self) -> (Jwks, String) {
        let request = Request::get("/jwks").body(Bytes::new()).unwrap();
        let response = ServesOAuth::handle(&self.0, request).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((response.status().as_u16(), &*header("content-type")), (200, "application/jwk-set+json"));
        (Jwks::parse(response.body()).unwrap(), header("cache-control"))
    }
}
