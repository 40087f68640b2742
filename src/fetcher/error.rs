//! Why there is no document.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

#[cfg(any(feature = "jose", feature = "mtls"))]
use crate::values::error::OAuthError;

/// Why a [`Fetcher`](super::Fetcher) has no document for a URL. It says what went wrong and nothing of what the document holds, so it
/// can be logged.
///
/// It is not for whoever named the URL. What a name resolves to within this network, and which doors are open there, is what such URLs
/// are tried for (draft-ietf-oauth-client-id-metadata-document section 6.5); so they are told one thing, that there is no document.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL breaks a rule before anything is sent.
    #[error("the URL {0}")]
    Url(#[from] DocumentUrlError),
    /// The name of the host cannot be resolved. The error of the transport is the source.
    #[error("the host's name cannot be resolved")]
    Unresolved(#[source] Arc<dyn Error + Send + Sync>),
    /// The name of the host has no address.
    #[error("the host has no address")]
    NoAddress,
    /// One of the addresses of the host is not one of the public internet.
    #[error("the host has the address {0}, which is of special use (RFC 6890)")]
    SpecialUse(IpAddr),
    /// No connection, no TLS or no HTTP. The error of the transport is the source.
    #[error("the host cannot be asked")]
    Unreachable(#[source] Arc<dyn Error + Send + Sync>),
    /// It took longer than the [timeout](super::Fetcher::timeout).
    #[error("the document did not come within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// Another status than 200. Redirects are not followed.
    #[error("the host answered {0}; only 200 is accepted, and redirects are not followed")]
    Status(StatusCode),
    /// Another status than 200 or 204 was the answer to what was posted. Redirects are not followed.
    #[error("the host answered {0}; only 200 and 204 say that it took it, and redirects are not followed")]
    Refused(StatusCode),
    /// The content is compressed, although that was not asked for.
    #[error("the document has a `Content-Encoding`")]
    Encoded,
    /// Not `application/json` or `application/…+json`, of a request object not its own, or two content types.
    #[error("the `Content-Type` is not one of such a document")]
    ContentType,
    /// The document is longer than so many bytes.
    #[error("the document is longer than {0} bytes")]
    TooLong(usize),
    /// Not as many bytes came as `Content-Length` announced.
    #[error("the document is not as long as its `Content-Length` says")]
    Length,
    /// It is not JSON in UTF-8 (RFC 8259 section 8.1).
    #[error("the document is not JSON in UTF-8")]
    NotJson,
    /// It is JSON, but not what was looked for.
    #[error("the document is not what it should be: {0}")]
    Invalid(&'static str),
    /// It failed a moment ago, so the host is left alone until `retry_after`.
    #[error("{last}; the host is asked again in {} s", retry_after.as_secs())]
    BackingOff {
        /// How it failed.
        #[source]
        last: Box<FetchError>,
        /// For how long.
        retry_after: Duration,
    },
    /// As many documents are being fetched as may be, in all, from this domain or from this host.
    #[error("too many documents are being fetched")]
    Busy,
    /// The runtime ended before the document came.
    #[error("fetching the document was given up")]
    GivenUp,
}

impl FetchError {
    /// For whoever is refused because of it: they may try again.
    #[cfg(any(feature = "jose", feature = "mtls"))]
    pub(crate) fn as_unavailable(&self) -> OAuthError {
        OAuthError::unavailable(match self {
            Self::BackingOff { retry_after, .. } => Some(*retry_after),
            _ => None,
        })
    }
}

/// The rule that the URL of a document breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentUrlError {
    /// Longer than 2,048 bytes.
    #[error("is longer than 2048 bytes")]
    TooLong,
    /// Not an absolute URL with the scheme `https`.
    #[error("is not an absolute https URL")]
    NotHttps,
    /// A user name or a password.
    #[error("has a user name or a password")]
    Userinfo,
    /// A fragment.
    #[error("has a fragment")]
    Fragment,
    /// No host, or one that is neither a DNS name nor an address in its usual form.
    #[error("has a host that is neither a DNS name nor an address in its usual form")]
    Host,
    /// A port that is not permitted: all but 443, unless [`Fetcher::allow_port`](super::Fetcher::allow_port) says otherwise.
    #[error("has a port that is not permitted")]
    Port,
    /// A character that no URL has, or a malformed percent-encoding.
    #[error("has a character that must be percent-encoded, or a malformed percent-encoding")]
    Character,
}
