//! OAuth 2.x authorization servers whose configuration is checked by the compiler.
//!
//! Every flow, endpoint and security profile is a type. A server that would be wrong does not compile, and the compiler says why in
//! the words of the RFCs; a request that is wrong gets the error that the RFCs ask for.
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, Introspection, MemoryStore, OAuth21,
//!     RefreshToken, Revocation, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .grant(ClientCredentials::new())
//!     .response_type(Code)
//!     .enable(Introspection::new())
//!     .enable(Revocation::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! Take a line away and see what the compiler says: without `.response_type(Code)` nobody could obtain a code; without a grant
//! that issues refresh tokens `RefreshToken` has nothing to take; without the profile in front, a storage that forgets everything
//! on exit is refused.
//!
//! # Where to go next
//!
//! * [`manual`] is the guide: start with [`manual::quick_start`].
//! * [`Builder`] names the decisions, in order; [`rules`] is what they are checked against.
//! * [`AuthorizationServer`] has the endpoints. Each takes an [`http::Request`](::http::Request) and gives an [`http::Response`](::http::Response), whatever comes;
//!   with the feature `tower` all of them are one `OAuthService`, with `axum` a router.
//! * [`Interaction`] is where your application signs people in.
//! * [`storage`] is the contract for where things are kept.
//! * [`ResourceServer`] is the other half: an API that accepts the tokens.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `tower` | `OAuthService`, and `ResourceServer::layer` |
//! | `axum` | `router`, `router_with`, and the extractor `Authorized` |
//! | `reqwest` | `DirectClient`, the HTTP client of [`RemoteVerifier`]; `PinnedTransport` and `ProxiedTransport`, the ways of a [`Fetcher`] to documents |
//! | `sqlite` | `SqliteStore`: durable storage in one file |
//! | `postgres` | `PostgresStore`: storage in PostgreSQL, for many instances of the server |
//! | `jose` | module `jose`: signing keys, and JWTs; JWT access tokens, `JwtVerifier` for APIs, signed introspection; OpenID Connect; clients that authenticate with keys; assertions and tokens of trusted issuers |
//! | `mtls` | `MutualTls`: clients that authenticate with certificates, and tokens that are bound to these |
//! | `metrics` | counters and latencies, for the recorder that the application installs; [`manual::operating`](manual::operating#metrics) lists them |
//! | `governor` | `ProcessRateLimits`: limits for [`Builder::rate_limits`] that a process keeps itself |
//! | `testing` | module `testing`: servers, clients and stores for tests of programs that use this library |
//! | `contract` | `storage::contract`: checks a storage of your own, in a test |
//!
//! None is on by default.

// A test of ours serves 32 features, a dozen more than there are: what awaits them all is nested that deep.
#![cfg_attr(test, recursion_limit = "256")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations, missing_docs)]

mod administration;
mod authentication;
mod authorization;
mod chain;
mod client;
mod core;
#[cfg(feature = "jose")]
mod dpop;
mod endpoint;
mod events;
mod extension;
mod feature;
mod fetcher;
mod grant;
mod http;
mod issue;
mod issuers;
#[cfg(feature = "jose")]
pub mod jose;
mod keys;
pub mod manual;
#[cfg(feature = "mtls")]
mod mtls;
mod rate_limits;
mod resource_server;
mod response_type;
pub mod rules;
mod server;
#[cfg(feature = "tower")]
mod service;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
mod typelevel;
mod values;

#[cfg(feature = "jose")]
pub use crate::dpop::{ProofMemory, SeenProofs, SharedProofs};
pub use administration::{Administration, RemovedClient};
pub use authorization::{Approval, AuthorizationRequest, Decision, DecisionRefused, Needs, ResumeError, Suspended};
pub use authorization::{DeviceRequest, TypedCode};
pub use chain::Builder;

