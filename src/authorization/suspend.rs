//! Keeping an authorization request while its person signs in. The handle is good until the request is decided, and only in the
//! browser that began it: the storage is keyed with a hash over the handle and that browser's cookie, so a handle that leaks, or one that an
//! attacker plants, finds nothing and takes nothing away.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Response};
use zeroize::Zeroizing;

use crate::authentication::LookUpError;
use crate::authorization::browser::Browser;
use crate::authorization::request::AuthorizationRequest;
use crate::http::page;
use crate::storage::{PendingKind, PendingRecord};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::InteractionLifetime;
use crate::values::random::NoRandomness;

/// A suspended request: what the page needs to bring it back.
pub struct Suspended {
    handle: Zeroizing<String>,
    cookie: HeaderValue,
    request: AuthorizationRequest,
}

impl Suspended {
    /// With a new handle.
    pub(crate) fn new(
        mut request: AuthorizationRequest,
        secure: bool,
        lifetime: InteractionLifetime,
    ) -> Result<Self, NoRandomness> {
        let (handle, cookie) = (request.browser.handle()?, request.browser.cookie(secure, lifetime)?);
        Ok(Self { handle, cookie, request })
    }

    /// The same for a request that waits in the storage, and goes on waiting there.
    pub(crate) fn again(
        mut request: AuthorizationRequest,
        handle: Zeroizing<String>,
        secure: bool,
        lifetime: InteractionLifetime,
    ) -> Result<Self, NoRandomness> {
        Ok(Self { handle, cookie: request.browser.cookie(secure, lifetime)?, request })
    }

    /// What the storage keeps.
    pub(crate) fn record(&mut self, expires_at: Timestamp) -> Result<PendingRecord, StoreError> {
        let Self { handle, request, .. } = self;
        let secret = request.browser.secret()?;
        let (hash, owner) = (TokenHash::of_pair(handle, &secret), Browser::owner(&secret));
        let details = serde_json::to_string(&*request.asked).map_err(StoreError::failed)?;
        Ok(PendingRecord::new(hash, PendingKind::Suspended, owner, request.client.id().clone(), expires_at, details))
    }

    /// The request, to look at: who asks for what. It is decided after [`resume`](crate::AuthorizationEndpoint::resume).
    pub const fn request(&self) -> &AuthorizationRequest {
        &self.request
    }

    /// The handle, 49 characters of base64url, or 96 where the request was pushed: for a hidden field of the form. Good until the request is decided; a request that
    /// comes back and is suspended again keeps its handle.
    #[must_use]
    pub fn handle(&self) -> &str {
        &self.handle
    }

    /// The value of the `Set-Cookie` header that the page must carry, or the handle is good for nothing.
    #[must_use]
    pub const fn set_cookie(&self) -> &HeaderValue {
        &self.cookie
    }
}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suspended(..)")
    }
}

/// Why a suspended request does not come back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The handle is unknown, expired, or another browser's; or other requests took its place.
    #[error("this sign-in has expired or was begun in another browser; go back to the application and start again")]
    NotFound,
    /// Since it was suspended, the client was removed, or lost its redirect URI or response type.
    #[error("the application that asked is no longer registered as it was; go back to it and start again")]
    ClientChanged,
    /// It was decided before: otherwise than now, or longer ago than a code lives.
    #[error("this sign-in was completed before; go back to the application, and start again if it did not work")]
    Decided,
    /// Another server over the same storage suspended it, or this one before its settings changed, and it lacks what this server
    /// insists on, such as PKCE.
    #[error("this server does not accept the request as it was begun; go back to the application and start again")]
    NotAccepted,
    /// The client could not be looked up; the same handle may do later.
    #[error(transparent)]
    Client(OAuthError),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LookUpError> for ResumeError {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::Store(error) => Self::Store(error),
            LookUpError::Feature(error) => Self::Client(error),
        }
    }
}

impl ResumeError {
    /// A plain error page to show to the person: 400, or 503 or 500 if the storage failed, with the [`OAuthError`] in its
    /// extensions, for applications that show their own. The detail of a storage failure goes
    /// into the `tracing` event only.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        match self {
            Self::Store(error) => page::error(None, &OAuthError::from(error)),
            Self::Client(error) => page::error(None, &error),
            error => page::error(None, &OAuthError::invalid_request(error.to_string())),
        }
    }
}
