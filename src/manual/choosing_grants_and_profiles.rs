//! Choosing grants and profiles: what which client needs, what each profile permits, and what the compiler checks.
//!
//! # Which grant for which client
//!
//! A *grant* is a way to a token. A *response type* is what the browser brings back from the authorization endpoint.
//!
//! | the client | registers as | grants | response type |
//! |---|---|---|---|
//! | a web application with a server of its own | confidential | `authorization_code`, `refresh_token` | `code` |
//! | an application in the browser (SPA) | public | `authorization_code`, perhaps `refresh_token` | `code` |
//! | a native application, a command line tool, an MCP client | public | `authorization_code`, `refresh_token` | `code` |
//! | a television, a printer, a command line tool on a machine without a browser | public, or confidential | `urn:ietf:params:oauth:grant-type:device_code` ([`DeviceCode`](crate::DeviceCode), page [`without_a_browser`](super::without_a_browser)), `refresh_token` | none |
//! | a program that acts for itself, with no person about | confidential, with a secret or with a key (feature `jose`, page `clients_without_secrets`) | `client_credentials` | none |
//! | an application to which people sign in (OpenID Connect; feature `jose`, page `sign_in_with_your_own_server`) | as one of the first three, with the scope `openid` | the same | `code` |
//! | an agent that acts for people, or an API that calls another for them | confidential | `urn:ietf:params:oauth:grant-type:token-exchange` ([`TokenExchange`](crate::TokenExchange), page `agents_that_act_for_people`) | none |
//! | a client of a company's people, at the server of somebody else (feature `jose`, the same page) | confidential | `urn:ietf:params:oauth:grant-type:jwt-bearer` | none |
//! | an API that only asks what tokens are worth | confidential | none | none |
//! | a legacy application that gets its token through the browser | as it is | `implicit` | `token` |
//! | a legacy application that asks for passwords itself | as it is | `password` | none |
//!
//! *Confidential* means that the client can keep a secret (RFC 6749 section 2.1). What runs in a browser or on somebody's machine
//! cannot: everybody can read it. PKCE protects its codes in place of a secret; it is required of confidential clients as well
//! (RFC 9700 section 2.1.1).
//!
//! So for anything with a person, the answer is the authorization code grant. In the chain:
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Introspection, RefreshToken, Revocation, SqliteStore, issuer,
//! };
//!
//! fn serve(store: SqliteStore) {
//!     let server = AuthorizationServer::builder()
//!         .issuer(issuer!("https://auth.example.com"))
//!         .storage(store)
//!         .grant(AuthorizationCode::new()) // people, in whatever application
//!         .grant(RefreshToken::new()) // applications that stay signed in
//!         .grant(ClientCredentials::new()) // programs that act for themselves
//!         .response_type(Code)
//!         .enable(Introspection::new())
//!         .enable(Revocation::new())
//!         .build();
//! #   let _ = server;
//! }
//! ```
//!
//! And the clients. What a client registers is what it may use; a grant that it did not register is `unauthorized_client`.
//!
//! ```
//! use grantor::{Client, ClientSecret};
//!
//! # fn main() -> Result<(), grantor::ClientError> {
//! let secret = ClientSecret::generate();
//! let web = Client::confidential("shop", &secret)
//!     .redirect_uri("https://shop.example.com/callback")
//!     .grant_types(["authorization_code", "refresh_token"])
//!     .scope("orders:read orders:write")
//!     .build()?;
//!
//! let spa = Client::public("board").redirect_uri("https://board.example.com/callback").scope("orders:read").build()?;
//!
//! // Without a port: on a loopback address the client takes whichever is free (RFC 8252 section 7.3).
//! let tool = Client::public("tool")
//!     .redirect_uri("http://127.0.0.1/callback")
//!     .grant_types(["authorization_code", "refresh_token"])
//!     .scope("orders:read")
//!     .build()?;
//!
//! let job = Client::confidential("nightly-job", &secret).grant_types(["client_credentials"]).scope("report").build()?;
//!
//! let api = Client::confidential("orders-api", &secret).grant_types::<String>([]).introspects_any_token().build()?;
//! # let _ = (web, spa, tool, job, api);
//! # Ok(())
//! # }
//! ```
//!
//! **Applications in the browser.** Without a refresh token the person is sent through the authorization endpoint again when the
//! access token ends. With one, it is replaced at each use, and a stolen copy ends the family as soon as both were used (RFC 9700
//! section 4.14.2). An application with a server of its own can keep tokens out of the browser altogether.
//!
//! **Native applications** use the system's browser, and come back by a loopback address, an `https` link that the system gives
//! to the application, or a scheme of their own such as `com.example.app:/callback` (RFC 8252 section 7). To schemes without a
//! period, such as `cursor:`, `vscode:` or `msal…:`, which do not tell whose they are, the server redirects only if the chain names them:
//! `.private_use_schemes(PrivateUseSchemes::new(["cursor", "vscode"])?)`.
//!
//! **MCP clients** are native applications or web applications, and find the endpoints in the metadata (RFC 8414), which is always
//! there. Those that you know you register with [`register_client`](crate::AuthorizationServer::register_client); others register
//! themselves over HTTP (RFC 7591) where the server has [`DynamicRegistration`](crate::DynamicRegistration) ([letting strangers
//! register](super::letting_strangers_register)). An API names its authorization server with
//! [`resource_metadata`](crate::ResourceServer::resource_metadata). The parameter `resource` (RFC 8707), with which a client says which
//! APIs it means, is served by [`ResourceIndicators`](crate::ResourceIndicators) ([several APIs](super::several_apis)); then the API
//! asks for its name with [`ResourceServer::audience`](crate::ResourceServer::audience).
//!
//! **Something else**, such as one-time passwords: a grant of your own, with
//! [`extension_grant!`](crate::extension_grant!) and [`Grant`](crate::Grant). It goes through the same checks.
//!
//! # Response types
//!
//! | type | word | returns | needs the grants |
//! |---|---|---|---|
//! | [`Code`](crate::Code) | `code` | a code | [`AuthorizationCode`](crate::AuthorizationCode) |
//! | [`Token`](crate::Token) | `token` | an access token, in the fragment | [`Implicit`](crate::Implicit) |
//! | [`CodeToken`](crate::CodeToken) | `code token` | both | both |
//! | [`Nothing`](crate::Nothing) | `none` | that the person approved | none |
//! | `IdToken` and three others (feature `jose`) | `id_token`, alone or beside `code` and `token` | an ID token, in the fragment; for old clients of OpenID Connect | [`Implicit`](crate::Implicit), and [`AuthorizationCode`](crate::AuthorizationCode) for those with `code` |
//!
//! A server without response types has no authorization endpoint. That is right for one that only programs use.
//!
//! # Profiles
//!
//! A *profile* says how strict the server is. It comes first in the chain; without one it is [`OAuth21`](crate::OAuth21).
//!
//! | | [`OAuth21`](crate::OAuth21) | [`Mcp`](crate::Mcp) | [`Fapi2`](crate::Fapi2) | [`Rfc6749`](crate::Rfc6749) |
//! |---|---|---|---|---|
//! | authorization code, refresh token, client credentials, your own grants | yes | yes, with the code flow among them | yes | yes |
//! | PKCE (RFC 7636) | required, with `S256` | required, with `S256` | required, with `S256` | required, with `S256`, unless the chain says otherwise |
//! | [`pkce_optional`](crate::AuthorizationCode::pkce_optional): clients may do without | refused | refused | refused | permitted |
//! | [`pkce_plain`](crate::AuthorizationCode::pkce_plain): the method `plain` | refused | refused | refused | permitted |
//! | [`Implicit`](crate::Implicit), and response types that return an access token | refused | refused | refused, as is every one beside `code` | permitted |
//! | [`Password`](crate::Password), and any grant with the name `password` | refused | refused | refused | permitted |
//! | [`ResourceIndicators`](crate::ResourceIndicators) | permitted | insisted on | permitted | permitted |
//! | tokens bound to keys, pushed requests, clients with keys | permitted | permitted | insisted on | permitted |
//! | clients with secrets, public clients, refresh tokens that rotate, RS256 and ES384 | permitted | permitted | refused | permitted |
//! | a scope that is too wide | `invalid_scope` | what is allowed of it | `invalid_scope` | `invalid_scope` |
//! | metadata of an issuer with a path | where the RFCs have it | wherever clients look | where the RFCs have it | where the RFCs have it |
//! | a storage that lasts | insisted on | insisted on | insisted on | insisted on |
//! | an issuer with `https` | insisted on | insisted on | insisted on | insisted on |
//!
//! "Refused" means that the chain does not compile. "Permitted" means that it may be asked for: under `Rfc6749` a server has none
//! of these until a line of the chain says so.
//!
//! Why they are refused: a password that is typed into an application is one that the application can keep (RFC 9700 section
//! 2.4); a token in an address ends up in histories and logs (section 2.1.2); a code without PKCE is worth something to whoever
//! sees it (section 2.1.1).
//!
//! The rest is the same under every profile: redirect URIs are compared exactly, codes are good once, refresh tokens are replaced
//! at each use, a replay ends the family.
//!
//! Clients that authenticate can keep theirs: with [`reusable`](crate::RefreshToken::reusable) a refresh token stays what it is until it
//! expires, since nobody else can use it, and a lost response costs nobody the session. Those of public clients are replaced all the
//! same.
//!
//! ## Legacy clients
//!
//! Ask for what they need and no more, and take it away when the last of them is gone. An `Option` is a switch for that:
//!
//! ```
//! use grantor::{AuthorizationCode, AuthorizationServer, Code, Implicit, RefreshToken, Rfc6749, SqliteStore, Token, issuer};
//!
//! fn serve(store: SqliteStore, still_implicit: bool) {
//!     let server = AuthorizationServer::builder()
//!         .profile(Rfc6749)
//!         .issuer(issuer!("https://auth.example.com"))
//!         .storage(store)
//!         .grant(AuthorizationCode::new().pkce_optional())
//!         .grant(RefreshToken::new())
//!         .grant(still_implicit.then(Implicit::new))
//!         .response_type(Code)
//!         .response_type(Token)
//!         .build();
//! #   let _ = server;
//! }
//! ```
//!
//! So is an `Option` of a response type that no grant goes with, and of a feature that nothing else depends on, such as
//! [`Introspection`](crate::Introspection). What is switched off is not served and not advertised.
//!
//! New clients are better off on a server of their own with [`OAuth21`](crate::OAuth21), perhaps
//! [over the same storage](super::behind_a_proxy#several-issuers).
//!
//! # Development
//!
//! [`Development`](crate::Development) goes around a profile: `Development::<OAuth21>::new()`. It permits two things more:
//!
//! * a storage that forgets everything on exit, such as [`MemoryStore`](crate::MemoryStore);
//! * an issuer that is an `http` URL on a loopback address, made by [`loopback_issuer!`](crate::loopback_issuer!), and then
//!   requests in the clear.
//!
//! The grants are those of the profile inside, so what compiles in development does not fail for that later.
//!
//! It is in the type of the server. Name the type of your production server once, and no change of the chain can bring
//! development into it:
//!
//! ```
//! use grantor::{AuthorizationServer, ClientCredentials, OAuth21, SqliteStore, issuer};
//!
//! /// Storage, grants, response types, features, profile, in the order of the chain.
//! type Production = AuthorizationServer<SqliteStore, (ClientCredentials,), (), (), OAuth21>;
//!
//! fn production(store: SqliteStore) -> Production {
//!     let issuer = issuer!("https://auth.example.com");
//!     AuthorizationServer::builder().issuer(issuer).storage(store).grant(ClientCredentials::new()).build()
//! }
//! # let _ = production;
//! ```
//!
//! ```compile_fail,E0308
//! # use grantor::*;
//! # type Production = AuthorizationServer<SqliteStore, (ClientCredentials,), (), (), OAuth21>;
//! fn production(store: SqliteStore) -> Production {
//!     let issuer = loopback_issuer!("http://localhost:8080");
//!     let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new());
//!     chain.issuer(issuer).storage(store).grant(ClientCredentials::new()).build() // mismatched types
//! }
//! ```
//!
//! A program that chooses between two profiles when it starts has two chains, and one [`ErasedServer`](crate::ErasedServer).
//! Tenants of several kinds are [kept the same way](super::behind_a_proxy#several-issuers).
//!
//! A chain with more than some twenty features makes the compiler ask for `#![recursion_limit = "256"]` at the top of the program ("queries
//! overflow the depth limit"): what answers a request is as many layers deep. It costs nothing when the program runs.
//!
//! # What the compiler checks
//!
//! Each rule is a trait. Where one does not hold, its message says which words of which RFC ask for it, and what to write. All
//! messages are in [`compile_errors`](super::compile_errors). The last column says how many lines the compiler's error has, with
//! all that rustc adds to it; a test keeps each at 35 at most. `–` stands for a rule that only asks for others: what is said then is
//! their error, those of the storage's traits among them.
//!
//! All rules together cost next to nothing: beyond an empty crate, `cargo check` of a server with 1, 4 and 8 grants takes 0.04, 0.06
//! and 0.10 seconds of a processor, with the dependencies compiled before and nothing incremental. `.ci/compile_time` in the
//! repository measures it anew.
//!
//! As each line of the chain is written:
//!
//! | rule | says | lines |
//! |---|---|---|
//! | [`LacksFetcher`](crate::rules::LacksFetcher) | It is chosen once. | 16 |
//! | [`LacksMasterKeys`](crate::rules::LacksMasterKeys) | Master keys are given once. | 16 |
//! | [`LacksRateLimits`](crate::rules::LacksRateLimits) | Rate limits are given once. | 16 |
//! | [`AProfile`](crate::rules::AProfile) | What `.profile(..)` takes is a profile. | 17 |
//! | [`Profile`](crate::Profile) | Only this library has profiles: what one permits is a promise. | 24 |
//! | [`NothingAddedYet`](crate::rules::NothingAddedYet) | The profile comes before the first grant and the first response type. | 16 |
//! | [`LacksIssuer`](crate::rules::LacksIssuer) | There is one issuer. | 16 |
//! | [`AnIssuer`](crate::rules::AnIssuer) | What `.issuer(..)` takes was checked to be an issuer (RFC 8414 section 2). | 18 |
//! | [`AStorage`](crate::rules::AStorage) | What `.storage(..)` takes is a storage, which looks up clients. | 23 |
//! | [`KeepsAuthorizations`](crate::rules::KeepsAuthorizations) | It keeps authorizations, from which codes and tokens descend. | 25 |
//! | [`LacksStorage`](crate::rules::LacksStorage) | There is one storage. | 16 |
//! | [`AGrant`](crate::rules::AGrant) | What `.grant(..)` takes is a grant type. | 27 |
//! | [`AResponseType`](crate::rules::AResponseType) | What `.response_type(..)` takes is a response type. | 19 |
//! | [`AFeature`](crate::rules::AFeature) | What `.enable(..)` takes is a feature. | 18 |
//! | [`KnownGrant`](crate::rules::KnownGrant) | What the rules ask of the grant is known: of a type parameter it is if that is an [`ExtensionGrant`](crate::ExtensionGrant). | 11 |
//! | [`KnownResponseType`](crate::rules::KnownResponseType) | What the response type carries is known: of a type parameter it is if its bounds say so. | 11 |
//! | [`KnownFeature`](crate::rules::KnownFeature) | What the feature chooses is known: of a type parameter it is not. | 11 |
//! | [`GrantPermittedBy`](crate::rules::GrantPermittedBy) | The profile permits the grant; by its name, so a home-grown one too. | – |
//! | [`ResponsePermittedBy`](crate::rules::ResponsePermittedBy) | The profile permits the response type. | – |
//! | [`FeaturePermittedBy`](crate::rules::FeaturePermittedBy) | The profile permits the feature. | – |
//! | [`AllowsPasswordGrant`](crate::AllowsPasswordGrant) | The profile has the password grant: `Rfc6749` only (RFC 9700 section 2.4). | 10 |
//! | [`AllowsImplicitGrant`](crate::AllowsImplicitGrant) | The profile has the implicit grant: `Rfc6749` only (RFC 9700 section 2.1.2). | 10 |
//! | [`AllowsFrontIdTokens`](crate::AllowsFrontIdTokens) | The profile has response types that return an ID token: `Rfc6749` only. | 10 |
//! | [`AllowsOptionalPkce`](crate::AllowsOptionalPkce) | The profile lets clients do without PKCE: `Rfc6749` only (RFC 9700 section 2.1.1). | 10 |
//! | [`AllowsPlainPkce`](crate::AllowsPlainPkce) | The profile has the PKCE method `plain`: `Rfc6749` only (RFC 9700 section 2.1.1). | 10 |
//! | [`AllowsVanishingKeys`](crate::AllowsVanishingKeys) | The profile lets signing keys vanish when the process ends: `Development` only. | 16 |
//! | [`HasItsStep`](crate::rules::HasItsStep) | What a grant does is what its name says: codes are redeemed by `authorization_code`, refresh tokens taken by `refresh_token`. | 20 |
//! | [`LacksGrant`](crate::rules::LacksGrant) | Each `grant_type` is there once. | 16 |
//! | [`LacksResponseType`](crate::rules::LacksResponseType) | Each response type is there once, in whatever order its words stand. | 16 |
//! | [`LacksFeature`](crate::rules::LacksFeature) | Each feature is there once. | 16 |
//! | [`LacksTokenFormat`](crate::rules::LacksTokenFormat) | At most one feature chooses the format of access tokens. | – |
//! | [`ReturnsWhatItSays`](crate::rules::ReturnsWhatItSays) | A response type returns what the words of its name stand for. | 21 |
//! | [`AlgorithmsAreNamed`](crate::rules::AlgorithmsAreNamed) | Signing keys sign with at least one algorithm. | 9 |
//! | `LacksAlgorithm` | Signing keys have each algorithm once. | 16 |
//! | [`CanServe`](crate::rules::CanServe) | The storage can do what the grant needs, whichever of the two comes first. | – |
//! | [`CanRespond`](crate::rules::CanRespond) | The storage can do what the response type needs. | – |
//! | [`CanHost`](crate::rules::CanHost) | The storage can do what the feature needs. | – |
//!
//! At `.build()`:
//!
//! | rule | says | lines |
//! |---|---|---|
//! | [`IssuerIsSet`](crate::rules::IssuerIsSet) | There is an issuer. | 16 |
//! | [`IssuerPermittedBy`](crate::rules::IssuerPermittedBy) | It is an `https` URL, save in development. | 23 |
//! | [`StorageIsSet`](crate::rules::StorageIsSet) | There is a storage. | 16 |
//! | [`AcceptsStorage`](crate::rules::AcceptsStorage) | It is [`Durable`](crate::Durable), save in development. | 19 |
//! | [`Durable`](crate::Durable) | The storage says that it keeps its data when the process ends. | 26 |
//! | [`HasAGrant`](crate::rules::HasAGrant) | There is a grant. | 16 |
//! | [`SignedTokensHaveAKey`](crate::rules::SignedTokensHaveAKey) | What signs, such as JWT access tokens, has keys. | 16 |
//! | [`AlgorithmsHaveAKey`](crate::rules::AlgorithmsHaveAKey) | There is a key for each algorithm that [`JwtAccessTokens`](crate::JwtAccessTokens) names. | 16 |
//! | [`SignedIntrospectionIsServed`](crate::rules::SignedIntrospectionIsServed) | With signed introspection responses there is the introspection endpoint. | 16 |
//! | [`SigningKeysAreUsed`](crate::rules::SigningKeysAreUsed) | Keys sign something. | 16 |
//! | [`MasterKeysAreGiven`](crate::rules::MasterKeysAreGiven) | What is kept sealed, and what is derived, has master keys. | 16 |
//! | [`BoundTokensAreAskedFor`](crate::rules::BoundTokensAreAskedFor) | Where every token is bound to a key (`Dpop::required()`, `MutualTls::required()`), none leaves the authorization endpoint. | 16 |
//! | [`FetcherIsGiven`](crate::rules::FetcherIsGiven) | What gets documents that strangers name has a fetcher. | 16 |
//! | [`AllowsPrivateAddresses`](crate::AllowsPrivateAddresses) | The fetcher leaves private addresses alone, save in development. | 16 |
//! | [`AllowsUnaimedTokens`](crate::AllowsUnaimedTokens) | Clients say for what tokens are, under [`Mcp`](crate::Mcp). | 17 |
//! | [`AllowsNoCodes`](crate::AllowsNoCodes) | There is the authorization code flow, under [`Mcp`](crate::Mcp). | 17 |
//! | [`AllowsBearerTokens`](crate::rules::AllowsBearerTokens) | Every access token is bound to a key (`Dpop::required()`), under [`Fapi2`](crate::Fapi2). | 17 |
//! | [`AllowsPlainRequests`](crate::rules::AllowsPlainRequests) | Authorization requests are pushed ([`required`](crate::PushedAuthorizationRequests::required)), under [`Fapi2`](crate::Fapi2). | 17 |
//! | [`AllowsSecrets`](crate::rules::AllowsSecrets) | Clients authenticate with keys (`PrivateKeyJwt`), in assertions for the issuer alone, under [`Fapi2`](crate::Fapi2). | 17 |
//! | [`AllowsRotation`](crate::rules::AllowsRotation) | Refresh tokens stay what they are ([`reusable`](crate::RefreshToken::reusable)), under [`Fapi2`](crate::Fapi2). | 17 |
//! | [`AllowsOtherResponses`](crate::rules::AllowsOtherResponses) | The response type is `code`, under [`Fapi2`](crate::Fapi2). | 17 |
//! | [`BelowFapi2`](crate::rules::BelowFapi2) | Each of these six lets the profile be less, as all but [`Fapi2`](crate::Fapi2) are; for code that is generic over it. | – |
//! | [`AllowsOtherAlgorithms`](crate::rules::AllowsOtherAlgorithms) | Keys sign with PS256, ES256 or EdDSA, under [`Fapi2`](crate::Fapi2). | 17 |
//! | [`IdTokensHaveRs256`](crate::rules::IdTokensHaveRs256) | The keys of an OpenID Provider sign with RS256 among others, save under [`Fapi2`](crate::Fapi2). | 16 |
//! | [`LogoutIsOfSignIns`](crate::rules::LogoutIsOfSignIns) | With `RpInitiatedLogout` or `BackChannelLogout` there is `OpenId`. | 16 |
//! | [`PeopleCanSignIn`](crate::rules::PeopleCanSignIn) | With `OpenId` there is a response type that returns a code or an ID token. | 16 |
//! | [`PushedRequestsGoOn`](crate::rules::PushedRequestsGoOn) | With [`PushedAuthorizationRequests`](crate::PushedAuthorizationRequests) there is a response type, and so an authorization endpoint. | 16 |
//! | [`SignedRequestsAreServed`](crate::rules::SignedRequestsAreServed) | So there is with `RequestObjects`. | 16 |
//! | [`SignedResponsesAreGiven`](crate::rules::SignedResponsesAreGiven) | So there is with `Jarm`. | 16 |
//! | [`IdJagsHaveIdTokens`](crate::rules::IdJagsHaveIdTokens) | Where [`TokenExchange`](crate::TokenExchange) issues ID-JAGs there is `OpenId`, and so keys. | 16 |
//! | [`AssertedResourcesAreKnown`](crate::rules::AssertedResourcesAreKnown) | Where `JwtBearer` accepts ID-JAGs there is [`ResourceIndicators`](crate::ResourceIndicators). | 16 |
//! | [`RefreshTokensHaveASource`](crate::rules::RefreshTokensHaveASource) | With [`RefreshToken`](crate::RefreshToken) there is a grant that issues refresh tokens. | 17 |
//! | [`CodesCanBeObtained`](crate::rules::CodesCanBeObtained) | With [`AuthorizationCode`](crate::AuthorizationCode) there is a response type that returns a code. | 16 |
//! | [`CodesCanBeRedeemed`](crate::rules::CodesCanBeRedeemed) | With a response type that returns a code there is [`AuthorizationCode`](crate::AuthorizationCode). | 16 |
//! | [`ImplicitIsServed`](crate::rules::ImplicitIsServed) | With [`Implicit`](crate::Implicit) there is a response type that returns an access token. | 16 |
//! | [`ImplicitIsOptedIn`](crate::rules::ImplicitIsOptedIn) | With a response type that returns an access token there is [`Implicit`](crate::Implicit). | 16 |
//! | [`FrontIdTokensAreOptedIn`](crate::rules::FrontIdTokensAreOptedIn) | So there is with one that returns an ID token. | 16 |
//! | [`IdTokensAreMade`](crate::rules::IdTokensAreMade) | With a response type that returns an ID token there is `OpenId`. | 16 |
//!
//! When the server is used:
//!
//! | rule | says | lines |
//! |---|---|---|
//! | [`HasAuthorizationEndpoint`](crate::rules::HasAuthorizationEndpoint) | `server.authorization()` exists if there is a response type. | 16 |
//! | [`Enables`](crate::rules::Enables) | `server.introspection()` and `server.revocation()` exist if the feature is enabled. | 16 |
//! | [`HasGrant`](crate::rules::HasGrant) | `server.devices()` exists if there is [`DeviceCode`](crate::DeviceCode). | 16 |
//! | [`NeedsAnInteraction`](crate::rules::NeedsAnInteraction) | `router_with` is for a server that has an authorization endpoint. | 19 |
//! | [`NeedsNoInteraction`](crate::rules::NeedsNoInteraction) | A router of a server with an authorization endpoint has somebody who signs people in. | 19 |
//!
//! # Generic code
//!
//! A function that is generic over a part of a server names what it requires of it. `ui-tests/pass/generic.rs` and `server.rs` in the
//! repository have an example of each.
//!
//! | generic over | requires |
//! |---|---|
//! | the storage | its capabilities, such as `S: ClientStore + AccessTokenStore`, and [`Durable`](crate::Durable) unless the profile is [`Development`](crate::Development) |
//! | one more grant | `X:` [`ExtensionGrant`](crate::ExtensionGrant)` + Grant<S>`; beside another grant of your own, `(Other,): LacksGrant<X>` |
//! | one more response type | `X: ResponseType<CarriesCode = No, CarriesAccessToken = No, CarriesIdToken = No> +` [`ReturnsWhatItSays`](crate::rules::ReturnsWhatItSays)` + Respond<S> + Send + Sync + 'static`, and `(Code,): LacksResponseType<X>` |
//! | the profile | `P: Profile +` [`AcceptsStorage`](crate::rules::AcceptsStorage)`<S>`; without [`ResourceIndicators`](crate::ResourceIndicators) also `Profile<Base:` [`AllowsUnaimedTokens`](crate::AllowsUnaimedTokens)`>`, without codes `Profile<Base:` [`AllowsNoCodes`](crate::AllowsNoCodes)`>`, and for what FAPI 2.0 does not have `Profile<Base:` [`BelowFapi2`](crate::rules::BelowFapi2)`>`; with a loopback issuer, `LoopbackIssuer:` [`IssuerPermittedBy`](crate::rules::IssuerPermittedBy)`<P>` |
//! | the grants of a server | `G:` [`RunsOn`](crate::RunsOn)`<S>`; for `server.devices()` also [`HasGrant`](crate::rules::HasGrant)`<DeviceCode>` |
//! | the response types of a server | `R:` [`ResponseTypesOn`](crate::ResponseTypesOn)`<S>`; for `server.authorization()` also [`HasAuthorizationEndpoint`](crate::rules::HasAuthorizationEndpoint)`<S>` |
//! | the features of a server | `F:` [`FeaturesOn`](crate::FeaturesOn)`<S>`; for `server.introspection()` also [`Enables`](crate::rules::Enables)`<Introspection>` |
//! | the whole server | `Sv:` [`ServesOAuth`](crate::ServesOAuth), or [`SuspendsRequests`](crate::SuspendsRequests); for `router_with`, `Sv: ServesOAuth<Authorizes = Yes>`, for `router`, `No` |
//!
//! # Values
//!
//! Values are checked by types too: an issuer, a lifetime or a scope that is wrong is an error of the compiler if it is written
//! down, and of `parse` or `from_secs` if it comes from configuration. What only a request can get wrong gets the error that the
//! RFCs ask for.
