//! High-value APIs: what protects payments, health records, and whatever else is worth an attack.
//!
//! # Requests that nobody in between can read or change
//!
//! An authorization request travels through a browser: who is on the way may read it, as may logs and the history, and who sits at the
//! browser may change it. A client that pushes its request (RFC 9126) posts it to the server itself, over TLS and authenticated, and sends
//! the browser with nothing but a reference.
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, PushedAuthorizationRequests, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .enable(PushedAuthorizationRequests::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! The client posts what it would have put into the URL, and authenticates as it does at the token endpoint:
//!
//! ```text
//! POST /par HTTP/1.1
//! Authorization: Basic YXBwOi4uLg==
//! Content-Type: application/x-www-form-urlencoded
//!
//! client_id=app&response_type=code&scope=pay&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&code_challenge=..&code_challenge_method=S256
//!
//! HTTP/1.1 201 Created
//! Cache-Control: no-store
//!
//! {"request_uri": "urn:ietf:params:oauth:request_uri:W_mVIv2UTrYxOhP..", "expires_in": 60}
//!
//! GET /authorize?client_id=app&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3AW_mVIv2UTrYxOhP..
//! ```
//!
//! Your pages and your [`Interaction`](crate::Interaction) are the same as for any request: they see what was pushed, and nothing of what the
//! browser adds. What is wrong with the request, an unknown scope or resource for instance, the client is told when it pushes, as JSON,
//! before any person has seen a page.
//!
//! | question | answer |
//! |---|---|
//! | how long is a `request_uri` good? | a minute, or what [`lifetime`](crate::PushedAuthorizationRequests::lifetime) says, 5 to 599 seconds, for a browser to come. Who came in time has [as long as anybody](crate::Builder::interaction_lifetime) to sign in |
//! | how often? | until the request is decided, so that F5, the back button and a second tab work. From then on it is refused, in every browser and by every instance |
//! | for whom? | the client that pushed it. For another one it does not exist, nor at another issuer over the same storage |
//! | what does a person see whose link is too old? | a page (400) that says so, with `invalid_request_uri`: send them back to the application, which pushes anew |
//! | what is in the storage? | the request as JSON, and of the reference a hash. Credentials that came with it are not kept |
//! | how many? | [`pending_requests`](crate::Builder::pending_requests) counts them with those that wait for their person; 10,000 of one client, of which the older half stays |
//!
//! When a client asks that its person sign in anew (`prompt=login`, `max_age`), what counts is the moment in which it pushed the request.
//!
//! # Insisting on it
//!
//! A server where every request has to be pushed says so in its type, and its metadata has `require_pushed_authorization_requests`:
//!
//! ```
//! use grantor::{PushedAuthorizationRequests, PushingRequired};
//!
//! let feature: PushedAuthorizationRequests<PushingRequired> = PushedAuthorizationRequests::required();
//! # let _ = feature;
//! ```
//!
//! A single client is held to it by its record, whatever the server asks of others:
//!
//! ```
//! use grantor::{Client, ClientSecret};
//!
//! let client = Client::confidential("bank-app", &ClientSecret::generate())
//!     .redirect_uri("https://app.example.com/cb")
//!     .scope("pay")
//!     .require_pushed_authorization_requests()
//!     .build()?;
//! assert!(client.requires_pushed_authorization_requests());
//! # Ok::<(), grantor::ClientError>(())
//! ```
//!
//! Any other request of them is `invalid_request`. That holds for requests that wait, too: one that was suspended before somebody began to
//! insist is not resumed. A server without the feature does not register such a client, and answers none of its requests.
//!
//! What such a request asks for may be more than a scope: [this payment](crate::manual::rich_requests), say.
//!
//! # Redirect URIs that change
//!
//! Since the server knows who pushed a request, it may accept redirect URIs that the client has not registered (RFC 9126 section 2.4), such
//! as one for each of its customers. It does if a [`RedirectUriPolicy`](crate::RedirectUriPolicy) of yours permits it, of clients that
//! authenticate, and of none without:
//!
//! ```
//! use grantor::{Client, PushedAuthorizationRequests, RedirectUri, RedirectUriPolicy};
//!
//! struct OnePerCustomer;
//!
//! impl RedirectUriPolicy for OnePerCustomer {
//!     fn permits(&self, client: &Client, uri: &RedirectUri) -> bool {
//!         client.id().as_str() == "shop" && uri.as_str().starts_with("https://shop.example.com/customers/")
//!     }
//! }
//!
//! let feature = PushedAuthorizationRequests::new().redirect_uris(OnePerCustomer);
//! # let _ = feature;
//! ```
//!
//! Compare whole beginnings, with the slash: `https://shop.example.com` is also how `https://shop.example.com.evil.example` begins. Who has
//! the secret of such a client can have people sent to wherever the policy permits.
//!
//! # All of it, as a profile
//!
//! Banks and others who have to show that they did what is to be done follow the FAPI 2.0 Security Profile. Here it is a type: what a chain
//! lacks of it does not compile, and what a request or a client lacks of it is refused.
//!
//! ```
//! # #[cfg(feature = "jose")] {
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Code, Development, Dpop, Fapi2, MemoryStore, PrivateKeyJwt,
//!     PushedAuthorizationRequests, RefreshToken, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<Fapi2>::new()) // in production: `Fapi2`, over a store that lasts
//!     .issuer(issuer!("https://bank.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new().reusable())
//!     .response_type(Code)
//!     .enable(PushedAuthorizationRequests::required())
//!     .enable(PrivateKeyJwt::inline_keys())
//!     .enable(Dpop::required())
//!     .build();
//! # let _ = server;
//! # }
//! ```
//!
//! | take out | and the compiler says |
//! |---|---|
//! | `Dpop::required()` | the `Fapi2` profile binds access tokens to keys of clients, and this server does not |
//! | `PushedAuthorizationRequests::required()` | the `Fapi2` profile has pushed authorization requests alone, and this server takes others |
//! | `PrivateKeyJwt` | the `Fapi2` profile has clients that authenticate with keys, and this server does not take them as it has to |
//! | `.reusable()` | the `Fapi2` profile does not have refresh tokens that rotate |
//!
//! With certificates in place of one or both it is the same: `MutualTls::required()` for `Dpop::required()`, `MutualTls::new()` for
//! `PrivateKeyJwt`, or beside them (`manual::mutual_tls`, feature `mtls`).
//!
//! What a type cannot say holds all the same: codes live a minute at most, assertions and proofs by other algorithms than PS256, ES256 and
//! EdDSA are refused and not advertised, clients with secrets and public clients do not exist, whoever put them into the storage, and each
//! request names its `redirect_uri`, which is `http` only on a loopback host and of a client that is registered as a native application
//! (`application_type`; with [`Development`](crate::Development) of any). With `OpenId` the keys need not have RS256, and a client that registered no algorithm
//! gets ID tokens under the first of the server's. Tell your clients' developers:
//!
//! * register `jwks` or `jwks_uri`, and nothing secret; `aud` of your assertions is the issuer, as a string;
//! * push each request, then send the browser with `client_id` and `request_uri` alone;
//! * send a proof with each token request and with each call of an API, as the page about DPoP has it (`manual::dpop`, feature `jose`).
//!
//! TLS, its versions and its cipher suites (section 5.2 of the profile) are of whoever serves it. `CONFORMANCE.md` in the repository lists
//! the modules of the OpenID Foundation's plan, each with a test of its name; nobody has certified anything.
//!
//! # Trying it
//!
//! `cargo run -p example-server -- --samples --par` is a server with pushed requests, `--profile fapi2` one with the whole profile.
