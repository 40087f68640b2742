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
//! * [`AuthorizationServer`] has the endpoints. Each takes an [`http::Request`] and gives an [`http::Response`], whatever comes;
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
//! | `reqwest` | `DirectClient`, the HTTP client of [`RemoteVerifier`] |
//! | `sqlite` | `SqliteStore`: durable storage in one file |
//! | `postgres` | `PostgresStore`: storage in PostgreSQL, for many instances of the server |
//! | `contract` | `storage::contract`: checks a storage of your own, in a test |
//!
//! None is on by default.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations, missing_docs)]

mod authentication;
mod authorization;
mod bounded;
mod builder;
mod call;
mod claims;
mod client;
mod clock;
mod core;
mod endpoint;
mod endpoints;
mod equal;
mod error;
mod events;
mod facade;
mod feature;
mod grant;
mod hkdf;
mod http_response;
mod interaction;
mod issue;
mod issuer;
mod json;
mod lifetime;
mod limits;
mod lookup;
pub mod manual;
mod master_keys;
mod metadata;
mod page;
mod parameters;
mod pkce;
mod profile;
mod random;
mod resource_server;
mod response_name;
mod response_type;
mod route;
pub mod rules;
mod scope;
mod server;
#[cfg(feature = "tower")]
mod service;
mod settings;
mod shared_details;
mod slot;
pub mod storage;
mod subject;
mod token;
mod typelevel;
mod uri;
mod version;

pub use authorization::{Approval, AuthorizationRequest, Decision, ResponseMode, ResumeError, Suspended};
pub use builder::{Builder, NoIssuer, NoStorage, Stored};
pub use call::Call;
pub use claims::{ResourceOwner, TokenClaims};
pub use client::{
    ApplicationType, CheckedClient, Client, ClientAuthenticationMethod, ClientBuilder, ClientError, ClientId, ClientMetadata,
    ClientRejected, ClientRejection, ClientSecret, ClientSecrets, Credentials, HashedSecret, InvalidPrivateUseScheme, JwksError,
    Localized, LocalizedMember, PrivateUseSchemes, RedirectUri, RedirectUriError, Registered, SecretError, SecretHash,
};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use endpoint::{
    Authorization, AuthorizationEndpoint, IntrospectionEndpoint, MetadataEndpoint, RevocationEndpoint, TokenEndpoint,
    TokenRequest,
};
pub use endpoints::{EndpointError, Endpoints};
pub use error::{ErrorCode, ExtensionErrorCode, StoreError, TokenError};
pub use facade::{ErasedServer, Route, ServesOAuth, SuspendsRequests};
pub use feature::{
    AuthorizationPolicy, Feature, FeatureList, FeatureOn, FeaturesOn, Introspection, Ongoing, Revocation, Standing,
    StillAuthorized,
};
pub use grant::{
    AuthorizationCode, ClientCredentials, Grant, GrantList, GrantType, GrantsOn, Implicit, Password, PkceOptional, PkcePolicy,
    PkceRequired, PlainPolicy, PlainToo, RefreshToken, ResourceOwnerAuthenticator, S256Only,
};
pub use interaction::Interaction;
pub use issue::{
    Begin, CodeSettings, Granted, IssuedTokenType, PresentedCode, PresentedRefreshToken, Redeem, RefreshSettings, ReservedMember,
    Rotate, Step, StepKind, TokenContext, TokenResponse,
};
pub use issuer::{Issuer, IssuerError, LoopbackIssuer};
pub use lifetime::{AccessTokenLifetime, CodeLifetime, InteractionLifetime, LifetimeError, RefreshTokenLifetime, RetryWindow};
pub use limits::{LimitError, PendingPerBrowser, PendingRequests, RequestBytes};
pub use lookup::RunsOn;
pub use master_keys::{MasterKeyError, MasterKeys, Subkey};
pub use metadata::Metadata;
pub use parameters::{Parameter, ParameterError, Parameters};
pub use pkce::{CodeChallenge, CodeChallengeMethod, CodeVerifier, PkceError};
pub use profile::{
    AllowsImplicitGrant, AllowsOptionalPkce, AllowsPasswordGrant, AllowsPlainPkce, Development, OAuth21, Profile, Rfc6749,
};
#[cfg(feature = "reqwest")]
pub use resource_server::DirectClient;
#[cfg(feature = "axum")]
pub use resource_server::{AnyScope, Authorized, RequiredScope};
#[cfg(feature = "tower")]
pub use resource_server::{BearerLayer, BearerService};
pub use resource_server::{
    Challenge, HttpClient, LocalVerifier, Presented, RemoteVerifier, RemoteVerifierError, ResourceServer, ResourceServerError,
    TokenScheme, TokenVerifier, VerifierError,
};
pub use response_type::{
    ApprovalContext, Code, CodeToken, ExtraParameters, Nothing, ReservedParameter, Respond, ResponseType, ResponseTypeList,
    ResponseTypesOn, Token,
};
pub use scope::{Scope, ScopeError};
pub use server::{AuthorizationServer, RegisterError};
#[cfg(feature = "tower")]
pub use service::{NoInteraction, OAuthService};
#[cfg(feature = "axum")]
pub use service::{router, router_with};
pub use settings::{ErrorUri, InvalidErrorUri, Transport};
#[cfg(feature = "postgres")]
pub use storage::PostgresStore;
#[cfg(feature = "sqlite")]
pub use storage::SqliteStore;
pub use storage::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, Durable, FamilyStore,
    HealthCheck, MemoryStore, PendingStore, PurgeExpired, RefreshTokenStore, Split,
};
pub use subject::{EmptySubject, Subject};
pub use token::{RotationSalt, TokenHash};
pub use typelevel::{Flag, List, No, WireName, Yes};

/// What the macros expand to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::typelevel::name::{Digit, End, digit, is_absolute_uri, is_response_type};
}
