//! What the validation of an authorization request asks of the features of a server. A list of features answers for all of them.

use std::fmt;
use std::future::Future;
#[cfg(feature = "jose")]
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::authorization::decision::ApprovedRequest;
use crate::authorization::details::DecisionRefused;
use crate::authorization::info::ResponseTypeInfo;
use crate::authorization::pushed::Kept;
use crate::client::{Client, RedirectUri};
use crate::core::Core;
use crate::http::call::Call;
use crate::http::parameters::{Parameter, append_query};
#[cfg(feature = "jose")]
use crate::jose::Jwks;
use crate::storage::ReplayKey;
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::response_mode::EncodedMode;

/// The phases of an authorization request.
#[doc(hidden)]
pub trait RequestHooks<S>: Send + Sync + 'static {
    /// Calls with the parameters that each feature reads.
    fn authorization_parameters(&self, each: &mut dyn FnMut(&'static [Parameter]));
    /// Calls with the parameters that each feature refuses, and with what error.
    fn refused_parameters(&self, each: &mut dyn FnMut(&'static [(&'static str, ErrorCode)]));
    /// Calls with the response modes that each feature brings.
    fn response_modes(&self, each: &mut dyn FnMut(&'static [EncodedMode]));
    /// The request for which this one stands, if it is one of a feature's kind.
    fn unpack(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> impl Future<Output = Result<Option<Unpacked>, OAuthError>> + Send;
    /// Looks at a request that is valid otherwise, and adds to what was asked for.
    fn check(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        checking: &Checking<'_>,
        asked: &mut Asked,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send;
    /// Notes that something which is good once was used. `false` if it was before.
    fn first_time(&self, core: &Core<S>, client: &Client, once: &Once) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// Does one of them insist on requests that clients send themselves?
    fn requires_pushed(&self) -> bool;
    /// Does one of them insist on requests that clients sign?
    fn requires_signed(&self) -> bool;
    /// Does one of them insist on response modes of its own?
    fn insists_on_modes(&self) -> bool;
    /// Does one of them let the client be sent to a URI that it has not registered? Asked of requests that it sent itself.
    fn permits_redirect(&self, client: &Client, uri: &RedirectUri) -> bool;
    /// Does one of them know all of these authorization details, and may the client ask for them?
    fn knows_details(&self, client: &Client, details: &AuthorizationDetails) -> bool;
    /// Is what was granted in detail what was asked for, or less? `None` if none of them knows.
    fn judge_details(&self, asked: &AuthorizationDetails, granted: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>>;
    /// Looks at what a person has approved, before anything is made of it.
    fn approve(&self, core: &Core<S>, approved: &mut ApprovedRequest) -> impl Future<Output = Result<(), OAuthError>> + Send;
}

/// Who asks for what, at a server with these keys.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Checking<'a> {
    pub(crate) client: &'a Client,
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "ID tokens are signed"))]
    pub(crate) response_type: ResponseTypeInfo,
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "there are keys where something is signed"))]
    pub(crate) keys: &'a dyn OwnKeys,
    /// Did the client send the request itself, and not through a browser, so that what is in its headers is the client's?
    #[allow(dead_code, reason = "for features that read headers")]
    pub(crate) direct: bool,
    /// Is the person always asked, whatever the request says, as where they come with a code?
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "it decides about `offline_access`"))]
    pub(crate) always_asks: bool,
}

/// The keys with which a server signs, to verify what it signed before. For few requests, so one that is not known at compile time.
#[doc(hidden)]
pub trait OwnKeys: Send + Sync {
    #[cfg(feature = "jose")]
    fn published(&self) -> Option<Arc<Jwks>>;
}

impl fmt::Debug for Checking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checking").field("client_id", self.client.id()).finish_non_exhaustive()
    }
}

/// For what a request stands. What it says itself counts no more.
#[doc(hidden)]
pub struct Unpacked(pub(super) Packed);

/// Something that is good once.
#[doc(hidden)]
#[derive(Debug)]
pub struct Once {
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what is good once was signed"))]
    pub(crate) key: ReplayKey,
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what is good once was signed"))]
    pub(crate) until: Timestamp,
    /// What its client is told if it came before.
    pub(crate) refusal: OAuthError,
}

pub(super) enum Packed {
    /// Parameters, in the encoding of a query.
    Parameters { encoded: Zeroizing<String>, signed: bool, once: Option<Once> },
    /// A request that was found valid when its client sent it.
    Kept(Box<Kept>),
    /// A request that is none, of a client that is to be told.
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what is broken was signed"))]
    Broken(OAuthError),
}

impl Unpacked {
    /// These parameters.
    #[must_use]
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        Self::of(pairs, false)
    }

    /// These parameters, which the client has signed.
    #[cfg(feature = "jose")]
    pub(crate) fn signed(pairs: &[(String, String)]) -> Self {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Self::of(&pairs, true)
    }

    fn of(pairs: &[(&str, &str)], signed: bool) -> Self {
        let query = append_query("", pairs);
        Self(Packed::Parameters { encoded: Zeroizing::new(query.trim_start_matches('?').to_owned()), signed, once: None })
    }

    /// These are good once. It is noted when nothing else refuses the request, so that no refusal costs an honest client its signature.
    #[cfg(feature = "jose")]
    pub(crate) fn good_once(mut self, it: Once) -> Self {
        if let Packed::Parameters { once, .. } = &mut self.0 {
            *once = Some(it);
        }
        self
    }

    /// No request that could be answered. The error goes where the request itself says, if its client may be told there.
    #[cfg(feature = "jose")]
    pub(crate) fn broken(error: OAuthError) -> Self {
        Self(Packed::Broken(error))
    }

    /// This request. The phases that looked at it then do not look at it again.
    pub(crate) fn kept(kept: Kept) -> Self {
        Self(Packed::Kept(Box::new(kept)))
    }
}

impl fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unpacked(..)")
    }
}
