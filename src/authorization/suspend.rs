//! Keeping an authorization request while its person signs in. The handle is good once, and only in the browser that began the
//! request: the storage is keyed with a hash over the handle and that browser's cookie, so a handle that leaks, or one that an
//! attacker plants, finds nothing and takes nothing away.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::authorization::request::AuthorizationRequest;
use crate::authorization::target::ResponseMode;
use crate::client::ClientId;
use crate::error::{StoreError, TokenError};
use crate::lifetime::InteractionLifetime;
use crate::limits::RequestBytes;
use crate::page;
use crate::pkce::CodeChallenge;
use crate::scope::Scope;
use crate::token::TokenHash;

/// A suspended request: what the page needs to bring it back.
pub struct Suspended {
    handle: Zeroizing<String>,
    cookie: HeaderValue,
    request: AuthorizationRequest,
}

impl Suspended {
    /// Suspends the request: gives the key and the text to be kept as well.
    pub(crate) fn new(
        mut request: AuthorizationRequest,
        secure: bool,
        lifetime: InteractionLifetime,
    ) -> Result<(Self, TokenHash, String), StoreError> {
        let (handle, cookie) = request.browser.handle(secure, lifetime);
        // The cookie is there now.
        let hash = request.browser.key(&handle).ok_or_else(|| StoreError::failed("a browser without a cookie"))?;
        let details = serde_json::to_string(&StoredRequest::of(&request)).map_err(StoreError::failed)?;
        Ok((Self { handle, cookie, request }, hash, details))
    }

    /// The request, to look at: who asks for what. It is decided after [`resume`](crate::AuthorizationEndpoint::resume).
    pub const fn request(&self) -> &AuthorizationRequest {
        &self.request
    }

    /// The one-time handle, 49 characters of base64url: for a hidden field of the form.
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

/// A suspended request as the storage keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredRequest {
    #[serde(rename = "v")]
    version: u32,
    pub(crate) client_id: ClientId,
    pub(crate) redirect_uri: Arc<str>,
    pub(crate) redirect_uri_was_sent: bool,
    pub(crate) mode: ResponseMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    pub(crate) response_type: String,
    pub(crate) scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<CodeChallenge>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Vec<(String, String)>,
}

impl StoredRequest {
    fn of(request: &AuthorizationRequest) -> Self {
        Self {
            version: 1,
            client_id: request.client.id().clone(),
            redirect_uri: request.target.uri.clone(),
            redirect_uri_was_sent: request.redirect_uri_was_sent,
            mode: request.target.mode,
            state: request.target.state.clone(),
            response_type: request.response_type.to_owned(),
            scope: request.scope.clone(),
            challenge: request.challenge.clone(),
            other: request.other.clone(),
        }
    }
}

/// Would the request be larger than this where it is kept? Any request may be, so that none is refused only because its person has
/// to sign in.
pub(crate) fn is_too_large(request: &AuthorizationRequest, limit: RequestBytes) -> bool {
    // As JSON a byte takes six at most. So most requests need not be written to see that they are small enough.
    let others: usize = request.other.iter().map(|(name, value)| name.len() + value.len() + PAIR).sum();
    let state = request.target.state.as_deref().unwrap_or_default();
    let texts = [state, &request.target.uri, request.scope.as_str(), request.client.id().as_str()];
    let roughly = 6 * (others + texts.iter().map(|text| text.len()).sum::<usize>()) + FIXED;
    let limit = limit.get() as usize;
    roughly > limit && serde_json::to_writer(Room(limit), &StoredRequest::of(request)).is_err()
}

/// More than the rest of a request takes, and of a parameter beside its name and value.
const FIXED: usize = 600;
const PAIR: usize = 2;

/// Room for so many bytes, which are thrown away.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a suspended request does not come back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The handle is unknown, used before, expired, or another browser's.
    #[error("this sign-in has expired or was begun in another browser; go back to the application and start again")]
    NotFound,
    /// Since it was suspended, the client was removed, or lost its redirect URI or response type.
    #[error("the application that asked is no longer registered as it was; go back to it and start again")]
    ClientChanged,
    /// Another server over the same storage suspended it, or this one before its settings changed, and it lacks what this server
    /// insists on, such as PKCE.
    #[error("this server does not accept the request as it was begun; go back to the application and start again")]
    NotAccepted,
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ResumeError {
    /// A plain error page to show to the person: 400, or 503 or 500 if the storage failed, with the [`TokenError`] in its
    /// extensions, for applications that show their own. The detail of a storage failure goes
    /// into the `tracing` event only.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        match self {
            Self::Store(error) => page::error(None, &TokenError::from(error)),
            error => page::error(None, &TokenError::invalid_request(error.to_string())),
        }
    }
}
