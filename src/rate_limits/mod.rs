//! How many requests are answered: asked before an endpoint does its work. Who counts, and where, is behind a trait.

#[cfg(feature = "governor")]
mod bounded;
#[cfg(feature = "governor")]
mod in_process;
#[cfg(feature = "governor")]
mod quota;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "governor")]
pub use in_process::ProcessRateLimits;
#[cfg(feature = "governor")]
pub use quota::RateQuota;

use crate::client::ClientId;
use crate::http::source::RequestSource;
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Says whether there are too many requests: [`Builder::rate_limits`](crate::Builder::rate_limits).
///
/// A request is asked about up to three times, and each time less work was done than is to come:
///
/// | when | [`source`](RateRequest::source) | [`client`](RateRequest::client) | asked by |
/// |---|---|---|---|
/// | it has arrived, and its form was read | if the application says it | nobody: whoever is named there has proved nothing | [`admit`](Self::admit) |
/// | its client failed to authenticate | the same | nobody | [`failed`](Self::failed), which counts it |
/// | its client has authenticated, with a secret, a key or a certificate | the same | this one | [`admit`](Self::admit) |
///
/// So nobody can use up what another client may do: anybody can name a client, also one with a secret, and then fail. Of a public
/// client only the source is asked about.
///
/// Counts of one process are kept by `ProcessRateLimits` (feature `governor`). What several instances share is an implementation of
/// your own, over what they share:
///
/// ```
/// use std::time::Duration;
///
/// use grantor::{RateLimits, RateRequest, RateVerdict, StoreError, Timestamp};
///
/// # struct Counters;
/// # impl Counters {
/// #     async fn increment(&self, _: &str, _: Duration) -> Result<u64, std::io::Error> { Ok(1) }
/// # }
/// /// Over counters that expire, in a server that all instances ask.
/// struct Shared(Counters);
///
/// impl RateLimits for Shared {
///     async fn admit(&self, request: RateRequest<'_>, now: Timestamp) -> Result<RateVerdict, StoreError> {
///         let who = match (request.client(), request.source()) {
///             (Some(client), _) => client.to_string(),
///             (None, Some(source)) => source.network().to_string(),
///             (None, None) => return Ok(RateVerdict::Admitted),
///         };
///         let minute = now.as_unix() / 60;
///         let key = format!("{} {} {who} {minute}", request.issuer(), request.endpoint());
///         let counting = self.0.increment(&key, Duration::from_secs(60));
///         // What does not answer in time is no reason to let people wait.
///         let counted = tokio::time::timeout(Duration::from_millis(50), counting).await.map_err(StoreError::failed)?;
///         let left = Duration::from_secs(60 - now.as_unix() % 60);
///         Ok(if counted.map_err(StoreError::failed)? > 600 { RateVerdict::TryLater(left) } else { RateVerdict::Admitted })
///     }
/// }
/// ```
///
/// # Errors
///
/// Where an answer is an error, the request is admitted, and the event `grantor.rate_limits_failed` says so: tokens are not as easily
/// guessed that nobody may have any while a counter is down. An answer is waited for as long as it takes, since the library has no timer:
/// bound it yourself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not limit how many requests are answered",
    label = "expected something that implements `RateLimits`, such as `ProcessRateLimits::new()` (feature `governor`)",
    note = "limits of your own, which several instances may share, implement `RateLimits`"
)]
pub trait RateLimits: Send + Sync + 'static {
    /// May this request be answered? If so, it counts.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if nobody knows; then it is.
    fn admit(&self, request: RateRequest<'_>, now: Timestamp) -> impl Future<Output = Result<RateVerdict, StoreError>> + Send;

    /// The client of a request that was admitted failed to authenticate. Nothing is done about this one any more; it is for the limit to
    /// count it for more than others (RFC 6749 section 2.3.1: against brute force). Nothing without an implementation.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it could not be counted.
    fn failed(&self, _request: RateRequest<'_>, _now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Are they switched on? `None` in an `Option` is not: it is never asked.
    fn is_active(&self) -> bool {
        true
    }
}

/// Whether a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a request that is to be tried later is not answered now"]
pub enum RateVerdict {
    /// It is.
    Admitted,
    /// 429, with this `Retry-After`, in whole seconds, rounded up (RFC 6585 section 4, RFC 9110 section 10.2.3).
    TryLater(Duration),
}

/// A request, as far as a limit may look at it.
#[derive(Debug, Clone, Copy)]
pub struct RateRequest<'a> {
    issuer: &'a Issuer,
    endpoint: &'static str,
    source: Option<RequestSource>,
    client: Option<&'a ClientId>,
}

