//! Features: what a server has beside grants and response types. Each is a type with hooks, which are called in fixed phases
//! whatever the order of the chain: resolve the client, authenticate it, unpack the request, check it (an authorization request),
//! aim (an access token), narrow (what it permits), bind (a token request), format, respond, encode (an authorization response), and at introspection admit and encode; beside them a
//! route, parameters, response modes, and what it says in the metadata. All have empty defaults. Sealed, so that the hooks can grow.

mod agreed;
mod assurance;
#[cfg(feature = "jose")]
mod back_channel_logout;
mod client_documents;
#[cfg(feature = "jose")]
mod client_keys;
#[cfg(feature = "jose")]
mod dpop;
mod dynamic_registration;
#[cfg(feature = "jose")]
mod jarm;
#[cfg(feature = "jose")]
mod jwt_access_tokens;
#[cfg(feature = "jose")]
mod jwt_introspection;
mod list;
#[cfg(feature = "mtls")]
mod mutual_tls;
#[cfg(feature = "jose")]
mod open_id;
mod optional;
#[cfg(feature = "jose")]
mod private_key_jwt;
mod pushed_requests;
#[cfg(feature = "jose")]
mod request_objects;
mod resource_indicators;
mod rich_requests;
#[cfg(feature = "jose")]
mod rp_initiated_logout;
#[cfg(feature = "jose")]
mod sessions;
#[cfg(feature = "jose")]
mod signed_for;
#[cfg(feature = "jose")]
mod signing_keys;
mod step_up;
mod still_authorized;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;

pub use assurance::{AimedTokens, BoundTokens, KeyedClients, PushedRequests, SharedAssertions, SignedRequests};
#[cfg(feature = "jose")]
pub use back_channel_logout::BackChannelLogout;
#[cfg(feature = "jose")]
pub(crate) use back_channel_logout::deliver;
use bytes::Bytes;
pub use client_documents::{
    ClientHostPolicy, ClientHosts, ClientMetadataDocuments, ClientUrl, HostVerdict, InvalidClientHost, JudgesHosts,
};
#[cfg(feature = "jose")]
pub use client_keys::{ClientKeys, FetchedKeys, InlineKeys};
#[cfg(feature = "jose")]
pub use dpop::{Dpop, DpopNonces, DpopOptional, DpopPolicy, DpopRequired, NoDpopNonces, NoncePolicy};
pub use dynamic_registration::{
    Admission, AnyClient, DecidesRegistrations, DynamicRegistration, InitialAccess, RegistrationPolicy, RegistrationRefusal,
    RegistrationRequest, WithInitialAccessToken,
};
#[cfg(feature = "jose")]
pub use dynamic_registration::{SoftwareStatement, SoftwareStatements, WithSoftwareStatement};
use http::{HeaderMap, Request, Response};
#[cfg(feature = "jose")]
pub use jarm::{Jarm, JarmOptional, JarmPolicy, JarmRequired};
#[cfg(feature = "jose")]
pub(crate) use jwt_access_tokens::authorization_of;
#[cfg(feature = "jose")]
pub use jwt_access_tokens::{AccessTokenClaims, JwtAccessTokens, NewAccessToken, SaysClaims};
#[cfg(feature = "jose")]
pub use jwt_introspection::JwtIntrospection;
pub use list::{Cells, FeatureList, FeaturesOn, HooksOn, KeepsKeys};
#[cfg(feature = "mtls")]
pub use mutual_tls::{
    AnyCertificates, AuthorityCertificates, CertificateMethods, CertificatePolicy, CertificatesOptional, CertificatesRequired,
    MutualTls, MutualTlsError, NoCertificates, RegisteredCertificates,
};
#[cfg(feature = "jose")]
pub use open_id::{
    Address, Claims, ClaimsFor, ClaimsSource, Destination, KnowsPeople, LocalizedText, OpenId, PairwiseSubjects, PublicSubjects,
    StandardClaims, SubjectPolicy,
};
#[cfg(feature = "jose")]
pub use private_key_jwt::{AssertionAudiences, IssuerAlone, OlderAudiences, PrivateKeyJwt};
pub use pushed_requests::{
    JudgesRedirectUris, PushedAuthorizationRequests, PushingOptional, PushingPolicy, PushingRequired, RedirectUriPolicy,
    RegisteredRedirectUris,
};
#[cfg(feature = "jose")]
pub use request_objects::{
    OnlyOnce, Repeatable, RepetitionPolicy, RequestObjects, RequestSigningPolicy, SigningOptional, SigningRequired,
};
pub use resource_indicators::{KnowsResources, Resource, ResourceError, ResourceIndicators, ResourceSource, Resources};
pub(crate) use rich_requests::NAME as RICH_REQUESTS;
pub use rich_requests::{AuthorizationDetail, DetailTypes, EachOnce, InvalidDetail, LacksDetailType, RichAuthorizationRequests};
#[cfg(feature = "jose")]
pub use rp_initiated_logout::{LogoutRequest, RpInitiatedLogout, SignOut, SignedIn, SignsPeopleOut};
#[cfg(feature = "jose")]
pub(crate) use sessions::{end as end_session, end_all as end_sessions, handle as session_handle};
#[cfg(feature = "jose")]
pub(crate) use signing_keys::rotate as rotate_key;
#[cfg(feature = "jose")]
pub use signing_keys::{
    EphemeralKeys, ExternalKeys, FixedKeys, LacksAlgorithm, NextKey, PrivateKeySource, Rotation, RotationError,
    SigningAlgorithms, SigningKeys, StoredKeys, UnderMasterKeys,
};
pub use step_up::StepUp;
pub use still_authorized::{AuthorizationPolicy, Ongoing, Standing, StillAuthorized};

