//! An API that accepts access tokens: in the words of RFC 6749 section 1.1, a resource server.
//!
//! A client sends its token in a header, and nowhere else (RFC 6750 section 2.1):
//!
//! ```text
//! GET /reports HTTP/1.1
//! Authorization: Bearer mF_9.B5f-4.1JqM
//! ```
//!
//! The API asks what the token is worth, and either answers or *challenges*: it says what is missing.
//! [`ResourceServer`] does both. It is independent of the authorization server, which may be in the same process, in another
//! one, or another product altogether; what differs is the [`TokenVerifier`].
//!
//! # Where tokens are looked up
//!
//! | verifier | asks | a revoked token is refused |
//! |---|---|---|
//! | [`LocalVerifier`], of opaque tokens | the storage of the authorization server | from the next request on |
//! | [`RemoteVerifier`] | its introspection endpoint (RFC 7662), over HTTP | after 10 seconds at most, unless set otherwise |
//! | [`JwtVerifier`](crate::JwtVerifier) | nobody, but for keys | when it has expired; from the next request on over the server's storage |
//! | your own [`TokenVerifier`] | whatever it likes | as it likes |
//!
//! ## In the same process, or over the same database
//!
//! ```
//! use grantor::{AccessTokenStore, Issuer, LocalVerifier, ResourceServer};
//!
//! /// `store` is the storage of the authorization server: a clone of `server.storage()`, which shares the data. `issuer` is
//! /// `server.issuer()`.
//! fn api<S: AccessTokenStore>(store: S, issuer: &Issuer) -> ResourceServer<LocalVerifier<S>> {
//!     ResourceServer::new(LocalVerifier::new(store, issuer.clone()))
//! }
//! ```
//!
//! ## Over the network
//!
//! [`RemoteVerifier`] authenticates as a confidential client, because the introspection endpoint answers nobody else (RFC 7662
//! section 2.1). At a server built with this library, register the API with
//! [`introspects_any_token`](crate::ClientBuilder::introspects_any_token); a client without that right only sees its own tokens.
//! Where several APIs ask, register each with [`audience`](crate::ClientBuilder::audience) instead: it sees the tokens that name it
//! and those that name nobody, and none that is meant for another (RFC 7662 section 4). So give tokens an audience, as below.
//!
//! With the feature `reqwest` there is [`DirectClient`](crate::DirectClient) for this. It goes through no proxy that the environment
//! names and follows no redirect, which would both carry token and secret elsewhere. A `reqwest::Client` of your own does, so it is not
//! accepted; settings of your own, such as certificates, go into [`DirectClient::with`](crate::DirectClient::with). TLS is one of
//! reqwest's own features, and an `https` address is out of reach without it. So name that crate as well:
//!
//! ```toml
//! grantor = { version = "0.2", features = ["axum", "jose", "reqwest"] } # "jose" for an API that checks JWTs, below
//! reqwest = { version = "0.13", default-features = false, features = ["rustls"] }
//! ```
//!
//! ```
//! use grantor::{ClientSecret, DirectClient, RemoteVerifier, ResourceServer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let read_from_configuration = || "a-secret-of-more-than-thirty-two-characters".to_owned();
//! let secret = ClientSecret::parse(read_from_configuration())?;
//! let verifier = RemoteVerifier::new("https://auth.example.com/introspect", "my-api", &secret, DirectClient::new()?)?;
//! let api = ResourceServer::new(verifier).realm("reports")?;
//! # let _ = api;
//! # Ok(())
//! # }
//! ```
//!
//! Answers are remembered under the hash of the token: an active one for 10 seconds and never beyond the token's `exp`, an
//! inactive one for one second. So **a token is still accepted for up to 10 seconds after it was revoked**.
//! [`cache`](crate::RemoteVerifier::cache) changes that, or turns it off. However long answers are, it takes 20 MiB at most unless told
//! otherwise.
//!
//! An endpoint says "active" about refresh tokens too, and no API may accept those. So only answers with the `token_type`
//! `Bearer` count. For an endpoint that leaves this member out there is
//! [`accept_untyped_tokens`](crate::RemoteVerifier::accept_untyped_tokens); read its warning first.
//!
//! Other products write times with a fraction or as text, the scope as a list, identifiers as numbers: that is understood. An active
//! token of which something that matters (`exp`, `aud`, `sub`, ..) cannot be understood is refused like one that is not active, and an
//! event says why.
//!
//! ## Without asking
//!
//! Where access tokens are JWTs (RFC 9068; [JWT or opaque?](super::jwt_or_opaque)), the API checks them with the keys that the server
//! publishes. Feature `jose`:
//!
//! ```
//! use grantor::{Algorithm, DirectClient, JwtVerifier, RemoteJwks, ResourceServer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // `jwks_uri` in the server's metadata.
//! let keys = RemoteJwks::new("https://auth.example.com/jwks", DirectClient::new()?)?;
//! // The issuer, and what it calls this API in `aud`.
//! let verifier = JwtVerifier::new("https://auth.example.com", "https://api.example.com", keys);
//! let api = ResourceServer::new(verifier.algorithms([Algorithm::Es256]));
//! # let _ = api;
//! # Ok(())
//! # }
//! ```
//!
//! The type of that verifier, for the state of a router as below, is `JwtVerifier<RemoteJwks<DirectClient>>`.
//!
//! * Accepted is a token of the type `at+jwt` with the claims of RFC 9068 section 2.2, signed with one of those keys under one of those
//!   algorithms, from this issuer, for this API. So no ID token, and nothing that is bound to a key, as below.
//! * Clocks may differ by 10 seconds: `exp`, `nbf` and `iat` are seen with that leeway. [`leeway`](crate::JwtVerifier::leeway) changes it,
//!   up to a minute.
//! * Keys are fetched with the first token and then as their `Cache-Control` says, by one request at a time. A token that names a key which
//!   is not known yet has them fetched again, at most every ten seconds. While the server is away the known ones are used for an hour
//!   longer ([`stale_for`](crate::RemoteJwks::stale_for)).
//! * A token that was revoked is accepted until it expires. An API with the server's database at hand sees it at once:
//!
//! ```
//! use grantor::{FamilyStore, Issuer, JwtVerifier, ResourceServer, VerificationKeys};
//!
//! /// `keys` may be the server itself, in an `Arc`, where it is in this process.
//! fn api<K: VerificationKeys, S: FamilyStore>(keys: K, store: S, issuer: &Issuer) -> ResourceServer<impl grantor::TokenVerifier> {
//!     let verifier = JwtVerifier::new(issuer.as_str(), "https://api.example.com", keys);
//!     ResourceServer::new(verifier.families(store, issuer.clone()))
//! }
//! ```
//!
//! # What an API says of itself
//!
//! A client that knows nothing but the URL of an API finds its authorization server in the metadata of the API (RFC 9728), to which the
//! challenge leads:
//!
//! ```
//! use axum::{Router, routing::get};
//! use grantor::{ProtectedResourceMetadata, ResourceServer, Scope, TokenVerifier};
//!
//! fn app<V: TokenVerifier>(verifier: V) -> Result<Router, Box<dyn std::error::Error>> {
//!     let metadata = ProtectedResourceMetadata::new("https://api.example.com/reports")?
//!         .authorization_servers(["https://auth.example.com"])?
//!         .scopes_supported(Scope::parse("report:read")?)?
//!         .resource_name("Reports");
//!     let server = ResourceServer::new(verifier).protected_resource(&metadata);
//!     let reports = Router::new().route("/reports", get(async || "..")).layer(server.layer(Scope::parse("report:read")?));
//!     Ok(reports.merge(metadata.router()))
//! }
//! # let _ = app::<grantor::LocalVerifier<grantor::MemoryStore>>;
//! ```
//!
//! Then only tokens that name the resource are accepted, a 401 says the least scope that is of use, and
//! [`require_scope`](crate::ResourceServer::require_scope) asks for more where that is known only once the request was read.
//! [An MCP server in an hour](super::an_mcp_server_in_an_hour) has all of it.
//!
//! # With axum
//!
//! A handler that takes [`Authorized`] cannot run without a good token. If the state of the router has no [`ResourceServer`] in
//! it, the handler does not compile. [`required_scope!`](crate::required_scope) names the scope that a handler demands.
//!
//! ```
//! use axum::{Router, extract::FromRef, routing::get};
//! use grantor::{Authorized, LocalVerifier, MemoryStore, ResourceServer, issuer, required_scope};
//!
//! required_scope!(
//!     /// May read reports.
//!     ReadReports = "report:read"
//! );
//!
//! type Verifier = LocalVerifier<MemoryStore>;
//!
//! #[derive(Clone)]
//! struct App {
//!     api: ResourceServer<Verifier>,
//! }
//!
//! impl FromRef<App> for ResourceServer<Verifier> {
//!     fn from_ref(app: &App) -> Self {
//!         app.api.clone()
//!     }
//! }
//!
//! /// Any good token will do.
//! async fn me(claims: Authorized<Verifier>) -> String {
//!     claims.person().unwrap_or("a client").to_owned()
//! }
//!
//! /// Only one with the scope `report:read`.
//! async fn reports(_: Authorized<Verifier, ReadReports>) -> &'static str {
//!     "the reports"
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use tower::ServiceExt;
//! let store = MemoryStore::new();
//! let api = ResourceServer::new(LocalVerifier::new(store, issuer!("https://auth.example.com")));
//! let router = Router::new().route("/me", get(me)).route("/reports", get(reports)).with_state(App { api });
//! # let request = http::Request::get("/reports").body(axum::body::Body::empty())?;
//! # let response = router.oneshot(request).await?;
//! # assert_eq!(response.status(), 401);
//! # assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"resource\", scope=\"report:read\"");
//! # Ok(())
//! # }
//! ```
//!
//! # With any tower service
//!
//! [`layer`](crate::ResourceServer::layer) puts the check in front of a whole service. The claims are in the request's
//! extensions.
//!
//! ```
//! use axum::{Extension, Router, routing::get};
//! use grantor::{ResourceServer, Scope, ScopeError, TokenClaims, TokenVerifier};
//!
//! fn router<V: TokenVerifier>(api: &ResourceServer<V>) -> Result<Router, ScopeError> {
//!     let reports = Router::new().route("/reports", get(reports)).layer(api.layer(Scope::parse("report:read")?));
//!     Ok(reports.route("/health", get("fine")))
//! }
//!
//! async fn reports(Extension(claims): Extension<TokenClaims>) -> String {
//!     format!("the reports of {}", claims.person().unwrap_or("nobody"))
//! }
//! ```
//!
//! Browsers send the preflight request of CORS without a token: put a layer that answers those outside this one.
//!
//! # Without either
//!
//! ```
//! use bytes::Bytes;
//! use grantor::{ResourceServer, Scope, TokenVerifier};
//! use http::{Request, Response};
//!
//! async fn handle<V: TokenVerifier>(api: &ResourceServer<V>, request: Request<Bytes>) -> Response<Bytes> {
//!     let (parts, _body) = request.into_parts();
//!     match api.authenticate(&parts, &Scope::empty()).await {
//!         Ok(claims) => Response::new(format!("issued to {}", claims.client_id().unwrap_or("somebody")).into()),
//!         Err(challenge) => challenge.to_response(),
//!     }
//! }
//! ```
//!
//! # What is known of a token
//!
//! [`TokenClaims`] has the members of RFC 7662 section 2.2: [`subject`](crate::TokenClaims::subject) (who authorized it; nobody,
//! where a client acts for itself), [`scope`](crate::TokenClaims::scope), [`client_id`](crate::TokenClaims::client_id),
//! [`expires_at`](crate::TokenClaims::expires_at), and so on. [`token_id`](crate::TokenClaims::token_id) names the token without
//! being it, so it may stand in a log.
//!
//! What a token permits in detail, such as one payment, it gives as a type of yours: [`details`](crate::TokenClaims::details), and the page
//! [rich requests](crate::manual::rich_requests).
//!
//! Identify people by `subject`, never by `username`, which is for display and may change.
//!
//! # Tokens that are bound to a key
//!
//! An authorization server can bind a token to a key of its client (the member `cnf`: RFC 8705 section 3, RFC 9449 section 6). Such
//! a token is worth nothing to whoever stole it, if APIs ask for the proof. So a [`ResourceServer`] refuses it when it comes as a
//! bearer token, whatever the verifier said.
//!
//! Keys of clients (DPoP) it knows itself, with the feature `jose`: `ResourceServer::dpop` takes tokens under the scheme `DPoP` that come
//! with a proof, beside bearer tokens, and the page `dpop` of this manual tells about it. Certificates of TLS connections it knows with the
//! feature `mtls`: `ResourceServer::mutual_tls`, and the page `mutual_tls`. Other kinds of keys, or certificates from elsewhere, are for the
//! verifier to check. One that does wraps another:
//!
//! ```
//! use grantor::{Presented, TokenClaims, TokenVerifier, VerifierError};
//!
//! /// The SHA-256 of the client certificate in base64url, which the TLS layer puts into the request's extensions.
//! #[derive(Clone)]
//! struct Thumbprint(String);
//!
//! struct WithCertificates<V>(V);
//!
//! impl<V: TokenVerifier> TokenVerifier for WithCertificates<V> {
//!     async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
//!         self.0.verify(presented).await
//!     }
//!
//!     async fn proves_possession(&self, presented: &Presented<'_>, claims: &TokenClaims) -> Result<bool, VerifierError> {
//!         // Every method that the token names has to be one that is checked here.
//!         let Some(keys) = claims.confirmation().and_then(|keys| keys.as_object()).filter(|keys| keys.len() == 1) else {
//!             return Ok(false);
//!         };
//!         let Some(expected) = keys.get("x5t#S256").and_then(|thumbprint| thumbprint.as_str()) else { return Ok(false) };
//!         Ok(presented.extension().is_some_and(|Thumbprint(shown)| shown == expected))
//!     }
//! }
//! ```
//!
//! [`Presented`] has what such a proof may be about: method, headers, extensions, and the URL of the request, once
//! [`base_url`](crate::ResourceServer::base_url) has told where clients reach the API.
//!
//! # People and clients
//!
//! A token opens what belongs to a person, or to a client that acts for itself. The two are named by different hands: whoever may
//! choose the identifier of a client could choose `alice`. So do not look things up under "`sub`, or else `client_id`": that client would
//! read what is Alice's (RFC 9700 section 4.15). [`resource_owner`](crate::TokenClaims::resource_owner) keeps them apart, and
//! [`person`](crate::TokenClaims::person) is for what belongs to people only:
//!
//! ```
//! use grantor::{ResourceOwner, TokenClaims};
//!
//! fn key(claims: &TokenClaims) -> Option<(&'static str, &str)> {
//!     Some(match claims.resource_owner()? {
//!         ResourceOwner::Person(subject) => ("person", subject),
//!         ResourceOwner::Client(id) => ("client", id),
//!     })
//! }
//! # let claims: TokenClaims = serde_json::from_str(r#"{"client_id": "alice"}"#).unwrap();
//! # assert_eq!(key(&claims), Some(("client", "alice")));
//! ```
//!
//! Tokens that clients get for themselves have no `sub` here; in a JWT it is `client:` and the client's identifier. At other servers they may have the client's identifier there, and then
//! count as the client's.
//!
//! # Challenges
//!
//! | the request has | status | `error` in `WWW-Authenticate` (RFC 6750 section 3.1) |
//! |---|---|---|
//! | no `Authorization` header, or another scheme | 401 | none |
//! | two of them, or one that is malformed | 400 | `invalid_request` |
//! | a token that is unknown, expired, revoked, for another audience, or bound to a key | 401 | `invalid_token` |
//! | a token without the scope | 403 | `insufficient_scope`, with the scope that is needed |
//! | a token whose person did not sign in [as is required](super::step_up) | 401 | `insufficient_user_authentication`, with `acr_values` and `max_age` |
//! | a proof that is not for this request, or has come before | 401 | `invalid_dpop_proof`, in the challenge `DPoP` |
//! | a proof without a nonce of the API, where it wants one | 401 with `DPoP-Nonce` | `use_dpop_nonce` |
//! | any token, while the verifier cannot be reached | 503 with `Retry-After` | no challenge; `temporarily_unavailable` in the body |
//! | any token, while the verifier fails otherwise | 500 | no challenge; `server_error` in the body |
//!
//! An API that takes bound tokens names both schemes, and the error in that which was tried, which comes first (RFC 9449 section 7.2).
//!
//! The last two are the operator's to look at; the detail is in an event, see [`operating`](super::operating). No challenge
//! repeats what the request brought, so none can leak a token.
//!
//! [`realm`](crate::ResourceServer::realm) names the API in its challenges.
//! [`resource_metadata`](crate::ResourceServer::resource_metadata) adds where its metadata is (RFC 9728 section 5.1), for clients
//! that find the authorization server that way. Serving that document is up to the application.
//!
//! # Audiences
//!
//! [`audience`](crate::ResourceServer::audience) accepts only tokens that name this API in `aud`. Where several APIs trust one
//! authorization server it keeps one of them from using a token at another (RFC 9700 section 2.3). A server built with this
//! library puts an audience into the tokens that a person approves with [`Approval::audience`](crate::Approval::audience), and into
//! those that a grant of your own issues with [`Granted::audience`](crate::Granted::audience). Client credentials and passwords
//! name none. JWTs always name one, and a [`JwtVerifier`](crate::JwtVerifier) asks for it by itself.
//!
//! An API that says no name refuses tokens that name an audience, as it cannot know whether it is meant. If there is nobody else for
//! whom a token could be meant, [`any_audience`](crate::ResourceServer::any_audience) accepts them too.
//!
//! [`Authorized`]: crate::Authorized
//! [`LocalVerifier`]: crate::LocalVerifier
//! [`RemoteVerifier`]: crate::RemoteVerifier
//! [`Presented`]: crate::Presented
//! [`ResourceServer`]: crate::ResourceServer
//! [`TokenClaims`]: crate::TokenClaims
//! [`TokenVerifier`]: crate::TokenVerifier
