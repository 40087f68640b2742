//! Clients send their authorization requests to the server themselves, and browsers only a reference to them (RFC 9126).

mod push;
mod redirect;
mod refer;

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::{Request, Response};
pub use redirect::{JudgesRedirectUris, RedirectUriPolicy, RegisteredRedirectUris};

use crate::authorization::Unpacked;
use crate::client::{Client, RedirectUri};
use crate::core::{Core, Manners};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, PushedRequests, Switchable, sealed};
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::storage::{ClientStore, PendingStore};
use crate::typelevel::choice::Open;
use crate::typelevel::{Flag, List, No};
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::lifetime::PushedRequestLifetime;

/// What a `request_uri` of this library begins with (RFC 9126 section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
const REQUEST_URI: &str = "request_uri";
const PARAMETERS: &[Parameter] = &[Parameter::once(REQUEST_URI), Parameter::once("request")];

/// What is not from here is a request object (RFC 9101), with the errors for those that are not supported.
const REFUSED: &[(&str, ErrorCode)] = &[
    ("request", ErrorCode::extension("request_not_supported")),
    (REQUEST_URI, ErrorCode::extension("request_uri_not_supported")),
];

/// Clients push their authorization requests (RFC 9126): they post them to this server, authenticated as they are anywhere, and get a
/// `request_uri` with which a browser comes. So nobody in between reads or changes what is asked for, whoever asks is known before a
/// person sees anything, and errors go to the client, as JSON.
///
/// | constructor | a request that was not pushed is |
/// |---|---|
/// | [`new`](Self::new) | fine, unless its client registered [`require_pushed_authorization_requests`](crate::ClientBuilder::require_pushed_authorization_requests) |
/// | [`required`](Self::required) | `invalid_request` |
///
/// The storage has to be a [`PendingStore`]. Public clients push as well: of them is known no more than with a request in a URL.
///
/// # What becomes of a request
///
/// * It is validated when it is pushed, by everything that looks at authorization requests. What may have changed since (the client, what
///   the server insists on) is checked again when a browser comes, and when its person comes back from signing in.
/// * The `request_uri` is 256 random bits, for its client alone, and for browsers that come within its [`lifetime`](Self::lifetime).
///   Coming again works until the request is decided, as with the back button, or with a second tab. Who came in time has as long as
///   anybody to sign in.
/// * Once it is decided it is spent, in the step that stores what was granted: the `request_uri` is refused from then on, everywhere.
/// * Of what a browser brings beside `request_uri` only the `client_id` counts, which has to be the client's.
///
/// What is wrong with a `request_uri` is `invalid_request_uri`, on a page: there is no redirect URI yet that could be trusted.
///
/// ```
/// use grantor::{
///     AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, PushedAuthorizationRequests,
///     PushedRequestLifetime, issuer, lifetime,
/// };
///
/// let server = AuthorizationServer::builder()
///     .profile(Development::<OAuth21>::new())
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(MemoryStore::new())
///     .grant(AuthorizationCode::new())
///     .response_type(Code)
///     .enable(PushedAuthorizationRequests::required().lifetime(lifetime!(PushedRequestLifetime, 90)))
///     .build();
/// # let _ = server;
/// ```
pub struct PushedAuthorizationRequests<U = PushingOptional, P = RegisteredRedirectUris> {
    lifetime: PushedRequestLifetime,
    redirect_uris: P,
    pushing: PhantomData<fn() -> U>,
}

/// Requests may be pushed: the parameter of [`PushedAuthorizationRequests::new`].
#[derive(Debug, Clone, Copy)]
pub struct PushingOptional;

/// Requests have to be pushed: the parameter of [`PushedAuthorizationRequests::required`].
#[derive(Debug, Clone, Copy)]
pub struct PushingRequired;

/// Have requests to be pushed? [`PushingOptional`] or [`PushingRequired`].
pub trait PushingPolicy: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    type Assures: List;
}

