//! What all places where keys can be have in common.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use zeroize::Zeroizing;

use crate::core::Core;
use crate::http::answer;
use crate::issue::KeysError;
use crate::jose::{Algorithm, Jwks, KeyId, TokenType};
use crate::typelevel::Flag;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};

/// Where keys are.
#[doc(hidden)]
pub trait KeyBackend: Send + Sync + 'static {
    /// Do they vanish when the process ends?
    type Vanish: Flag;
    /// Do they need the master keys of the server?
    type NeedsMasterKeys: Flag;
    fn sign<T: TokenType>(
        &self,
        algorithm: Algorithm,
        claims: &[u8],
        now: Timestamp,
    ) -> impl Future<Output = Result<Zeroizing<String>, OAuthError>> + Send;
    fn published(&self) -> Arc<Jwks>;
    fn unknown_key(&self, _: Timestamp) {}
    /// What is served; `None` if it is not known yet.
    fn served(&self, now: Timestamp) -> Option<Served>;
}

/// The same on the storage `S`: see [`KeyringOn`](crate::issue::KeyringOn).
#[doc(hidden)]
pub trait KeysOn<S>: KeyBackend {
    fn refresh(&self, _: &Core<S>, _: &'static [Algorithm]) -> impl Future<Output = Result<(), KeysError>> + Send {
        async { Ok(()) }
    }
    fn until_due<F: Future + Send>(&self, _: impl FnOnce(Duration) -> F + Send) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
    fn withdraw(&self, _: &Core<S>, _: &'static [Algorithm], _: &KeyId) -> impl Future<Output = Result<bool, KeysError>> + Send {
        async { Ok(false) }
    }
    fn check(&self, _: &'static [Algorithm], _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What `/jwks` serves.
#[doc(hidden)]
#[derive(Debug)]
pub struct Served {
    pub(crate) body: Bytes,
    /// For how many seconds it may be cached, if at all.
    pub(crate) max_age: Option<u64>,
}

impl Served {
    /// Unless a rotation says otherwise.
    pub(super) const MAX_AGE: u64 = 900;

    pub(super) fn response(self, request: &Request<Bytes>) -> Response<Bytes> {
        let cached = self.max_age.map(|seconds| format!("public, max-age={seconds}"));
        let cached = cached.and_then(|text| HeaderValue::from_str(&text).ok());
        let cached = cached.unwrap_or(HeaderValue::from_static("no-cache"));
        answer::document(request.method(), "application/jwk-set+json", cached, self.body)
    }
}

/// The operator reads the detail in the event.
pub(super) fn refused(detail: &(dyn Error + 'static)) -> OAuthError {
    tracing::error!(detail, "no key signs");
    OAuthError::unexpected()
}