pub use crate::core::Boxed;
pub use crate::http::call::Call;
pub use crate::http::endpoints::{EndpointError, Endpoints};
pub use crate::http::parameters::{Parameter, ParameterError, Parameters};
pub use crate::http::source::RequestSource;
pub use crate::http::transport::{ErrorUri, InvalidErrorUri, Transport};
#[cfg(feature = "mtls")]
pub use crate::mtls::{CertificateError, ClientCertificate};
pub use client::{
    ApplicationType, CertificateSubject, CertificateTrust, CheckedClient, Client, ClientAuthenticationMethod, ClientBuilder,
    ClientError, ClientId, ClientMetadata, ClientRejected, ClientRejection, ClientSecret, ClientSecrets, Credentials,
    HashedSecret, InvalidPrivateUseScheme, JwksError, Localized, LocalizedMember, PrivateUseSchemes, RedirectUri,
    RedirectUriError, Registered, SecretError, SecretHash, SelfRegistration, SubjectType,
};
pub use endpoint::lookup::RunsOn;
pub use endpoint::{
    Authorization, AuthorizationEndpoint, IntrospectionEndpoint, MetadataEndpoint, RevocationEndpoint, TokenEndpoint,
    TokenRequest,
};
pub use endpoint::{DeviceError, DeviceVerification};
#[cfg(feature = "metrics")]
pub use events::emit_metrics;
pub use extension::metadata::Metadata;
#[cfg(feature = "jose")]
pub use feature::{
    AccessTokenClaims, Address, AssertionAudiences, BackChannelLogout, Claims, ClaimsFor, ClaimsSource, ClientKeys, Destination,
    Dpop, DpopNonces, DpopOptional, DpopPolicy, DpopRequired, EphemeralKeys, ExternalKeys, FetchedKeys, FixedKeys, InlineKeys,
    IssuerAlone, Jarm, JarmOptional, JarmPolicy, JarmRequired, JwtAccessTokens, JwtIntrospection, LocalizedText, LogoutRequest,
    NewAccessToken, NextKey, NoDpopNonces, NoncePolicy, OlderAudiences, OnlyOnce, OpenId, PairwiseSubjects, PrivateKeyJwt,
    PrivateKeySource, PublicSubjects, Repeatable, RepetitionPolicy, RequestObjects, RequestSigningPolicy, Rotation,
    RotationError, RpInitiatedLogout, SignOut, SignedIn, SigningAlgorithms, SigningKeys, SigningOptional, SigningRequired,
    SoftwareStatement, SoftwareStatements, StandardClaims, StoredKeys, SubjectPolicy, UnderMasterKeys, WithSoftwareStatement,
};
pub use feature::{
    Admission, AnyClient, AuthorizationPolicy, ClientHostPolicy, ClientHosts, ClientMetadataDocuments, ClientUrl,
    DynamicRegistration, Feature, FeatureList, FeatureOn, FeaturesOn, HostVerdict, InitialAccess, Introspection,
    InvalidClientHost, Ongoing, PushedAuthorizationRequests, PushingOptional, PushingPolicy, PushingRequired, RedirectUriPolicy,
    RegisteredRedirectUris, RegistrationPolicy, RegistrationRefusal, RegistrationRequest, Resource, ResourceError,
    ResourceIndicators, ResourceSource, Resources, Revocation, Standing, StepUp, StillAuthorized, WithInitialAccessToken,
};
#[cfg(feature = "mtls")]
pub use feature::{
    AnyCertificates, AuthorityCertificates, CertificateMethods, CertificatePolicy, CertificatesOptional, CertificatesRequired,
    MutualTls, MutualTlsError, NoCertificates, RegisteredCertificates,
};
pub use feature::{AuthorizationDetail, DetailTypes, EachOnce, InvalidDetail, LacksDetailType, RichAuthorizationRequests};
pub use fetcher::{
    Addresses, Document, DocumentBody, DocumentTransport, DocumentUrlError, FetchError, Fetcher, PrivateAddresses,
    PublicAddresses,
};
#[cfg(feature = "reqwest")]
pub use fetcher::{PinnedTransport, ProxiedTransport};
pub use grant::DeviceCode;
#[cfg(feature = "jose")]
pub use grant::{
    Assertion, AssertionDecision, AssertionKind, AssertionPolicy, IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, IdJags,
    IdJagsBy, JwtBearer, PlainAssertions,
};
pub use grant::{
    AuthorizationCode, ClientCredentials, ExtensionGrant, Grant, GrantList, GrantType, GrantsOn, Implicit, Password,
    PkceOptional, PkcePolicy, PkceRequired, PlainPolicy, PlainToo, RefreshPolicy, RefreshToken, ResourceOwnerAuthenticator,
    Reusable, Rotating, S256Only,
};
pub use grant::{Exchange, ExchangeDecision, ExchangePolicy, ExchangedToken, ForeignTokens, NoIdJags, NoIssuers, TokenExchange};
#[cfg(feature = "jose")]
pub use issue::KeysError;
#[cfg(feature = "jose")]
pub use issue::{Accept, Vouch};
pub use issue::{
    Begin, CodeSettings, Consume, Granted, IssuedTokenType, PresentedCode, PresentedRefreshToken, Redeem, RefreshSettings, Renew,
    ReservedMember, Rotate, Step, StepKind, TokenContext, TokenResponse,
};
#[cfg(feature = "reqwest")]
pub use issuers::DirectClient;
pub use issuers::{HttpClient, VerifierError};
#[cfg(feature = "jose")]
pub use issuers::{RemoteJwks, RemoteJwksError, TrustedIssuer, TrustedIssuers, TrustedIssuersError, VerificationKeys};
#[cfg(feature = "jose")]
pub use jose::{
    Algorithm, EdDsa, Es256, Es384, JoseError, Jwks, KeyError, KeyId, KeyPair, KeySealer, Ps256, PublicKey, Rs256, SealContext,
    SealedKey, SealerError, Signature, Signer, SignerError, SigningAlgorithm,
};
pub use keys::master_keys::{MasterKeyError, MasterKeys, Subkey};
#[cfg(feature = "governor")]
pub use rate_limits::{ProcessRateLimits, RateQuota};
pub use rate_limits::{RateLimits, RateRequest, RateVerdict};
#[cfg(feature = "axum")]
pub use resource_server::{AnyAuthentication, AnyScope, Authorized, RequiredAuthentication, RequiredScope};
pub use resource_server::{
    AuthenticationRequirements, Challenge, LocalVerifier, Presented, ProtectedResourceError, ProtectedResourceMetadata,
    RemoteVerifier, RemoteVerifierError, ResourceMember, ResourceServer, ResourceServerError, TokenScheme, TokenVerifier,
};
#[cfg(feature = "tower")]
pub use resource_server::{BearerLayer, BearerService, ProtectedResourceService};
#[cfg(feature = "jose")]
pub use resource_server::{DpopProofs, JwtVerifier};
pub use response_type::{
    ApprovalContext, Code, CodeIdToken, CodeIdTokenToken, CodeToken, ExtraParameters, IdToken, IdTokenToken, Nothing,
    ReservedParameter, Respond, ResponseType, ResponseTypeList, ResponseTypesOn, Token,
};
pub use rules::profile::{
    AllowsFrontIdTokens, AllowsImplicitGrant, AllowsNoCodes, AllowsOptionalPkce, AllowsPasswordGrant, AllowsPlainPkce,
    AllowsPrivateAddresses, AllowsUnaimedTokens, AllowsVanishingKeys, Development, Fapi2, Mcp, OAuth21, Profile, Rfc6749,
};
pub use rules::{Given, NoFetcher, NoIssuer, NoStorage, Stored};
pub use server::erased::{Administered, ErasedServer, Kept, Serving};
#[cfg(feature = "jose")]
pub use server::facade::BoxedPause;
pub use server::facade::{Administers, Route, ServesOAuth, SuspendsRequests};
pub use server::interaction::Interaction;
pub use server::{AuthorizationServer, RegisterError};
#[cfg(feature = "tower")]
pub use service::{NoInteraction, OAuthService};
#[cfg(feature = "axum")]
pub use service::{router, router_with};
#[cfg(feature = "postgres")]
pub use storage::PostgresStore;
#[cfg(feature = "sqlite")]
pub use storage::SqliteStore;
pub use storage::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, DeferredStore, Durable,
    FamilyStore, HealthCheck, KeyStore, MemoryStore, PendingStore, PurgeExpired, RefreshTokenStore, RegistrationStore,
    ReplayStore, SessionRecords, Split,
};
pub use token::claims::{ResourceOwner, TokenClaims};
pub use typelevel::{Flag, List, No, WireName, Yes};
pub use values::actor::Actor;
pub use values::bearer::{RotationSalt, TokenHash};
pub use values::claims_request::{ClaimsRequest, RequestedClaim};
pub use values::clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use values::details::{AuthorizationDetails, UnreadableDetail};
pub use values::error::{ErrorCode, ExtensionErrorCode, OAuthError, StoreError};
pub use values::issuer::{Issuer, IssuerError, LoopbackIssuer};
pub use values::lifetime::{
    AccessTokenLifetime, ClientSecretLifetime, CodeLifetime, DeviceCodeLifetime, FirstUseLifetime, InteractionLifetime,
    LifetimeError, PollingInterval, PushedRequestLifetime, RefreshTokenLifetime, RetryWindow, UnusedClientLifetime,
};
pub use values::limits::{
    CountedKeys, LimitError, PendingPerBrowser, PendingRequests, RegisteredClients, RegistrationBytes, RegistrationsPerHour,
    RegistrationsPerSource, RequestBytes,
};
pub use values::pkce::{CodeChallenge, CodeChallengeMethod, CodeVerifier, PkceError};
pub use values::resource::{ResourceIdentifier, ResourceIdentifierError};
pub use values::response_mode::ResponseMode;
pub use values::scope::{Scope, ScopeError};
pub use values::scope_hierarchy::{ScopeHierarchy, ScopeHierarchyError};
pub use values::sign_in::Prompt;
pub use values::subject::{Subject, SubjectError};

/// What the macros expand to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::typelevel::name::{Digit, End, digit, is_absolute_uri, is_response_type, kind, returns_what_it_says};
}
