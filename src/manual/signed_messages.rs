//! Requests that clients sign, and responses that the server signs.
//!
//! An authorization request travels through a browser. Whoever can write there, such as an extension, changes it, and nobody can show later
//! what a client asked for. [Pushing it](super::high_value_apis) solves the first half. Signing it solves both, and the response can be signed
//! as well: then each side has something to keep that the other one cannot deny (FAPI 2.0 Message Signing). The features need the Cargo
//! feature `jose`.
//!
//! # Requests (JAR, RFC 9101)
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, PushedAuthorizationRequests, RequestObjects, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .enable(PushedAuthorizationRequests::new())
//!     .enable(RequestObjects::inline_keys())
//!     .build();
//! # let _ = server;
//! ```
//!
//! A client registers its public keys, as `jwks` or `jwks_uri`, whether it authenticates with them or not, and signs the parameters as the
//! claims of a JWT:
//!
//! ```json
//! { "iss": "app", "aud": "https://auth.example.com", "nbf": 1700000000, "exp": 1700000300,
//!   "client_id": "app", "response_type": "code", "redirect_uri": "https://app.example.com/callback",
//!   "scope": "payments", "state": "..", "code_challenge": "..", "code_challenge_method": "S256" }
//! ```
//!
//! It sends that as `request`, with its `client_id` beside it: to `/authorize`, or, better, to `/par`. What else is beside it is ignored.
//! [`RequestObjects`](crate::RequestObjects) has the whole list of what is accepted.
//!
//! | to insist | write | then |
//! |---|---|---|
//! | for one client | `"require_signed_request_object": true`, or [`require_signed_request_object`](crate::ClientBuilder::require_signed_request_object) | what comes in its name without a signature is `invalid_request`; a server without `RequestObjects` does not serve it |
//! | at the server | [`RequestObjects::required`](crate::RequestObjects::required) | so it is for all of them |
//! | on a short life | [`short_lived`](crate::RequestObjects::short_lived) | `nbf` and `exp` are there, within 60 minutes; always under [`Fapi2`](crate::Fapi2) |
//! | on one use | [`once`](crate::RequestObjects::once) | each `jti` is good once, at all instances; for requests that are pushed, since nobody could load a page again otherwise |
//!
//! With [`RequestObjects::new`](crate::RequestObjects::new) keys may also be at the client's `jwks_uri`, and a request object at a URL: as a
//! `request_uri` that the client registered among its `request_uris`. The server fetches such documents with its one
//! [fetcher](crate::Builder::fetcher), which does not go into your network; any other `request_uri` is refused without being asked.
//!
//! # Responses (JARM)
//!
//! ```
//! use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, Es256, Jarm, MemoryStore, OAuth21, SigningKeys, issuer};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .enable(SigningKeys::ephemeral().algorithm(Es256))
//!     .enable(Jarm::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! A client that asks with `response_mode=jwt` comes back with one parameter, `response`: a JWT with `iss`, its `client_id` as `aud`, an `exp`,
//! and what the response would have said, errors too. It verifies it with the keys at `/jwks`. `query.jwt`, `fragment.jwt` and
//! `form_post.jwt` say where it is.
//!
//! | to insist | write |
//! |---|---|
//! | for one client | `"response_modes": ["jwt"]`, or [`response_modes`](crate::ClientBuilder::response_modes): in others it is given nothing but errors |
//! | at the server | [`Jarm::required`](crate::Jarm::required) |
//! | on an algorithm | `authorization_signed_response_alg` in the client's record |
//!
//! # Introspection
//!
//! [`JwtIntrospection`](crate::JwtIntrospection) signs what the server says of a token (RFC 9701). With it the three parts of FAPI 2.0 Message
//! Signing are there, each for itself.
//!
//! # Keeping what was signed
//!
//! The library verifies and forgets: it keeps what was asked for, and not the JWT. Who has to show it later keeps the request as it came, in a
//! layer before the server, beside the response. Both have personal data in them (FAPI 2.0 Message Signing section 7).