use crate::authentication::Claimed;
use crate::authorization::{ApprovedRequest, AuthorizationResponse, Checking, DecisionRefused, Once, Unpacked};
use crate::client::{Client, ClientAuthenticationMethod, ClientRejection, RedirectUri};
use crate::core::{Core, Manners};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::fetcher::Fetcher;
use crate::http::answer;
use crate::http::call::Call;
use crate::http::endpoints::Endpoints;
use crate::http::parameters::Parameter;
use crate::issue::{Binding, Confirmed, IssueContext, Keyring, Shown, Withheld};
use crate::storage::FoundToken;
use crate::token::claims::TokenClaims;
use crate::typelevel::choice::Choice;
use crate::typelevel::{Flag, List, WireName};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::resource::ResourceIdentifier;
use crate::values::response_mode::EncodedMode;
#[cfg(feature = "jose")]
use crate::values::subject::Subject;

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// What a server has, as far as features ask when a client is registered.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "what asks for them signs or verifies"))]
pub struct Here<'a> {
    /// With which its keys sign, what is preferred first.
    pub(crate) algorithms: &'a [&'static str],
    pub(crate) fetcher: Option<&'a Fetcher>,
}

/// A feature of an authorization server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a feature",
    label = "expected a feature, such as `Introspection::new()` or `Revocation::new()`"
)]
pub trait Feature: sealed::Sealed + WireName + Send + Sync + 'static {
    /// The token format that it chooses, if it does.
    #[doc(hidden)]
    type Format: Choice;
    /// The keys that it brings, if it does.
    #[doc(hidden)]
    type Keys: Choice;
    /// It signs something, such as access tokens, so it needs keys.
    #[doc(hidden)]
    type Signs: Flag;
    /// It brings keys that vanish when the process ends.
    #[doc(hidden)]
    type KeysVanish: Flag;
    /// It brings keys that sign with no algorithm.
    #[doc(hidden)]
    type NamesNoAlgorithm: Flag;
    /// It needs the master keys of the server.
    #[doc(hidden)]
    type NeedsMasterKeys: Flag;
    /// It needs the fetcher of the server.
    #[doc(hidden)]
    type NeedsFetcher: Flag;
    /// Of what it assures the profile: a tuple of [assurances](assurance).
    #[doc(hidden)]
    type Assures: List;
    /// Can it bind tokens to keys that clients prove to have? A client that registered to get no others is not served without one that can.
    #[doc(hidden)]
    const BINDS_TO_KEYS: bool = false;
    /// Does it open requests that clients sign? A client that registered to send no others is not served without one that does.
    #[doc(hidden)]
    const OPENS_SIGNED_REQUESTS: bool = false;
    /// Does it insist on [response modes](Self::RESPONSE_MODES) of its own?
    #[doc(hidden)]
    const INSISTS_ON_MODES: bool = false;
    /// Can it bind tokens to the certificates of the connections of clients? The same holds.
    #[doc(hidden)]
    const BINDS_TO_CERTIFICATES: bool = false;
    /// The parameters that it reads from a token request. One that may not repeat is `invalid_request` if it does.
    #[doc(hidden)]
    const TOKEN_PARAMETERS: &'static [Parameter] = &[];
    /// The client authentication methods that it brings. One that is not among the built-in ones and those of the server's features
    /// is not advertised, and clients that registered it are not served.
    #[doc(hidden)]
    const AUTHENTICATION_METHODS: &'static [ClientAuthenticationMethod] = &[];
    /// The algorithms with which the keys sign that it brings, by their registered names; what is preferred first.
    #[doc(hidden)]
    const SIGNING_ALGORITHMS: &'static [&'static str] = &[];
    /// The parameters that it reads from an authorization request.
    #[doc(hidden)]
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = &[];
    /// The parameters of an authorization request that it refuses, each with the error for it.
    #[doc(hidden)]
    const REFUSED_PARAMETERS: &'static [(&'static str, ErrorCode)] = &[];
    /// Another place of the metadata document, below the issuer's path.
    #[doc(hidden)]
    const METADATA_PATH: Option<&'static str> = None;
    /// The response modes that it brings.
    #[doc(hidden)]
    const RESPONSE_MODES: &'static [EncodedMode] = &[];
    #[doc(hidden)]
    fn format(&self) -> &Self::Format;
    #[doc(hidden)]
    fn keys(&self) -> &Self::Keys;
    /// Narrows its settings to what the profile of the server permits.
    #[doc(hidden)]
    fn keep_to(&mut self, _: Manners) {}
    /// Is it switched on? `None` in an `Option` is not.
    #[doc(hidden)]
    fn is_active(&self) -> bool {
        true
    }
    /// Where it answers, below the issuer's path, if it has a route.
    #[doc(hidden)]
    fn path<'a>(&self, _: &'a Endpoints) -> Option<&'a str> {
        None
    }
    #[doc(hidden)]
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
    /// The origin at which clients with certificates find the endpoints, if elsewhere.
    #[doc(hidden)]
    fn alias_origin(&self) -> Option<&str> {
        None
    }
    /// With which algorithms clients may sign what they authenticate with by its methods; what is preferred first.
    #[doc(hidden)]
    fn authentication_algorithms(&self) -> &[&'static str] {
        &[]
    }
    /// Why it cannot serve a client that is about to be registered.
    #[doc(hidden)]
    fn check_client(&self, _client: &Client, _here: Here<'_>, _reasons: &mut Vec<ClientRejection>) {}
    /// The same where it is for others to say, such as in a document that the client names.
    #[doc(hidden)]
    fn examine(&self, _: &Client, _: Option<&Fetcher>, _: Timestamp) -> impl Future<Output = Option<ClientRejection>> + Send {
        async { None }
    }
    /// May the client be sent to a URI that it has not registered? Asked of requests that it sent itself, and authenticated for.
    #[doc(hidden)]
    fn permits_redirect(&self, _client: &Client, _uri: &RedirectUri) -> bool {
        false
    }
    /// Does it know all of these authorization details, which were found valid before, and may the client still ask for them?
    #[doc(hidden)]
    fn knows_details(&self, _: &Client, _: &AuthorizationDetails) -> bool {
        false
    }
    /// Is what was granted in detail what was asked for, or less? `None` if it does not know of details.
    #[doc(hidden)]
    fn judge_details(&self, _: &AuthorizationDetails, _: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        None
    }
    /// Is a client that was loaded none for this server, so that it does not exist here?
    #[doc(hidden)]
    fn disowns(&self, _client: &Client, _algorithms: &[&'static str]) -> bool {
        false
    }
}

/// A feature that runs on the storage `S`.
pub trait FeatureOn<S>: Feature {
    /// A client that the storage does not have.
    #[doc(hidden)]
    fn resolve(&self, _: &Core<S>, _: &str) -> impl Future<Output = Result<Option<Arc<Client>>, OAuthError>> + Send {
        async { Ok(None) }
    }

    /// Whom the request says it comes from, if it carries credentials of this feature's method.
    ///
    /// # Errors
    ///
    /// If there are some, and they cannot be read.
    #[doc(hidden)]
    fn recognise<'c>(&self, _: &Call<'c>) -> Result<Option<Claimed<'c>>, OAuthError> {
        Ok(None)
    }

    /// Do these credentials prove that it is this client? It registered the method that was claimed.
    #[doc(hidden)]
    fn prove(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> impl Future<Output = Result<bool, OAuthError>> + Send {
        async { Ok(false) }
    }

    /// The authorization request for which this one stands, such as one that was pushed, or one that is signed.
    #[doc(hidden)]
    fn unpack(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> impl Future<Output = Result<Option<Unpacked>, OAuthError>> + Send {
        async { Ok(None) }
    }

    /// Looks at an authorization request that is valid otherwise. An error goes to the client.
    #[doc(hidden)]
    fn check(
        &self,
        _: &Core<S>,
        _: &Call<'_>,
        _: &Checking<'_>,
        _: &mut Asked,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// Looks at what a person has approved, at the authorization endpoint or for a device, before anything is made of it or decided. Nothing
    /// is to be stored yet.
    #[doc(hidden)]
    fn approve(&self, _: &Core<S>, _: &mut ApprovedRequest) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// Says for what an access token is, once a grant has decided, at the token endpoint and at the authorization endpoint, where there
    /// is no call.
    #[doc(hidden)]
    fn aim(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// What an access token is for where neither the client nor the grant names a resource, if it says so.
    #[doc(hidden)]
    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        None
    }

    /// Says what an access token permits in detail, once it is known for what it is; at the token endpoint of each grant, and at the
    /// authorization endpoint where there is an access token.
    #[doc(hidden)]
    fn narrow(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// Looks at a token request, once a grant has decided, and binds what is granted to it. Nothing has been made yet.
    #[doc(hidden)]
    fn bind(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// Does the request that presents an access token prove to have a key to which it is bound? If so, it is
    /// [confirmed](Confirmed::by); a key that this feature does not know is not for it.
    ///
    /// # Errors
    ///
    /// What is wrong with the proof.
    #[doc(hidden)]
    fn confirm(&self, _: &Core<S>, _: &Shown<'_>, _: &mut Confirmed) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// By which algorithms requests may prove to have a key with which they present tokens; none if they cannot.
    #[doc(hidden)]
    fn proof_algorithms(&self) -> &[&'static str] {
        &[]
    }

    /// Notes that something which this feature unpacked, and which is good once, was used. `false` if it was before.
    #[doc(hidden)]
    fn first_time(&self, _: &Core<S>, _: &Client, _: &Once) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async { Ok(true) }
    }

    /// Tells a client that sent a proof what it needs for the next, where the answer has no tokens.
    #[doc(hidden)]
    fn tell(&self, _: &Core<S>, _: &Call<'_>, _: &mut HeaderMap) {}

    /// Adds to what goes out with codes and tokens. Nothing has been stored yet.
    #[doc(hidden)]
    fn respond<K: Keyring>(
        &self,
        _: &IssueContext<'_, S>,
        _: &K,
        _: &mut Withheld,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// Joins what a person approved to their sign-in, directly before the step that stores it: nothing else can fail any more.
    #[doc(hidden)]
    fn join(&self, _: &Core<S>, _: &ApprovedRequest) -> impl Future<Output = Result<(), OAuthError>> + Send {
        async { Ok(()) }
    }

    /// Ends the sign-ins of a person who goes. `tells` says whether their clients are told.
    #[cfg(feature = "jose")]
    #[doc(hidden)]
    fn sign_out(&self, _: &Core<S>, _: &Subject, _tells: bool) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Writes an authorization response, or an error, anew for one of its [response modes](Feature::RESPONSE_MODES). Nothing has been
    /// stored yet.
    #[doc(hidden)]
    fn encode_response<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Client,
        response: &AuthorizationResponse,
    ) -> impl Future<Output = Result<AuthorizationResponse, OAuthError>> + Send {
        async { Ok(response.clone()) }
    }

    /// May an active token still be spoken of as active? What is said of it may be less than it was.
    #[doc(hidden)]
    fn admit(&self, _: &Core<S>, _: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async { Ok(true) }
    }

    /// Writes an introspection response in a form of its own, if the request asks for that.
    #[doc(hidden)]
    fn encode<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Call<'_>,
        _: &Client,
        _: Option<&TokenClaims>,
    ) -> impl Future<Output = Result<Option<Response<Bytes>>, OAuthError>> + Send {
        async { Ok(None) }
    }

    /// Answers a request at its path.
    #[doc(hidden)]
    fn serve<V: RouteView<S>>(&self, _: &V, _: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send {
        async { answer::not_found() }
    }
}

/// The rest of a `Feature` that chooses neither format nor keys, and signs nothing. Behind `assures`, of what it assures the profile.
macro_rules! chooses_nothing {
    ($(assures $assured:ty)?) => {
        type Assures = ($($assured,)?);
        type Format = $crate::typelevel::choice::Open;
        type Keys = $crate::typelevel::choice::Open;
        type Signs = $crate::typelevel::No;
        type KeysVanish = $crate::typelevel::No;
        type NamesNoAlgorithm = $crate::typelevel::No;
        type NeedsMasterKeys = $crate::typelevel::No;
        type NeedsFetcher = $crate::typelevel::No;
        fn format(&self) -> &Self::Format {
            &$crate::typelevel::choice::Open
        }
        fn keys(&self) -> &Self::Keys {
            &$crate::typelevel::choice::Open
        }
    };
}
pub(crate) use chooses_nothing;

/// A feature that nothing else of the server depends on, so it can be switched off at run time, as an `Option`: one that brings an
/// endpoint, clients, or that says for what tokens are, or adds to responses. It has no other hooks.
#[doc(hidden)]
pub trait Switchable: Feature {}

/// Token introspection (RFC 7662): a protected resource asks what a token is worth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Introspection(());

impl Introspection {
    /// The feature. Who may see which token is in the client's record: its own, those meant for it, or all.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

/// Token revocation (RFC 7009): a client says that it no longer needs a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct Revocation(());

impl Revocation {
    /// The feature. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

crate::wire_name!(Introspection = "introspection_endpoint");
crate::wire_name!(Revocation = "revocation_endpoint");
impl sealed::Sealed for Introspection {}
impl sealed::Sealed for Revocation {}
impl Switchable for Introspection {}
impl Switchable for Revocation {}