impl<'a> RateRequest<'a> {
    /// A request at an endpoint, from nobody knows where.
    #[must_use]
    pub const fn new(issuer: &'a Issuer, endpoint: &'static str) -> Self {
        Self { issuer, endpoint, source: None, client: None }
    }

    /// From there.
    #[must_use]
    pub const fn coming_from(self, source: Option<RequestSource>) -> Self {
        Self { source, ..self }
    }

    /// Of a client that has proved who it is.
    #[must_use]
    pub const fn of_client(self, client: Option<&'a ClientId>) -> Self {
        Self { client, ..self }
    }

    /// The issuer: several servers may share their limits.
    #[must_use]
    pub const fn issuer(&self) -> &'a Issuer {
        self.issuer
    }

    /// The endpoint: `token`, `device_authorization`, `pushed_authorization_request`, `registration`, `introspection`, `revocation`, or as
    /// the application calls its own ([`AuthorizationServer::admit`](crate::AuthorizationServer::admit)).
    #[must_use]
    pub const fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// From where it comes, if the application says so.
    #[must_use]
    pub const fn source(&self) -> Option<RequestSource> {
        self.source
    }

    /// The client, if it has proved who it is.
    #[must_use]
    pub const fn client(&self) -> Option<&'a ClientId> {
        self.client
    }
}

#[diagnostic::do_not_recommend]
impl<L: RateLimits> RateLimits for Arc<L> {
    fn admit(&self, request: RateRequest<'_>, now: Timestamp) -> impl Future<Output = Result<RateVerdict, StoreError>> + Send {
        L::admit(self, request, now)
    }
    fn failed(&self, request: RateRequest<'_>, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send {
        L::failed(self, request, now)
    }
    fn is_active(&self) -> bool {
        L::is_active(self)
    }
}

#[diagnostic::do_not_recommend]
impl<L: RateLimits> RateLimits for Option<L> {
    async fn admit(&self, request: RateRequest<'_>, now: Timestamp) -> Result<RateVerdict, StoreError> {
        match self {
            Some(limits) => limits.admit(request, now).await,
            None => Ok(RateVerdict::Admitted),
        }
    }
    async fn failed(&self, request: RateRequest<'_>, now: Timestamp) -> Result<(), StoreError> {
        match self {
            Some(limits) => limits.failed(request, now).await,
            None => Ok(()),
        }
    }
    fn is_active(&self) -> bool {
        self.as_ref().is_some_and(L::is_active)
    }
}

type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Any limits: shared ones wait for a network, and a type parameter would be in the type of every server for them.
pub(crate) trait AnyRateLimits: Send + Sync {
    fn admit<'a>(&'a self, request: RateRequest<'a>, now: Timestamp) -> Answering<'a, RateVerdict>;
    fn failed<'a>(&'a self, request: RateRequest<'a>, now: Timestamp) -> Answering<'a, ()>;
}

impl<L: RateLimits> AnyRateLimits for L {
    fn admit<'a>(&'a self, request: RateRequest<'a>, now: Timestamp) -> Answering<'a, RateVerdict> {
        Box::pin(RateLimits::admit(self, request, now))
    }
    fn failed<'a>(&'a self, request: RateRequest<'a>, now: Timestamp) -> Answering<'a, ()> {
        Box::pin(RateLimits::failed(self, request, now))
    }
}

impl fmt::Debug for dyn AnyRateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RateLimits(..)")
    }
}
