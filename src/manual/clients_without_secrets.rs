//! Clients without secrets: programs that prove who they are with a key that nobody else has.
//!
//! A client secret is known to two, and it travels with each request: it ends up in configurations, tickets and the logs of a careless proxy,
//! and whoever has it is the client. With `private_key_jwt` (RFC 7523) the client keeps a private key and registers the public one. With each
//! request it signs a few lines, an *assertion*, which say who it is, for which server, and until when. They are good once and for minutes;
//! a leaked log or a leaked database is of no use.
//!
//! # Two lines
//!
//! ```
//! use grantor::{
//!     AuthorizationServer, Client, ClientCredentials, Development, MemoryStore, OAuth21, PrivateKeyJwt, issuer,
//! };
//! # use grantor::{Algorithm, Jwks, KeyPair};
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(ClientCredentials::new())
//!     .enable(PrivateKeyJwt::inline_keys())
//!     .build();
//!
//! # let jwks = serde_json::to_value(Jwks::of([KeyPair::generate(Algorithm::Es256)?.public_key()]))?;
//! // `jwks` is what the owner of the client sent you: {"keys": [{"kty": "EC", "crv": "P-256", "kid": "2026", ..}]}
//! let job = Client::with_keys("nightly-job").jwks(jwks).grant_types(["client_credentials"]).scope("report");
//! server.register_client(job.build()?).await?;
//! # Ok(())
//! # }
//! ```
//!
//! It works wherever clients authenticate: at the token, introspection and revocation endpoints, where they push requests and where devices
//! ask for codes, with every grant, and beside clients that have secrets or none. The storage has to be a [`ReplayStore`](crate::ReplayStore), which the three of this library are: that is where
//! assertions that came are remembered, for all instances. As JSON a client is
//!
//! ```json
//! {
//!     "client_id": "nightly-job", "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256",
//!     "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "..", "y": "..", "kid": "2026"}]},
//!     "grant_types": ["client_credentials"], "scope": "report"
//! }
//! ```
//!
//! `token_endpoint_auth_signing_alg` may be left out; then the client signs with any algorithm that the server
//! [accepts](crate::PrivateKeyJwt::algorithms) and one of its keys is for. A client that could never authenticate is refused when it is
//! [registered](crate::AuthorizationServer::check_client): one without a key that verifies, with an algorithm that is not accepted, with a
//! private key in its `jwks`.
//!
//! # Keys that replace themselves
//!
//! With `jwks` a client that wants another key has to come to you. With `jwks_uri` it publishes its keys itself, and the server fetches them:
//!
//! ```
//! # #[cfg(feature = "reqwest")]
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use grantor::{
//!     AuthorizationServer, Client, ClientCredentials, Development, Fetcher, MemoryStore, OAuth21, PrivateKeyJwt, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .fetcher(Fetcher::new()?)
//!     .grant(ClientCredentials::new())
//!     .enable(PrivateKeyJwt::new())
//!     .build();
//!
//! let job = Client::with_keys("nightly-job").jwks_uri("https://job.example.com/jwks").grant_types(["client_credentials"]);
//! # let _ = (server, job);
//! # Ok(())
//! # }
//! ```
//!
//! [`Fetcher::new`](crate::Fetcher::new) comes with the feature `reqwest`, and TLS is one of reqwest's own features: without one no document is
//! fetched. So the server's `Cargo.toml` names that crate as well:
//!
//! ```toml
//! grantor = { version = "0.2", features = ["axum", "jose", "reqwest"] }
//! reqwest = { version = "0.13", default-features = false, features = ["rustls"] }
//! ```
//!
//! The client publishes the new key beside the old one, then signs with it under its own `kid`. An assertion that no key verifies which was
//! fetched has the document fetched again, once in half a minute and client: so a new key is good at once or half a minute later, and nobody
//! can make this server a burden to others. A key that was taken out of the document is good until the document is fetched again: at most an
//! hour, or what its `Cache-Control` says, if that is less ([`Fetcher::keep_for`](crate::Fetcher::keep_for)).
//!
//! Whoever registers a URL has your server send a request there, from inside your network. A [`Fetcher`](crate::Fetcher) goes to `https` on
//! port 443 and to addresses of the public internet only, follows no redirect, and bounds time and size; without one a chain with
//! [`PrivateKeyJwt::new`](crate::PrivateKeyJwt::new) does not compile. One that may go to private addresses
//! ([`allow_private_addresses`](crate::Fetcher::allow_private_addresses)) is for development: outside of it, that does not compile either.
//!
//! It goes through no proxy, whatever the environment of the process says. Where a proxy is the only way out, say so with
//! [`Fetcher::with`](crate::Fetcher::with) and a [`ProxiedTransport`](crate::ProxiedTransport): then it is the proxy that resolves names, so **nobody
//! here can look at the addresses**. Have the proxy refuse your own networks, loopback and link-local addresses, and the metadata of the cloud,
//! by the address that it connects to: a name that a stranger chose can mean any of them. In Squid that is an `http_access deny` for an `acl` of
//! type `dst`.
//!
//! While keys cannot be fetched the client gets 503 `temporarily_unavailable` and no reason: nobody knows whether it is who it says, and what
//! your network answers is none of its business. Nothing is used up by that. You read the reason in the event `the keys of a client cannot
//! be fetched`.
//!
//! # What the client sends
//!
//! ```text
//! POST /token
//! grant_type=client_credentials
//! &client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
//! &client_assertion=eyJ0eXAiOiJjbGllbnQtYXV0aGVudGljYXRpb24rand0Ii..
//! ```
//!
//! | of the assertion | is |
//! |---|---|
//! | header `typ` | `client-authentication+jwt`; `JWT` or nothing is read, too |
//! | header `alg`, `kid` | the algorithm; which key, if there are several for it |
//! | `iss`, `sub` | the `client_id`, both |
//! | `aud` | the issuer of the server, as in its metadata, byte by byte: a string and not an array |
//! | `exp` | at most five minutes after `iat`, and after now |
//! | `iat`, `nbf` | may be there; ten seconds ahead of your clock at most, or up to a minute with [`leeway`](crate::PrivateKeyJwt::leeway) |
//! | `jti` | something new each time |
//!
//! Libraries do that, some with a word of advice:
//!
//! | client | |
//! |---|---|
//! | `openid-client`, `oauth4webapi` (Node) | `PrivateKeyJwt({ key, kid })`, nothing else |
//! | `authlib` (Python) | signs for an hour and for the token endpoint. Override `PrivateKeyJWT.sign` with `private_key_jwt_sign(.., expires_in=60)`, and give it the issuer in place of the token endpoint. Its argument `claims` keeps one `jti` for all requests |
//! | others | if it says the token endpoint or an array in `aud`, see below |
//!
//! These three are in this library's tests.
//!
//! # A client in Rust
//!
//! A client that has this library, with the feature `jose`, makes a key once, keeps the private half, and sends the public one to whoever
//! runs the server:
//!
//! ```
//! use grantor::{Algorithm, Jwks, KeyPair};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = KeyPair::generate(Algorithm::Es256)?;
//! // For a file that nobody else reads: `KeyPair::from_pkcs8` takes it back.
//! let private = key.to_pkcs8()?;
//! // For the owner of the server. A `kid` is in it.
//! let jwks = serde_json::to_string(&Jwks::of([key.public_key()]))?;
//! # KeyPair::from_pkcs8(Algorithm::Es256, &private)?;
//! # assert!(jwks.contains("kid"));
//! # Ok(())
//! # }
//! ```
//!
//! Then it signs an assertion for each request:
//!
//! ```
//! use grantor::KeyPair;
//! use grantor::jose::{ClientAssertionJwt, TokenSigner};
//! use serde_json::json;
//!
//! /// `key` is made once, and `jti` is something new each time.
//! fn assertion(key: &TokenSigner<KeyPair>, now: u64, jti: &str) -> Result<String, Box<dyn std::error::Error>> {
//!     let (id, issuer) = ("nightly-job", "https://auth.example.com");
//!     let claims = json!({"iss": id, "sub": id, "aud": issuer, "iat": now, "exp": now + 60, "jti": jti});
//!     Ok(key.sign_now::<ClientAssertionJwt>(claims.to_string().as_bytes())?.to_string())
//! }
//! # let key = KeyPair::generate(grantor::Algorithm::Es256).unwrap();
//! # assert_eq!(assertion(&TokenSigner::new(key), 1_700_000_000, "1").unwrap().split('.').count(), 3);
//! ```
//!
//! # Older clients
//!
//! RFC 7523 let `aud` be the URL of the token endpoint. A server that the client also uses, and that lies about its own endpoints, can then
//! have the client sign an assertion that is good at yours; so it is to be the issuer alone (draft-ietf-oauth-rfc7523bis). Where you have
//! clients that cannot be changed, [`PrivateKeyJwt::older_audiences`](crate::PrivateKeyJwt::older_audiences) accepts your token endpoint, and
//! arrays of it and the issuer. Leave it off where you can; under FAPI 2.0 it is not permitted.
//!
//! # It does not work
//!
//! The client is told `invalid_client`, whatever is wrong. The [event](super::operating#events) `refused a client assertion` (info) has the reason: an audience, a clock,
//! a signature, a `jti` that came before. `invalid_request` says that two methods are mixed, such as an assertion beside a `client_secret` or
//! an `Authorization` header, or that one of the two parameters is missing.
//!
//! A client that sends a request again because the answer was lost has to sign a new assertion: the old one is used.