impl sealed::Sealed for PushingOptional {}
impl sealed::Sealed for PushingRequired {}
impl PushingPolicy for PushingOptional {
    type Assures = ();
}
impl PushingPolicy for PushingRequired {
    type Assures = (PushedRequests,);
}

impl PushedAuthorizationRequests {
    /// Clients may push their requests.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_defaults()
    }
}

impl PushedAuthorizationRequests<PushingRequired> {
    /// Clients have to push their requests, all of them (RFC 9126 section 4).
    #[must_use]
    pub const fn required() -> Self {
        Self::with_defaults()
    }
}

impl<U> PushedAuthorizationRequests<U> {
    const fn with_defaults() -> Self {
        Self { lifetime: PushedRequestLifetime::DEFAULT, redirect_uris: RegisteredRedirectUris, pushing: PhantomData }
    }
}

impl<U, P> PushedAuthorizationRequests<U, P> {
    /// For how long a browser may come with a `request_uri`. A minute without this call; less than ten under [`Fapi2`](crate::Fapi2).
    #[must_use]
    pub const fn lifetime(mut self, lifetime: PushedRequestLifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Lets clients that authenticate name redirect URIs that they have not registered, as far as the policy permits it (RFC 9126 section
    /// 2.4). Without this call none may: who has a client's secret could have people sent anywhere.
    #[must_use]
    pub fn redirect_uris<X, Is>(self, policy: X) -> PushedAuthorizationRequests<U, X::Taken>
    where
        X: JudgesRedirectUris<Is>,
    {
        PushedAuthorizationRequests { lifetime: self.lifetime, redirect_uris: policy.taken(), pushing: PhantomData }
    }
}

impl Default for PushedAuthorizationRequests {
    fn default() -> Self {
        Self::new()
    }
}

impl<U, P> fmt::Debug for PushedAuthorizationRequests<U, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushedAuthorizationRequests").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<U, P> PushedAuthorizationRequests<U, P> = "pushed_authorization_request_endpoint");
impl<U, P> sealed::Sealed for PushedAuthorizationRequests<U, P> {}
/// Not where it is insisted on: one that is switched off would insist on nothing.
impl<P: RedirectUriPolicy> Switchable for PushedAuthorizationRequests<PushingOptional, P> {}

#[diagnostic::do_not_recommend]
impl<U: PushingPolicy, P: RedirectUriPolicy> Feature for PushedAuthorizationRequests<U, P> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Assures = U::Assures;
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = PARAMETERS;
    const REFUSED_PARAMETERS: &'static [(&'static str, ErrorCode)] = REFUSED;
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn keep_to(&mut self, manners: Manners) {
        self.lifetime = self.lifetime.min(manners.longest_push);
    }
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.pushed_authorization_request_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.pushed_authorization_request_endpoint = Some(cx.pushed_authorization_request_endpoint());
        metadata.require_pushed_authorization_requests = !<U::Assures as List>::IsEmpty::VALUE;
        // OpenID's name for those of clients, without which it would be true. Those of this server are good regardless (section 5).
        metadata.request_uri_parameter_supported.get_or_insert(false);
        metadata.takes_no_request_uris_beside_pushed();
    }
    fn permits_redirect(&self, client: &Client, uri: &RedirectUri) -> bool {
        self.redirect_uris.permits(client, uri)
    }
}

impl<S: ClientStore + PendingStore, U: PushingPolicy, P: RedirectUriPolicy> FeatureOn<S> for PushedAuthorizationRequests<U, P> {
    async fn unpack(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<Option<Unpacked>, OAuthError> {
        let Some(uri) = call.parameters().get(REQUEST_URI) else { return Ok(None) };
        call.parameters().reject_repeats(&[PARAMETERS])?;
        match uri.strip_prefix(PREFIX) {
            Some(reference) => refer::find(core, reference, client).await.map(|kept| Some(Unpacked::kept(kept))),
            // Another one's, which is refused where it is known to whom.
            None => Ok(None),
        }
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        // In a box: all features are asked inside of this, and it is inside of what asks all of them for a route.
        Box::pin(push::serve(self.lifetime, view, &request)).await
    }
}
