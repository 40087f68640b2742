//! Step-up: an API that wants to be sure, and scopes that imply others.
//!
//! # A stronger sign-in, or a more recent one
//!
//! Reading notes is one thing, paying another. An API can ask that the person behind a token signed in with more than a password, or in the
//! last five minutes, and tell the client what to do if not (RFC 9470). The client begins an authorization with what the challenge says, the
//! person signs in once more, and the new token will do.
//!
//! ```text
//! HTTP/1.1 401 Unauthorized
//! WWW-Authenticate: Bearer realm="bank", error="insufficient_user_authentication",
//!   error_description="a different authentication level and more recent authentication are required", acr_values="phr", max_age="300"
//!
//! GET /authorize?response_type=code&client_id=app&scope=pay&acr_values=phr&max_age=300&..
//! ```
//!
//! # The API
//!
//! With axum it is a type beside the scope (feature `axum`):
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # mod with_axum {
//! use axum::{Router, routing::post};
//! use grantor::{Authorized, ResourceServer, TokenVerifier, required_authentication, required_scope};
//!
//! required_scope!(Pay = "pay");
//! required_authentication!(StrongAndRecent = acr "phr phrh", max_age 300);
//!
//! fn router<V: TokenVerifier>(server: ResourceServer<V>) -> Router {
//!     Router::new().route("/payments", post(pay::<V>)).with_state(server)
//! }
//!
//! async fn pay<V: TokenVerifier>(_: Authorized<V, Pay, StrongAndRecent>) -> &'static str {
//!     "paid"
//! }
//! # }
//! ```
//!
//! Elsewhere it is a value: [`ResourceServer::authenticate_as`](crate::ResourceServer::authenticate_as), or
//! `server.layer(scope).authentication(requirements)` with tower.
//!
//! ```
//! # async fn handle<V: grantor::TokenVerifier>(server: grantor::ResourceServer<V>, parts: http::request::Parts) -> Result<(), grantor::ResourceServerError> {
//! use grantor::{AuthenticationRequirements, Scope};
//!
//! let strong = AuthenticationRequirements::none().acr_values("phr phrh")?;
//! match server.authenticate_as(&parts, &Scope::empty(), &strong).await {
//!     Ok(claims) => println!("{:?} signed in with {:?}", claims.person(), claims.acr()),
//!     Err(challenge) => drop(challenge.to_response()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A token of which nobody knows how its person signed in will not do, nor will one behind which there is no person. A refresh changes
//! nothing: nobody proves anything in it. Ages are counted by the API's own clock; leave a few seconds for the way.
//!
//! # The server
//!
//! Tokens say how a person signed in if your approvals do: [`Approval::authenticated_at`](crate::Approval::authenticated_at),
//! [`acr`](crate::Approval::acr), [`amr`](crate::Approval::amr). Every server reads `max_age`, and refuses an approval of an older sign-in. What becomes
//! of `acr_values` you decide: a wish, or with [`StepUp`](crate::StepUp) something that is had or refused, so that no client comes back to the
//! API with another token that will not do.
//!
//! ```
//! use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, StepUp, issuer};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .enable(StepUp::new(["phr", "pwd"]))
//!     .build();
//! assert_eq!(server.metadata().document().acr_values_supported, ["phr", "pwd"]);
//! ```
//!
//! Where your [`Interaction`](crate::Interaction) finds a session, it asks the request twice before it goes on:
//!
//! ```
//! use grantor::{AuthorizationRequest, Needs, Timestamp};
//!
//! /// Which page is next for somebody who signed in then, and so.
//! fn next_page(request: &AuthorizationRequest, since: Timestamp, acr: &str) -> &'static str {
//!     if request.must_authenticate(Some(since)) {
//!         "/login"
//!     } else if request.must_step_up(Some(acr)) {
//!         // One of `request.required_acr()`; or `request.needs(Needs::OtherAuthentication)`, if the person has none of them.
//!         "/second-factor"
//!     } else {
//!         "/consent"
//!     }
//! }
//! # let _ = (next_page, Needs::OtherAuthentication);
//! ```
//!
//! What the names of classes mean is between you and your APIs; `phr` and `phrh` (resists phishing, and in hardware) are those of OpenID Connect
//! EAP ACR Values. With a challenge you tell whoever has a token what your API asks for: leave out of it what they need not know.
//!
//! # Scopes that imply others
//!
//! Who may write may read, and who is an administrator may do both. If your API asks for `read`, a token with `admin` should do; if a client
//! may have `admin`, it should get `read`. Say that once, and give it to both sides:
//!
//! ```
//! use grantor::{AuthorizationServer, ClientCredentials, Development, LocalVerifier, MemoryStore, OAuth21, ResourceServer, ScopeHierarchy, issuer};
//!
//! # fn main() -> Result<(), grantor::ScopeHierarchyError> {
//! // For each scope what it implies; what that implies is implied, too. A cycle is an error.
//! let scopes = ScopeHierarchy::new([("admin", "write audit"), ("write", "read")])?;
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .scope_hierarchy(scopes.clone())
//!     .grant(ClientCredentials::new())
//!     .build();
//! let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone());
//! let api = ResourceServer::new(verifier).scope_hierarchy(scopes);
//! # let _ = api;
//! # Ok(())
//! # }
//! ```
//!
//! | who | with `admin` |
//! |---|---|
//! | a client that registered it | may ask for `read` |
//! | a person who approves of it | approves of `write` as well, if that was asked for |
//! | a refresh of what was granted so | may ask for `read`, and for all again the next time |
//! | a token or an assertion with it, given for another token | may be given for one with `read`; a policy that leaves `write` of it leaves that |
//! | a stranger that registers with it where `write` is offered | gets `write` |
//! | an access token with it, where `write` lets strangers register | lets them in, and none of them gets `admin` or `write` |
//! | an API that knows `read write` of [its scope](super::several_apis) and nothing of `admin` | gets a token with `read write` |
//! | a resource server that asks for `read` | lets it in |
//!
//! Nothing implies `openid` and `offline_access`: whoever signs in to a client asks for it by name.
//!
//! The token itself says what was granted and no more: nothing is written into it that the person did not see. Challenges name what the API asks
//! for, since a client should have the least that will do.
