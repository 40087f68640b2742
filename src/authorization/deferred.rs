//! A request of a device (RFC 8628), whose person is somewhere else: what the storage keeps of it, and what the application sees of it.

use std::fmt;
use std::net::IpAddr;

use http::HeaderValue;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::authorization::pending::{Answer, Outcome};
use crate::authorization::request::AuthorizationRequest;
use crate::client::ClientId;
use crate::http::source::RequestSource;
use crate::storage::{PendingKind, PendingRecord};
use crate::values::asked::Asked;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;

/// The version written into new records.
const VERSION: u32 = 1;

/// Seconds for which a request is remembered after its end, so that its device is told what became of it: that it came too late, and not
/// that nobody knows of it.
const REMEMBERED: u64 = 300;

/// What the storage keeps of it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Deferred {
    #[serde(rename = "v", deserialize_with = "known")]
    version: u32,
    /// When the device asked.
    pub(crate) at: Timestamp,
    /// It, and its person, may come while `now < until`.
    pub(crate) until: Timestamp,
    /// From where it asked, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<IpAddr>,
    pub(crate) asked: Asked,
}

/// What a later release wrote is refused.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        version => Err(D::Error::custom(format!("a device's request of version {version}, and this release knows {VERSION}"))),
    }
}

impl Deferred {
    pub(crate) fn new(asked: Asked, source: Option<RequestSource>, at: Timestamp, until: Timestamp) -> Self {
        Self { version: VERSION, at, until, source: source.map(RequestSource::address), asked }
    }

    pub(crate) fn read(details: &str) -> Result<Self, StoreError> {
        serde_json::from_str(details).map_err(StoreError::failed)
    }

    /// The key under which a device finds its request. An authorization code is under another one, so neither is good for the other.
    pub(crate) fn key(device_code: &str) -> TokenHash {
        TokenHash::of_pair("device code", device_code)
    }

    pub(crate) const fn remembered_until(&self) -> Timestamp {
        Self::remembered(self.until)
    }

    /// Of one that waits until then.
    pub(crate) const fn remembered(until: Timestamp) -> Timestamp {
        until.saturating_add_secs(REMEMBERED)
    }

    /// What the storage keeps: of the device's code a hash.
    pub(crate) fn record(&self, device_code: &str, client_id: &ClientId) -> Result<PendingRecord, StoreError> {
        let details = serde_json::to_string(self).map_err(StoreError::failed)?;
        let owner = TokenHash::of_pair("owner of devices' requests", client_id.as_str());
        let (key, end) = (Self::key(device_code), self.remembered_until());
        Ok(PendingRecord::new(key, PendingKind::Deferred, owner, client_id.clone(), end, details))
    }
}

/// Was it approved? `None` if nobody has decided.
///
/// # Errors
///
/// [`StoreError::Failed`] if a later release wrote the answer.
pub(crate) fn was_approved(answer: Option<&str>) -> Result<Option<bool>, StoreError> {
    let answer = answer.map(Answer::read).transpose()?;
    Ok(answer.map(|answer| matches!(answer.outcome, Outcome::Approved { .. })))
}

/// The request of a device whose code a person has typed: for the page that shows it and asks whether it is theirs. It is decided after
/// [`resume`](crate::DeviceVerification::resume), with the handle that the page's form sends back: so nobody agrees by following a link, though the
/// code is in it (RFC 8628 section 5.4), and no other site makes a browser agree.
pub struct TypedCode {
    pub(crate) request: DeviceRequest,
    pub(crate) handle: Zeroizing<String>,
    pub(crate) cookie: HeaderValue,
}

impl TypedCode {
    /// The request, to look at: which client asks, for what, and from where.
    pub const fn request(&self) -> &DeviceRequest {
        &self.request
    }

    /// The handle: for a hidden field of the form. Good until the request is over, and in this browser alone.
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

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedCode").field("request", &self.request).finish_non_exhaustive()
    }
}

/// A request of a device that waits for its person's decision ([`DeviceVerification`](crate::DeviceVerification)).
#[must_use = "approve or deny the request: its device waits"]
pub struct DeviceRequest {
    /// As any other: what is asked of whoever approves is the same.
    pub(crate) request: AuthorizationRequest,
    pub(crate) key: TokenHash,
    pub(crate) user_code: Zeroizing<String>,
    pub(crate) at: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) remembered_until: Timestamp,
    pub(crate) source: Option<IpAddr>,
    /// How it was decided, if it was when it was looked up.
    pub(crate) answer: Option<Answer>,
}

impl DeviceRequest {
    /// What is asked for, and by whom: the client and its name, the scope, the resources, and what the client wants of the sign-in
    /// ([`must_authenticate`](AuthorizationRequest::must_authenticate), [`must_step_up`](AuthorizationRequest::must_step_up)). An approval
    /// is held to all of it. There is no redirect URI: that is empty, and so is its host.
    pub const fn request(&self) -> &AuthorizationRequest {
        &self.request
    }

    /// The code as the device shows it, for the person to compare (RFC 8628 section 3.3.1).
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// The address from which the device asked, if the application [says](RequestSource) from where requests come. Show it: whoever holds the
    /// device knows where it is, and who was sent the code of somebody else's sees that it is far away (RFC 8628 section 5.4).
    #[must_use]
    pub const fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// When the device asked.
    #[must_use]
    pub const fn requested_at(&self) -> Timestamp {
        self.at
    }

    /// Was it decided before, so that only who decides the same again is told that it was done?
    #[must_use]
    pub const fn is_decided(&self) -> bool {
        self.answer.is_some()
    }

    /// When its codes expire.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.until
    }
}

impl fmt::Debug for DeviceRequest {
    /// Without the code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("DeviceRequest");
        text.field("client_id", self.request.client.id()).field("scope", self.request.scope()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_release_kept_is_refused() {
        let source = Some(RequestSource::new([192, 0, 2, 1].into()));
        let t = Timestamp::from_unix;
        let deferred = Deferred::new(Asked::new("device_code", "".into()), source, t(1), t(2));
        let text = serde_json::to_string(&deferred).unwrap();
        assert_eq!(Deferred::read(&text).unwrap().source, Some([192, 0, 2, 1].into()));
        assert!(Deferred::read(&text.replace("\"v\":1", "\"v\":2")).is_err());
    }
}
