//! Keeping an authorization request while its person signs in. The handle is good once, and only in the browser that began the
//! request: the storage is keyed with a hash over the handle and that browser's cookie, so a handle that leaks, or one that an
//! attacker plants, finds nothing and takes nothing away.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, Response};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::authorization::request::AuthorizationRequest;
use crate::authorization::target::ResponseMode;
use crate::client::ClientId;
use crate::error::{StoreError, TokenError};
use crate::lifetime::InteractionLifetime;
use crate::page;
use crate::pkce::CodeChallenge;
use crate::random::NoRandomness;
use crate::scope::Scope;
use crate::token::{TokenHash, random_text};

/// The secret that stays in one browser, as a cookie.
#[derive(Clone)]
pub(crate) struct Browser(Option<Arc<str>>);

/// How many cookies of ours are looked at: one look-up for each when a request comes back.
const MAX_COOKIES: usize = 16;

impl Browser {
    /// What the browser sent, if it was here before.
    pub(crate) fn of(headers: &HeaderMap, secure: bool) -> Self {
        Self::all(headers, secure).into_iter().next().unwrap_or(Self(None))
    }

    /// The secrets that the browser sent, the newest first (it sends the oldest first: RFC 6265 section 5.4). It has several if
    /// several requests began before it had any, or came as forms from other sites, with which it sends none: each response that
    /// set one gave it a name of its own, so none took the place of another.
    pub(crate) fn all(headers: &HeaderMap, secure: bool) -> Vec<Self> {
        // As bytes: the cookies of other applications on this host may hold anything.
        let cookies = headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
        let values = cookies.filter_map(move |pair| {
            let (name, value) = str::from_utf8(pair).ok()?.trim_matches(' ').split_once('=')?;
            (is_ours(value) && name == cookie_name(value, secure)).then(|| Self(Some(value.into())))
        });
        let mut all: Vec<Self> = values.collect();
        all.reverse();
        all.truncate(MAX_COOKIES);
        all
    }

    /// A new one if there is none.
    fn or_new(&mut self) -> Result<Arc<str>, NoRandomness> {
        if let Some(known) = &self.0 {
            return Ok(known.clone());
        }
        let new: Arc<str> = random_text()?.as_str().into();
        self.0 = Some(new.clone());
        Ok(new)
    }

    pub(crate) fn key(&self, handle: &str) -> Option<TokenHash> {
        Some(TokenHash::of_pair(handle, self.0.as_deref()?))
    }
}

/// `__Host-` keeps other hosts of the domain from planting the cookie; it needs `Secure`, and so TLS. The end of the name is the
/// beginning of the value, so that another value has another name.
fn cookie_name(value: &str, secure: bool) -> String {
    let host = if secure { "__Host-" } else { "" };
    format!("{host}grantor-browser-{}", &value[..6])
}

fn is_ours(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

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
        let browser = request.browser.or_new()?;
        let handle = random_text()?;
        let hash = TokenHash::of_pair(&handle, &browser);
        let attributes = if secure { "; Secure" } else { "" };
        // No longer than the request may be suspended, so that what other sites make it keep goes soon.
        let cookie = format!(
            "{}={browser}; Max-Age={}; Path=/; HttpOnly; SameSite=Lax{attributes}",
            cookie_name(&browser, secure),
            lifetime.as_secs()
        );
        // Made of base64url and constants: always a header value.
        let mut cookie = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""));
        cookie.set_sensitive(true);
        let details = serde_json::to_string(&StoredRequest::of(&request)).map_err(StoreError::failed)?;
        Ok((Self { handle, cookie, request }, hash, details))
    }

    /// The request, to look at: who asks for what. It is decided after [`resume`](crate::AuthorizationEndpoint::resume).
    pub const fn request(&self) -> &AuthorizationRequest {
        &self.request
    }

    /// The one-time handle, 43 characters of base64url: for a hidden field of the form.
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
