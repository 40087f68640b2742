//! The device authorization grant (RFC 8628): for devices that have no browser, or on which nobody likes to type. A device shows a code, its
//! person types it somewhere else, and the device asks until they have decided.

mod endpoint;
mod guesses;
mod user_code;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
pub(crate) use guesses::Attempt;
use guesses::Guesses;
use http::{Request, Response};
pub(crate) use user_code::UserCode;

use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::grant::{Grant, GrantType};
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::http::source::RequestSource;
use crate::issue::{Consume, Granted, TokenContext};
use crate::storage::{ClientStore, DeferredStore};
use crate::typelevel::{No, Yes};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;
use crate::values::lifetime::{DeviceCodeLifetime, PollingInterval};

/// The `urn:ietf:params:oauth:grant-type:device_code` grant (RFC 8628), for televisions, printers and programs on a command line. It brings
/// the device authorization endpoint; the page on which people type the code is the application's, at `/device` unless
/// [moved](crate::Endpoints::device), and [`DeviceVerification`](crate::DeviceVerification) is behind it. The manual's page
/// [without a browser](crate::manual::without_a_browser) builds one.
///
/// The storage has to be a [`DeferredStore`](crate::DeferredStore). Every profile has the grant: OAuth 2.1 names it among the extensions, and
/// neither FAPI 2.0 nor MCP speaks of it; what they insist on of clients and tokens holds for devices.
///
/// # What becomes of a request
///
/// * It is validated when the device asks, by everything that looks at authorization requests: scope, resources, what is asked for about
///   the sign-in. With a DPoP proof its code is good only for who has the key. Clients authenticate as at the token endpoint.
/// * A `user_code` has 8 letters, of 20 that make no words and look like no others; 9 to 13 where many wait, so that to guess one stays less
///   likely than 2^-20 within its life, for each instance of the server. It is read in whatever case, with whatever stands between the
///   letters. Wrong ones are counted by source and in all: who typed too many waits, a minute at most. Who guesses from many networks at once makes others wait who have
///   codes of the same length; new ones are longer while that lasts.
/// * The `device_code` is 256 random bits, kept as a hash, and good for the client that asked.
/// * Until its person has decided, the device gets `authorization_pending`; `slow_down` if it comes sooner than [`interval`](Self::interval)
///   says, which adds five seconds each time that it does. A decision is told at once, however soon it comes.
/// * What was approved is fetched once. If the code comes again, what was issued is taken back, as with an authorization code.
/// * What was denied is `access_denied`; what nobody decided in time `expired_token`, and `invalid_grant` once five more minutes have passed.
///
/// As many requests wait as the server keeps of any ([`PendingRequests`](crate::PendingRequests)), of at most so many bytes each
/// ([`RequestBytes`](crate::RequestBytes)).
pub struct DeviceCode {
    lifetime: DeviceCodeLifetime,
    interval: PollingInterval,
    guesses: Guesses,
}

impl DeviceCode {
    /// The grant with its defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::with(DeviceCodeLifetime::DEFAULT, PollingInterval::DEFAULT)
    }

    fn with(lifetime: DeviceCodeLifetime, interval: PollingInterval) -> Self {
        Self { lifetime, interval, guesses: Guesses::new(lifetime.as_secs()) }
    }

    /// How long both codes live. Without this call: 10 minutes.
    #[must_use]
    pub fn lifetime(self, lifetime: DeviceCodeLifetime) -> Self {
        Self::with(lifetime, self.interval)
    }

    /// How long a device waits between two polls. Without this call: 5 seconds.
    #[must_use]
    pub fn interval(self, interval: PollingInterval) -> Self {
        Self::with(self.lifetime, interval)
    }

    /// A code is about to be looked up.
    pub(crate) fn attempt(&self, code: &UserCode, source: Option<RequestSource>, now: Timestamp) -> Result<Attempt, Duration> {
        self.guesses.attempt(code.as_str().len(), source, now)
    }

    pub(crate) fn was_right(&self, attempt: &Attempt) {
        self.guesses.was_right(attempt);
    }

    /// The request of a code was decided.
    pub(crate) fn decided(&self, code: &UserCode, until: Timestamp) {
        self.guesses.release(code.as_str().len(), until);
    }
}

impl Default for DeviceCode {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("DeviceCode");
        text.field("lifetime", &self.lifetime).field("interval", &self.interval).finish_non_exhaustive()
    }
}

crate::wire_name!(DeviceCode = "urn:ietf:params:oauth:grant-type:device_code");

impl GrantType for DeviceCode {
    type Step = Consume;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
    const PARAMETERS: &'static [Parameter] = &[Parameter::once("device_code")];

    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.device_authorization_path())
    }

    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.device_authorization_endpoint = Some(cx.device_authorization_endpoint());
    }
}

impl<S: ClientStore + DeferredStore> Grant<S> for DeviceCode {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Consume>, OAuthError> {
        cx.deferred(self.interval).await
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        // In a box: all features are asked inside of this, and it is inside of what asks all grants for a route.
        Box::pin(endpoint::serve(self, view, &request)).await
    }
}
