//! Coming from aioauth: how to do here what the Python library aioauth does.
//!
//! aioauth is a set of classes to which you give a storage object. It validates a request and calls your storage; your code
//! carries requests in and responses out. This library works the same way, and in three points not:
//!
//! * **What a server has is its type.** aioauth begins with everything and lets you take away at run time. Here nothing is there
//!   that you did not name, and a combination that makes no sense does not compile.
//! * **A code needs a person.** In aioauth one call turns a request into a code. Here the call gives you a valid request; your
//!   application signs a person in and decides, and the decision makes the code.
//! * **Steps that must not come apart are one call to the storage.** Redeeming a code and storing its tokens is one, replacing a
//!   refresh token is one. So two requests at the same moment cannot both succeed.
//!
//! # Before
//!
//! ```text
//! from aioauth.base.database import BaseDB
//! from aioauth.config import Settings
//! from aioauth.requests import Post, Query, Request
//! from aioauth.server import AuthorizationServer
//!
//! class DB(BaseDB):
//!     async def get_client(self, request, client_id, client_secret=None): ...
//!     async def create_authorization_code(self, request, client_id, scope, response_type, ...): ...
//!     async def get_authorization_code(self, request, client_id, code): ...
//!     async def delete_authorization_code(self, request, client_id, code): ...
//!     async def create_token(self, request, client_id, scope): ...
//!     async def get_token(self, request, client_id, access_token=None, refresh_token=None): ...
//!     async def revoke_token(self, request, refresh_token): ...
//!
//! server = AuthorizationServer(db=DB())
//!
//! async def token(http_request):
//!     request = Request(method="POST", headers=http_request.headers, url=str(http_request.url),
//!                       post=Post(**await http_request.form()), settings=Settings(TOKEN_EXPIRES_IN=600))
//!     response = await server.create_token_response(request)
//!     return to_http(response)
//!
//! async def authorize(http_request):
//!     request = Request(method="GET", url=str(http_request.url), query=Query(**http_request.query_params),
//!                       user=http_request.user)
//!     response = await server.create_authorization_response(request)
//!     return to_http(response)
//! ```
//!
//! # After
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use bytes::Bytes;
//! use grantor::{
//!     Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Code, Decision, Development, Interaction,
//!     Introspection, MemoryStore, OAuth21, RefreshToken, Revocation, Subject, issuer, lifetime, router_with,
//! };
//!
//! /// In the place of `request.user`.
//! struct People;
//!
//! impl<Sv: Sync> Interaction<Sv> for People {
//!     async fn decide(&self, _: &Sv, http: &http::Request<Bytes>, request: AuthorizationRequest) -> Decision {
//!         match signed_in(http.headers()) {
//!             Some(person) => request.approve(Approval::by(person)),
//!             None => request.deny(), // or show a page: see the chapter about login
//!         }
//!     }
//! }
//!
//! fn signed_in(_: &http::HeaderMap) -> Option<Subject> {
//!     // Your sessions.
//! #   None
//! }
//!
//! fn app() -> Router {
//!     let server = AuthorizationServer::builder()
//!         .profile(Development::<OAuth21>::new()) // because of the MemoryStore; drop it with a durable one
//!         .issuer(issuer!("https://auth.example.com"))
//!         .storage(MemoryStore::new()) // in the place of DB
//!         .access_token_lifetime(lifetime!(AccessTokenLifetime, 600))
//!         .grant(AuthorizationCode::new())
//!         .grant(RefreshToken::new())
//!         .response_type(Code)
//!         .enable(Introspection::new())
//!         .enable(Revocation::new())
//!         .build();
//!     router_with(Arc::new(server), People)
//! }
//! # let _ = app();
//! ```
//!
//! The chapter about login is [`login_and_consent`](super::login_and_consent); what takes the place of `BaseDB` is in
//! [`storage`](super::storage).
//!
//! ## All that aioauth enables by default
//!
//! The password grant, the implicit grant, clients without PKCE and the `plain` method are for legacy clients. Each has to be
//! asked for, under the profile [`Rfc6749`](crate::Rfc6749):
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, ClientCredentials, Code, Development, Implicit, Introspection, MemoryStore,
//!     Password, RefreshToken, ResourceOwnerAuthenticator, Rfc6749, StoreError, Subject, Token, issuer,
//! };
//!
//! /// In the place of `BaseDB.authenticate`.
//! struct Users;
//!
//! impl ResourceOwnerAuthenticator for Users {
//!     async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
//! #       let is_right = |_: &str, _: &str| false;
//!         Ok(if is_right(username, password) { Subject::new(username).ok() } else { None })
//!     }
//! }
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<Rfc6749>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new().pkce_optional().pkce_plain())
//!     .grant(RefreshToken::new())
//!     .grant(ClientCredentials::new())
//!     .grant(Password::new(Users))
//!     .grant(Implicit::new())
//!     .response_type(Code)
//!     .response_type(Token)
//!     .enable(Introspection::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! # What behaves differently on purpose
//!
//! A client that was written for aioauth may notice these. Ids such as D-25 name defects of aioauth, versions 0.1.6 to 2.0.1,
//! which were found by running it; they are [listed](#defects) at the end.
//!
//! * **Errors at the authorization endpoint** are redirects, once client and redirect URI are known to be good, and pages before
//!   that. They were JSON in 0.1.6, and in later versions redirects to anywhere (D-01).
//! * **Unknown clients and wrong secrets** are 401 `invalid_client` at the token endpoint, where 0.1.6 said 400
//!   `invalid_request`.
//! * **The error's text** is in `error_description` (D-65), and codes that nobody registered are gone (D-69).
//! * **PKCE is required**, with `S256` (D-22), unless the chain says otherwise.
//! * **A code is bound** to the redirect URI, the client, the scope that was approved and the challenge, and is good once (D-17,
//!   D-25, D-26, D-30).
//! * **A replayed code or refresh token** ends the session that it belongs to (D-27, D-44). Within five seconds a refresh token
//!   may come twice, for the sake of lost responses.
//! * **Refresh tokens** are issued to clients that registered the `refresh_token` grant, and neither with client credentials nor
//!   in the implicit grant (D-49, D-50).
//! * **Access tokens** live 10 minutes, not 24 hours; codes one minute, not five.
//! * **`exp`** in introspection is a moment, and **`refresh_token_expires_in`** a number of seconds. In 0.1.6 it was the other
//!   way round.
//! * **A public client** has no secret. One whose secret is the empty string does not exist (D-34, D-35).
//! * **A scope that was not granted** is refused when refreshing, in place of a token that may do nothing (D-47).
//! * **A request with two client authentication methods, or a repeated parameter,** is refused (D-36, D-71); unknown parameters
//!   are ignored (D-72).
//! * **The storage sees hashes** (D-29), and the log sees no secrets (D-68).
//!
//! # Row by row
//!
//! One row for each thing that the manual of aioauth 0.1.6 offers.
//!
//! ## The server
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | SRV-01 | `AuthorizationServer(db)` | [`AuthorizationServer::builder`](crate::AuthorizationServer::builder) | A chain, with one method for each decision. Storage alone is not enough: issuer, grants and response types are named, and checked by the compiler. |
//! | SRV-02 | `create_token_response(request)` | [`AuthorizationServer::token`](crate::AuthorizationServer::token), [`TokenEndpoint::handle`](crate::TokenEndpoint::handle) | At `/token` unless [`Endpoints`](crate::Endpoints) says otherwise. |
//! | SRV-03 | `create_authorization_response(request)` | [`AuthorizationServer::authorization`](crate::AuthorizationServer::authorization), [`AuthorizationEndpoint::handle`](crate::AuthorizationEndpoint::handle), [`AuthorizationEndpoint::complete`](crate::AuthorizationEndpoint::complete) | Two steps: validation gives an [`AuthorizationRequest`](crate::AuthorizationRequest), and only a decision about it makes a code. A call that issues a code to nobody in particular does not exist (D-02). |
//! | SRV-04 | `create_token_introspection_response(request)` | [`AuthorizationServer::introspection`](crate::AuthorizationServer::introspection), [`IntrospectionEndpoint::handle`](crate::IntrospectionEndpoint::handle) | Exists if [`Introspection`](crate::Introspection) is enabled. The caller's secret is checked; 0.1.6 ignored it. Access and refresh tokens are found, with or without a hint (D-56). |
//! | SRV-05 | request and response adapters, written by the user | [`http::Request`] and [`http::Response`] over [`Bytes`](bytes::Bytes); [`OAuthService`](crate::OAuthService), [`router_with`](crate::router_with) | The types of the ecosystem, so there is nothing to convert. All endpoints in one value: [`OAuthService::answer`](crate::OAuthService::answer). |
//! | SRV-06 | every error and exception becomes a `Response` | `handle` returns a response, never an error; [`OAuthError`](crate::OAuthError), [`StoreError`](crate::StoreError) | A storage that fails is a 500 `server_error`, or a 503 if it is only unavailable. A panic in code of the application is not caught. |
//! | SRV-07 | success: code, scope and state in the query | [`Code`](crate::Code), [`ResponseMode::Query`](crate::ResponseMode::Query) | Also `iss` (RFC 9207). `state` only if it was sent; 0.1.6 sent it empty. |
//! | SRV-08 | implicit success: token and state in the fragment | [`Token`](crate::Token), [`ResponseMode::Fragment`](crate::ResponseMode::Fragment) | No refresh token (D-50). Errors go into the fragment too (D-03). |
//!
//! ## Storage
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | DB-01 | `create_token(request, client_id, scope)` | [`Issue::access_token`](crate::storage::Issue::access_token), [`Issue::refresh_token`](crate::storage::Issue::refresh_token) in [`FamilyStore::begin_family`](crate::FamilyStore::begin_family), [`AuthorizationCodeStore::redeem_code`](crate::AuthorizationCodeStore::redeem_code), [`RefreshTokenStore::rotate_refresh_token`](crate::RefreshTokenStore::rotate_refresh_token) | The library makes tokens; the store keeps their hashes (D-29), in the step that makes them valid (D-26, D-46). |
//! | DB-02 | `get_token(request, client_id, access_token, refresh_token)` | [`AccessTokenStore::find_access_token`](crate::AccessTokenStore::find_access_token), [`RefreshTokenStore::find_refresh_token`](crate::RefreshTokenStore::find_refresh_token) | Two methods, one key each, so no `None` can match a row (D-64). Whose token it is, the library checks (D-30). |
//! | DB-03 | `create_authorization_code(..)` | [`Issue::code`](crate::storage::Issue::code) in [`FamilyStore::begin_family`](crate::FamilyStore::begin_family) | Challenge, method, redirect URI, scope and response type are in [`CodeDetails`](crate::storage::CodeDetails), which the store keeps verbatim. |
//! | DB-04 | `get_client(request, client_id, client_secret)` | [`ClientStore::client`](crate::ClientStore::client) | The store looks up and compares nothing: the library verifies the [`SecretHash`](crate::SecretHash), in constant time (D-39). |
//! | DB-05 | `authenticate(request)` | [`ResourceOwnerAuthenticator::authenticate`](crate::ResourceOwnerAuthenticator::authenticate) | Belongs to the grant, [`Password::new`](crate::Password::new), not to the storage. Says who it is, not only that it is right (D-31). |
//! | DB-06 | `get_authorization_code(request, client_id, code)` | [`AuthorizationCodeStore::find_code`](crate::AuthorizationCodeStore::find_code) | Changes nothing. |
//! | DB-07 | `delete_authorization_code(request, client_id, code)` | [`AuthorizationCodeStore::redeem_code`](crate::AuthorizationCodeStore::redeem_code) | One atomic step with the tokens, and for one caller only (D-26). The row stays as a tombstone, so a replay is noticed and revokes the tokens (D-27). |
//! | DB-08 | `revoke_token(request, refresh_token)` | [`FamilyStore::revoke_family`](crate::FamilyStore::revoke_family), [`AccessTokenStore::revoke_access_token`](crate::AccessTokenStore::revoke_access_token) | The record is kept. Revoking a family revokes all that descends from one authorization (D-44). |
//! | DB-09 | token shape: 42, 48 and 48 alphanumeric characters | 47 characters of base64url: the second, and 256 random bits; [`TokenHash::of`](crate::TokenHash::of) | One shape for tokens and codes. Lifetimes are in the records: [`TokenRecord`](crate::storage::TokenRecord). |
//! | DB-10 | an unimplemented method raises, and becomes `server_error` | a missing trait is a compile error; [`StoreError::failed`](crate::StoreError::failed) | The compiler names the trait. |
//! | DB-11 | methods that no grant uses may be left out | one trait for each capability: [`ClientStore`](crate::ClientStore), [`AuthorizationCodeStore`](crate::AuthorizationCodeStore), [`AccessTokenStore`](crate::AccessTokenStore), [`RefreshTokenStore`](crate::RefreshTokenStore), [`PendingStore`](crate::PendingStore) | See [`manual::storage`](super::storage). |
//!
//! ## Registry
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | REG-01 | `response_type` map | [`Builder::response_type`](crate::Builder::response_type), [`AuthorizationServer::RESPONSE_TYPES`](crate::AuthorizationServer::RESPONSE_TYPES) | A list in the type of the server. Empty by default. |
//! | REG-02 | `grant_type` map | [`Builder::grant`](crate::Builder::grant), [`AuthorizationServer::GRANT_TYPES`](crate::AuthorizationServer::GRANT_TYPES) | The same. |
//! | REG-03 | `register(endpoint_type, server, endpoint_cls)` | [`extension_grant!`](crate::extension_grant!) with [`Grant`](crate::Grant); [`extension_response_type!`](crate::extension_response_type!) with [`Respond`](crate::Respond) | Per server, not for all servers of the process. To replace a built-in one, put your own type with its name into the chain ([`wire_name!`](crate::wire_name!), [`GrantType`](crate::GrantType)); it may call the built-in one. |
//! | REG-04 | `unregister(endpoint_type, server)` | leave it out of the chain, or [`Builder::grant`](crate::Builder::grant) with an `Option` | `None` is refused with `unsupported_grant_type` and not advertised. A response type goes with its grant: `code` with [`AuthorizationCode`](crate::AuthorizationCode), `token` with [`Implicit`](crate::Implicit). |
//!
//! ## Request validator
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | VAL-01 | `allowed_methods` | fixed at each endpoint | POST at token, introspection and revocation; GET and POST at authorization; GET and HEAD at metadata. |
//! | VAL-02 | `validate_request(request)` | the first thing that each `handle` does | First the method, then the transport: see [`Transport`](crate::Transport). |
//! | VAL-03 | 405 carries `allow` | 405 with `Allow` | Names `OPTIONS` as well, which is answered. |
//!
//! ## Settings
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | SET-01 | `TOKEN_EXPIRES_IN`, 24 hours | [`Builder::access_token_lifetime`](crate::Builder::access_token_lifetime), [`RefreshToken::lifetime`](crate::RefreshToken::lifetime) | 10 minutes, and 14 days for refresh tokens; the second no longer follows from the first. Also per client and per token. |
//! | SET-02 | `AUTHORIZATION_CODE_EXPIRES_IN`, 5 minutes | [`AuthorizationCode::code_lifetime`](crate::AuthorizationCode::code_lifetime) | 1 minute, at most 10 (RFC 6749 section 4.1.2). Fixed when the code is issued. |
//! | SET-03 | `INSECURE_TRANSPORT` | [`Development`](crate::Development) with [`loopback_issuer!`](crate::loopback_issuer!); [`Transport`](crate::Transport) | In development, on a loopback address. Elsewhere the application says how a request arrived; no header does (D-40). |
//! | SET-04 | `ERROR_URI` | [`Builder::error_uri`](crate::Builder::error_uri), [`ErrorUri`](crate::ErrorUri) | The code is appended to the base. It really is sent, and the same everywhere (D-65, D-66). |
//! | SET-05 | `AVAILABLE` | [`AuthorizationServer::set_available`](crate::AuthorizationServer::set_available) | Status 503, not 400 (D-70). At the authorization endpoint a redirect with `state`, once client and redirect URI are valid (D-01, D-12). |
//!
//! ## Constants
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | HDR-01 | `default_headers` | on each response with a body of the token and introspection endpoints | Made for each response, so one cannot change another (D-67). Redirects with codes and tokens have them too (D-15). |
//! | HDR-02 | also on JSON errors | on each JSON error, also on 401 | 0.1.6 lost them on failures of the Basic header. |
//!
//! ## Errors
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | ERR-01 | `MethodNotAllowedError` | status 405 with `Allow` | No body: `method_is_not_allowed` is not a registered code (D-69). |
//! | ERR-02 | `InvalidRequestError` | [`ErrorCode::InvalidRequest`](crate::ErrorCode::InvalidRequest) | The same. |
//! | ERR-03 | `InvalidClientError` | [`ErrorCode::InvalidClient`](crate::ErrorCode::InvalidClient) | Always with a valid `WWW-Authenticate` (D-41). Never at the authorization endpoint, where a browser would ask for a password (D-09). |
//! | ERR-04 | `InsecureTransportError` | [`ErrorCode::InvalidRequest`](crate::ErrorCode::InvalidRequest) | `insecure_transport` is not a registered code (D-69). |
//! | ERR-05 | `UnsupportedGrantTypeError` | [`ErrorCode::UnsupportedGrantType`](crate::ErrorCode::UnsupportedGrantType) | After the client is authenticated (D-42). |
//! | ERR-06 | `UnsupportedResponseTypeError` | [`ErrorCode::UnsupportedResponseType`](crate::ErrorCode::UnsupportedResponseType) | By redirect. |
//! | ERR-07 | `InvalidGrantError` | [`ErrorCode::InvalidGrant`](crate::ErrorCode::InvalidGrant) | The same. |
//! | ERR-08 | `MismatchingStateError` | [`ErrorCode::InvalidGrant`](crate::ErrorCode::InvalidGrant) | For a verifier that does not match (RFC 7636 section 4.6); `mismatching_state` is not a registered code (D-18, D-69). |
//! | ERR-09 | `UnauthorizedClientError` | [`ErrorCode::UnauthorizedClient`](crate::ErrorCode::UnauthorizedClient) | Also for a response type that the client may not use (D-10). |
//! | ERR-10 | `InvalidScopeError` | [`ErrorCode::InvalidScope`](crate::ErrorCode::InvalidScope) | The same. |
//! | ERR-11 | `ServerError` | [`ErrorCode::ServerError`](crate::ErrorCode::ServerError) | Status 500 (D-70); by redirect once the redirect URI is valid (D-14). |
//! | ERR-12 | `TemporarilyUnavailableError` | [`ErrorCode::TemporarilyUnavailable`](crate::ErrorCode::TemporarilyUnavailable) | Status 503 with `Retry-After` (D-70). |
//! | ERR-13 | description and headers, overridable per raise | [`OAuthError::new`](crate::OAuthError::new), [`OAuthError::header`](crate::OAuthError::header), [`OAuthError::retry_in`](crate::OAuthError::retry_in) | Headers travel with an error that is sent as JSON. `Content-Type` and `Cache-Control` stay those of the library. |
//! | ERR-14 | status 400 where none is given | [`OAuthError::status`](crate::OAuthError::status) | 401, 500 and 503 for the codes above, else 400; also for [`ErrorCode::extension`](crate::ErrorCode::extension). |
//!
//! ## Grant types
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | GT-01 | `GrantTypeBase`, POST only | [`GrantType`](crate::GrantType), [`Grant`](crate::Grant) | The endpoint takes POST only, so a grant cannot get it wrong. |
//! | GT-02 | base `validate_request` returns the client | [`TokenContext::client`](crate::TokenContext::client) | When a grant is called, the client is authenticated and may use it. |
//! | GT-03 | base `create_token_response` | [`Grant::decide`](crate::Grant::decide), [`Granted`](crate::Granted) | A grant decides what is granted; the library makes, stores and writes the tokens. |
//! | GT-04 | `get_client_credentials` | [`ClientAuthenticationMethod`](crate::ClientAuthenticationMethod) | Basic header, or body, or none; two at once are refused (D-36, D-37), and an empty secret proves nothing (D-34). For HTTP of your own: [`TokenRequest`](crate::TokenRequest), [`TokenEndpoint::exchange`](crate::TokenEndpoint::exchange), and for the answer [`TokenResponse::to_response`](crate::TokenResponse::to_response) or [`TokenEndpoint::error_response`](crate::TokenEndpoint::error_response). |
//! | GT-05 | `AuthorizationCodeGrantType` | [`AuthorizationCode`](crate::AuthorizationCode) | Look up, validate, then redeem. PKCE is required unless [`AuthorizationCode::pkce_optional`](crate::AuthorizationCode::pkce_optional) (D-22). |
//! | GT-06 | `redirect_uri` required and registered | [`AuthorizationCode`](crate::AuthorizationCode) | Must be that of the authorization request: another one of the client is `invalid_grant` (D-25). May be left out where PKCE is required and the code is bound by it (OAuth 2.1). |
//! | GT-07 | unknown or expired code: `invalid_grant` | [`ErrorCode::InvalidGrant`](crate::ErrorCode::InvalidGrant) | One text for both; a code that is expired says nothing about its verifier (D-24). |
//! | GT-08 | verifier required if a challenge was stored | [`CodeChallenge::verify`](crate::CodeChallenge::verify) | A challenge without method counts as `plain` and is verified (D-17). A verifier without challenge is refused (D-19). |
//! | GT-09 | `PasswordGrantType` | [`Password`](crate::Password) | Only under [`Rfc6749`](crate::Rfc6749). Wrong credentials are `invalid_grant` (D-51), missing ones `invalid_request`. |
//! | GT-10 | `RefreshTokenGrantType` | [`RefreshToken`](crate::RefreshToken) | Of many at once one wins (D-45). A replay revokes the family (D-44). More scope than granted is `invalid_scope` (D-47); less narrows this access token only (D-48). |
//! | GT-11 | `ClientCredentialsGrantType` | [`ClientCredentials`](crate::ClientCredentials) | Confidential clients only (D-34), and no refresh token (D-49). |
//! | GT-12 | `grant_type` of each class | [`WireName::NAME`](crate::WireName::NAME) | The same four names. |
//!
//! ## Response types
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | RT-01 | `ResponseTypeBase` | [`ResponseType`](crate::ResponseType), [`Respond`](crate::Respond) | An unknown one is `unsupported_response_type`. |
//! | RT-02 | GET only | [`AuthorizationEndpoint::handle`](crate::AuthorizationEndpoint::handle) | GET with a query, or POST with a form (D-08). |
//! | RT-03 | `code_challenge_methods`: plain and S256 | [`CodeChallengeMethod`](crate::CodeChallengeMethod), [`AuthorizationCode::pkce_plain`](crate::AuthorizationCode::pkce_plain) | `S256` only, unless `plain` is asked for (D-22). Challenges are checked for their form (D-21). |
//! | RT-04 | base `validate_request`, needs `request.user` | [`AuthorizationEndpoint::handle`](crate::AuthorizationEndpoint::handle), [`Interaction::decide`](crate::Interaction::decide) | Without a signed-in person there is no decision, and no code (D-02). A missing sign-in is a question to the application, not a 401. |
//! | RT-05 | base `create_authorization_response`: validates only | [`Authorization::Interact`](crate::Authorization::Interact) | The valid request, as a value. |
//! | RT-06 | `ResponseTypeToken` | [`Token`](crate::Token) with [`Implicit`](crate::Implicit) | Only under [`Rfc6749`](crate::Rfc6749). No refresh token (D-50). |
//! | RT-07 | `ResponseTypeAuthorizationCode` | [`Code`](crate::Code) with [`AuthorizationCode`](crate::AuthorizationCode) | One without the other does not compile. |
//!
//! ## Models
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | MOD-01 | `Client.client_id` | [`Client::id`](crate::Client::id), [`ClientId`](crate::ClientId) | The same. |
//! | MOD-02 | `Client.client_secret` | [`Client::secret_hash`](crate::Client::secret_hash), [`Client::confidential`](crate::Client::confidential) | Kept as a hash. A client without secret is [`Client::public`](crate::Client::public), not one with an empty secret (D-35). |
//! | MOD-03 | `Client.grant_types` | [`Client::grant_types`](crate::Client::grant_types) | The same. |
//! | MOD-04 | `Client.redirect_uris` | [`Client::redirect_uris`](crate::Client::redirect_uris), [`RedirectUri`](crate::RedirectUri) | Checked when the client is built. |
//! | MOD-05 | `Client.scope` | [`Client::scope`](crate::Client::scope) | Also [`Client::default_scope`](crate::Client::default_scope), for requests that name none (D-52). |
//! | MOD-06 | `Client.response_types` | [`Client::response_types`](crate::Client::response_types) | The same. |
//! | MOD-07 | `check_redirect_uri(uri)` | [`RedirectUri::matches`](crate::RedirectUri::matches) | Byte by byte; only the port of a loopback host may differ (RFC 8252 section 7.3, RFC 9700 section 4.1.3). |
//! | MOD-08 | `check_grant_type(g)` | [`Client::may_use_grant`](crate::Client::may_use_grant) | The same. |
//! | MOD-09 | `check_response_type(r)` | [`Client::may_use_response_type`](crate::Client::may_use_response_type) | The order of the words does not matter. |
//! | MOD-10 | `get_allowed_scope(scope)` | [`Scope::intersection`](crate::Scope::intersection) | The same. |
//! | MOD-11 | `check_scope(scope)` | [`Scope::is_subset_of`](crate::Scope::is_subset_of) | A malformed scope is refused before that (D-74). |
//! | MOD-12a | `AuthorizationCode.code` | [`CodeRecord::hash`](crate::storage::CodeRecord::hash) | The hash (D-29). |
//! | MOD-12b | `AuthorizationCode.client_id` | [`CodeRecord::client_id`](crate::storage::CodeRecord::client_id) | Compared by the library (D-30). |
//! | MOD-12c | `AuthorizationCode.redirect_uri` | in [`CodeRecord::details`](crate::storage::CodeRecord::details) | Compared by the library (D-25). |
//! | MOD-12d | `AuthorizationCode.response_type` | in [`CodeRecord::details`](crate::storage::CodeRecord::details) | The same. |
//! | MOD-12e | `AuthorizationCode.scope` | in [`CodeRecord::details`](crate::storage::CodeRecord::details) | Where the tokens' scope comes from. 0.1.6 took that from the token request. |
//! | MOD-12f | `AuthorizationCode.auth_time` | [`Approval::authenticated_at`](crate::Approval::authenticated_at), [`CodeRecord::expires_at`](crate::storage::CodeRecord::expires_at) | Two things that were one: when the person proved who they are (introspection and JWTs say it as `auth_time`), and when the code ends. |
//! | MOD-13a | `AuthorizationCode.code_challenge` | [`CodeChallenge`](crate::CodeChallenge), in [`CodeRecord::details`](crate::storage::CodeRecord::details) | The same. |
//! | MOD-13b | `AuthorizationCode.code_challenge_method` | [`CodeChallenge::method`](crate::CodeChallenge::method) | Always there, so a challenge is always verified (D-17). |
//! | MOD-13c | `AuthorizationCode.nonce` | [`AuthorizationRequest::parameter`](crate::AuthorizationRequest::parameter) | No flow of 0.1.6 filled it. Here the application sees it, also after `suspend`; and it is kept with the code, where nothing reads it yet: it belongs to OpenID Connect. |
//! | MOD-14 | `check_code_challenge(verifier)` | [`CodeChallenge::verify`](crate::CodeChallenge::verify) | In constant time. Takes a [`CodeVerifier`](crate::CodeVerifier), whose length and characters were checked (D-21, D-23). |
//! | MOD-15 | `AuthorizationCode.is_expired(request)` | [`CodeRecord::expires_at`](crate::storage::CodeRecord::expires_at) | Valid while `now < expires_at`, so not in the exact last second (D-55). |
//! | MOD-16a | `Token.access_token` | [`TokenRecord::hash`](crate::storage::TokenRecord::hash) | The hash (D-29). The text is in [`TokenResponse::access_token`](crate::TokenResponse::access_token), once. |
//! | MOD-16b | `Token.refresh_token` | [`TokenRecord::hash`](crate::storage::TokenRecord::hash) of a record of its own | Access and refresh tokens are two records of one family. |
//! | MOD-16c | `Token.scope` | in [`TokenRecord::details`](crate::storage::TokenRecord::details); [`TokenClaims::scope`](crate::TokenClaims::scope) | The same. |
//! | MOD-16d | `Token.issued_at` | [`TokenRecord::issued_at`](crate::storage::TokenRecord::issued_at) | The same. |
//! | MOD-16e | `Token.expires_in` | [`TokenRecord::expires_at`](crate::storage::TokenRecord::expires_at), [`TokenResponse::expires_in`](crate::TokenResponse::expires_in) | Kept as the moment, sent as seconds. |
//! | MOD-16f | `Token.client_id` | [`TokenRecord::client_id`](crate::storage::TokenRecord::client_id) | The same. |
//! | MOD-17 | `Token.token_type` | [`TokenClaims::token_type`](crate::TokenClaims::token_type) | `Bearer`. |
//! | MOD-18 | `Token.revoked` | [`FoundToken::revoked`](crate::storage::FoundToken::revoked), [`FamilyState::revoked`](crate::storage::FamilyState::revoked) | Of the token itself, and of its family. |
//! | MOD-19 | `Token.is_expired(request)` | [`FoundToken::is_active`](crate::storage::FoundToken::is_active) | Asks for revocation and rotation too. |
//! | MOD-20 | `Token.token_expires_in` | [`TokenRecord::expires_at`](crate::storage::TokenRecord::expires_at) | The same. |
//! | MOD-21 | `Token.refresh_token_expires_in` | [`TokenRecord::expires_at`](crate::storage::TokenRecord::expires_at) of the refresh token | In the token response it is seconds. In 0.1.6 the absolute time leaked into it. |
//! | MOD-22 | `Token.refresh_token_expired` | [`FoundToken::is_active`](crate::storage::FoundToken::is_active) of the refresh token | Independent of the access token's end (D-57). |
//!
//! ## Requests
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | REQ-01a | `Query.client_id` | [`AuthorizationRequest::client`](crate::AuthorizationRequest::client) | Missing or unknown: a page and no redirect (D-09). |
//! | REQ-01b | `Query.redirect_uri` | [`AuthorizationRequest::redirect_uri`](crate::AuthorizationRequest::redirect_uri) | May be left out if the client has registered exactly one (D-16). Not registered: a page and no redirect (D-01). |
//! | REQ-01c | `Query.response_type` | [`AuthorizationRequest::response_type`](crate::AuthorizationRequest::response_type) | Empty counts as missing (D-13). |
//! | REQ-01d | `Query.state` | kept in the request, and returned | Unchanged, with each success and each error that redirects (D-07, D-12). |
//! | REQ-01e | `Query.scope` | [`AuthorizationRequest::scope`](crate::AuthorizationRequest::scope) | Left out, it is the client's default (D-52). |
//! | REQ-01f | `Query.code_challenge_method` | [`CodeChallengeMethod`](crate::CodeChallengeMethod) | The same. |
//! | REQ-01g | `Query.code_challenge` | [`CodeChallenge`](crate::CodeChallenge) | The same. |
//! | REQ-02a | `Post.grant_type` | [`Builder::grant`](crate::Builder::grant) decides who answers it | Missing: `invalid_request`. |
//! | REQ-02b | `Post.client_id` | [`ClientAuthenticationMethod::None`](crate::ClientAuthenticationMethod::None), [`ClientAuthenticationMethod::ClientSecretPost`](crate::ClientAuthenticationMethod::ClientSecretPost) | One that contradicts the Basic header is refused (D-36). |
//! | REQ-02c | `Post.client_secret` | [`ClientAuthenticationMethod::ClientSecretPost`](crate::ClientAuthenticationMethod::ClientSecretPost) | The same. |
//! | REQ-02d | `Post.redirect_uri` | [`AuthorizationCode`](crate::AuthorizationCode) | See GT-06. |
//! | REQ-02e | `Post.scope` | [`TokenContext::scope`](crate::TokenContext::scope) | With a code it has no effect: the person approved a scope, and that is it. |
//! | REQ-02f | `Post.username` | [`ResourceOwnerAuthenticator::authenticate`](crate::ResourceOwnerAuthenticator::authenticate) | The same. |
//! | REQ-02g | `Post.password` | [`ResourceOwnerAuthenticator::authenticate`](crate::ResourceOwnerAuthenticator::authenticate) | The same. |
//! | REQ-02h | `Post.refresh_token` | [`RefreshToken`](crate::RefreshToken) | The same. |
//! | REQ-02i | `Post.code` | [`AuthorizationCode`](crate::AuthorizationCode) | The same. |
//! | REQ-02j | `Post.token` | [`IntrospectionEndpoint::handle`](crate::IntrospectionEndpoint::handle), [`RevocationEndpoint::handle`](crate::RevocationEndpoint::handle) | Missing: `invalid_request` (D-59). |
//! | REQ-02k | `Post.code_verifier` | [`CodeVerifier`](crate::CodeVerifier) | The same. |
//! | REQ-03a | `Request.method` | [`http::Request::method`] | The same. |
//! | REQ-03b | `Request.headers` | [`http::Request::headers`] | The same. |
//! | REQ-03c | `Request.query` | [`http::Request::uri`], [`Parameters`](crate::Parameters) | Unknown parameters are ignored (D-72), repeated ones refused (D-71), as are bytes that are no text. |
//! | REQ-03d | `Request.post` | [`http::Request::body`], [`Parameters`](crate::Parameters) | Must be a form by its content type (D-73). An extension grant sees all with [`TokenContext::parameters`](crate::TokenContext::parameters). |
//! | REQ-03e | `Request.url` | [`Transport`](crate::Transport), [`Builder::issuer`](crate::Builder::issuer) | The request is not asked where it is; see [`manual::behind_a_proxy`](super::behind_a_proxy). |
//! | REQ-03f | `Request.user` | [`Approval::by`](crate::Approval::by), [`Subject`](crate::Subject) | The identifier of the person, which descends from code to token to refresh token (D-31). |
//! | REQ-03g | `Request.settings` | one [`AuthorizationServer`](crate::AuthorizationServer) for each tenant; [`Client::access_token_lifetime`](crate::Client::access_token_lifetime); [`Granted::access_token_lifetime`](crate::Granted::access_token_lifetime) | Servers are cheap and share a storage: the issuer is part of every key. |
//!
//! ## Responses
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | RSP-01a | `ErrorResponse.error` | [`OAuthError::code`](crate::OAuthError::code) | The same. |
//! | RSP-01b | `ErrorResponse.description` | [`OAuthError::description`](crate::OAuthError::description) | In JSON `error_description`, the name of the RFC (D-65). |
//! | RSP-01c | `ErrorResponse.error_uri` | [`Builder::error_uri`](crate::Builder::error_uri) | Left out if not set (D-66). |
//! | RSP-02a | `AuthorizationCodeResponse.code` | [`ResponseType::CarriesCode`](crate::ResponseType::CarriesCode) | The same. |
//! | RSP-02b | `AuthorizationCodeResponse.scope` | inside | Left out if empty. |
//! | RSP-03a | `TokenResponse.expires_in` | [`TokenResponse::expires_in`](crate::TokenResponse::expires_in) | The same. |
//! | RSP-03b | `TokenResponse.refresh_token_expires_in` | [`TokenResponse::refresh_token_expires_in`](crate::TokenResponse::refresh_token_expires_in) | Seconds from now; 0.1.6 sent the absolute time. Left out if there is no refresh token. |
//! | RSP-03c | `TokenResponse.access_token` | [`TokenResponse::access_token`](crate::TokenResponse::access_token) | The same. |
//! | RSP-03d | `TokenResponse.refresh_token` | [`TokenResponse::refresh_token`](crate::TokenResponse::refresh_token) | Left out if there is none (D-53). There is one if the grant issues them and the client may use the refresh grant (D-49). |
//! | RSP-03e | `TokenResponse.scope` | [`TokenResponse::scope`](crate::TokenResponse::scope) | Left out if empty. |
//! | RSP-03f | `TokenResponse.token_type` | in the JSON of [`TokenResponse`](crate::TokenResponse) | `Bearer`. |
//! | RSP-04a | `TokenActiveIntrospectionResponse.scope` | [`TokenClaims::scope`](crate::TokenClaims::scope) | The same. |
//! | RSP-04b | `TokenActiveIntrospectionResponse.client_id` | [`TokenClaims::client_id`](crate::TokenClaims::client_id) | The same. |
//! | RSP-04c | `TokenActiveIntrospectionResponse.exp` | [`TokenClaims::expires_at`](crate::TokenClaims::expires_at) | The moment, as RFC 7662 section 2.2 has it; 0.1.6 sent the lifetime. With `iat`, `sub`, `aud`, `iss` and more (D-58). |
//! | RSP-04d | `TokenActiveIntrospectionResponse.active` | [`TokenVerifier::verify`](crate::TokenVerifier::verify) gives `Some` | The same. |
//! | RSP-05 | `TokenInactiveIntrospectionResponse.active` | [`TokenVerifier::verify`](crate::TokenVerifier::verify) gives `None` | On the wire the only member. A token that the caller may not see looks the same (D-60). |
//! | RSP-06a | `Response.content` | [`http::Response::body`] | The same. |
//! | RSP-06b | `Response.status_code` | [`http::Response::status`] | The same. |
//! | RSP-06c | `Response.headers` | [`http::Response::headers_mut`] | Of this response alone (D-67). |
//!
//! ## Structures
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | STR-01 | `CaseInsensitiveDict` | [`http::HeaderMap`] | The same. |
//! | STR-02 | `in` and `del` stay case-sensitive | [`http::HeaderMap::contains_key`], [`http::HeaderMap::remove`] | In any case of letters. |
//!
//! ## Types
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | TYP-01 | `ErrorType` | [`ErrorCode`](crate::ErrorCode) | Without the three that are not registered (D-69), with `access_denied`, and open: [`ErrorCode::extension`](crate::ErrorCode::extension). |
//! | TYP-02 | `GrantType` | [`AuthorizationCode`](crate::AuthorizationCode), [`Password`](crate::Password), [`ClientCredentials`](crate::ClientCredentials), [`RefreshToken`](crate::RefreshToken) | Types, not strings. |
//! | TYP-03 | `ResponseType` | [`Token`](crate::Token), [`Code`](crate::Code) | Also [`CodeToken`](crate::CodeToken) and [`Nothing`](crate::Nothing). |
//! | TYP-04 | `EndpointType` | [`Builder::grant`](crate::Builder::grant), [`Builder::response_type`](crate::Builder::response_type) | Two methods in place of an argument. |
//! | TYP-05 | `RequestMethod` | [`http::Method`] | The same. |
//! | TYP-06 | `CodeChallengeMethod` | [`CodeChallengeMethod::Plain`](crate::CodeChallengeMethod::Plain), [`CodeChallengeMethod::S256`](crate::CodeChallengeMethod::S256) | The same. |
//! | TYP-07 | members are their strings | [`ErrorCode::as_str`](crate::ErrorCode::as_str), [`CodeChallengeMethod::as_str`](crate::CodeChallengeMethod::as_str), [`WireName::NAME`](crate::WireName::NAME) | An unknown string leads to the error of the RFC. |
//!
//! ## Utils
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | UTL-01 | `is_secure_transport(request)` | [`Transport`](crate::Transport) | What the application says of the request, or else its URI. Never a header (D-40). |
//! | UTL-02 | `get_authorization_scheme_param(value)` | inside [`TokenRequest::new`](crate::TokenRequest::new) (Basic) and [`ResourceServer::authenticate`](crate::ResourceServer::authenticate) (Bearer) | Reads the header where it is needed. |
//! | UTL-03 | `list_to_scope(scope)` | [`Scope::from_tokens`](crate::Scope::from_tokens) | An error for what is no scope. |
//! | UTL-04 | `scope_to_list(scope)` | [`Scope::parse`](crate::Scope::parse), [`Scope::iter`](crate::Scope::iter) | Nothing in, nothing out: no list with one empty string. Double spaces are refused (D-74). |
//! | UTL-05 | `generate_token(length, chars)` | [`ClientSecret::generate`](crate::ClientSecret::generate) | 256 bits from the operating system's generator. Tokens and codes are made by the library only. |
//! | UTL-06 | `build_uri(url, query_params, fragment)` | [`ExtraParameters::parameter`](crate::ExtraParameters::parameter) | The library writes the redirect, and leaves the registered URI as it is: query, blank values, repeated keys (D-33). |
//! | UTL-07 | `encode_auth_headers(id, secret)` | [`RemoteVerifier::new`](crate::RemoteVerifier::new) | Form-encoded first, as RFC 6749 section 2.3.1 asks (D-38). As a client, use an OAuth client library. |
//! | UTL-08 | `decode_auth_headers(request)` | [`TokenRequest::new`](crate::TokenRequest::new), [`TokenEndpoint::exchange`](crate::TokenEndpoint::exchange) | Form-decoded (D-38). A malformed header is 401, whatever the body says (D-37). |
//! | UTL-09 | `create_s256_code_challenge(verifier)` | [`CodeChallenge::s256_of`](crate::CodeChallenge::s256_of), [`CodeChallenge::as_str`](crate::CodeChallenge::as_str) | Takes a [`CodeVerifier`](crate::CodeVerifier). |
//! | UTL-10 | `catch_errors_and_unavailability(f)` | each `handle` | Nothing to decorate. |
//!
//! ## Claims made in prose
//!
//! | Id | aioauth | grantor | note |
//! |---|---|---|---|
//! | DOC-01 | works with any async web framework | [`http::Request`] in, [`http::Response`] out | No socket and no runtime inside. [`OAuthService`](crate::OAuthService) for tower, [`router`](crate::router) for axum. |
//! | DOC-02 | works with any database | the traits of [`storage`](crate::storage) | See [`manual::storage`](super::storage). |
//! | DOC-03 | RFC 6749, RFC 7662, RFC 7636 | the same | Also RFC 7009, RFC 8414, RFC 9207, RFC 6750 and RFC 9700. |
//! | DOC-04 | PKCE works without configuration | [`PkceRequired`](crate::PkceRequired) | It is required without configuration. |
//! | DOC-05 | password grant present but discouraged | [`AllowsPasswordGrant`](crate::AllowsPasswordGrant) | [`OAuth21`](crate::OAuth21) refuses it at compile time. |
//! | DOC-06 | logging through the standard facility | `tracing` | No secret at any level (D-68). The events are in [`manual::operating`](super::operating#events). |
//!
//! # Defects
//!
//! What the ids in the notes stand for. None of these may come back.
//!
//! | Id | aioauth |
//! |---|---|
//! | D-01 | redirects to an address that was not validated (open redirect) |
//! | D-02 | issues codes without a signed-in person or consent |
//! | D-03 | errors of implicit and hybrid requests travel in the query |
//! | D-07 | `state` is dropped with `response_type=none` |
//! | D-08 | a POST to the authorization endpoint is accepted and its form ignored |
//! | D-09 | 401 with a Basic challenge to a browser |
//! | D-10 | a response type that the client may not use is called unsupported |
//! | D-12 | `state` is lost on some errors |
//! | D-13 | an empty `response_type` is not taken as missing |
//! | D-14 | a failing storage is never told by redirect |
//! | D-15 | redirects with tokens lack cache headers, and `iss` |
//! | D-16 | `redirect_uri` is required even where one is registered |
//! | D-17 | a challenge without method is stored and never verified |
//! | D-18 | a wrong verifier is `mismatching_state` |
//! | D-19 | a verifier without challenge is ignored |
//! | D-21 | challenges and verifiers of any length and characters |
//! | D-22 | PKCE cannot be required, `plain` cannot be switched off |
//! | D-23 | a verifier that is not ASCII is a `server_error` |
//! | D-24 | the error for an expired code depends on the verifier |
//! | D-25 | a code is not bound to its redirect URI |
//! | D-26 | a code can be redeemed several times at once |
//! | D-27 | tokens of a replayed code stay active |
//! | D-29 | codes and tokens are stored in the clear |
//! | D-30 | whose code or token it is, only the storage checks |
//! | D-31 | the person is not carried from code to token |
//! | D-33 | the query of a redirect URI is altered |
//! | D-34 | an empty secret authenticates |
//! | D-35 | public and confidential clients are not told apart |
//! | D-36 | a Basic header overrides the `client_id` in the body |
//! | D-37 | a malformed Basic header makes a public client |
//! | D-38 | the Basic header is not form-decoded |
//! | D-39 | comparing secrets is left to the storage |
//! | D-40 | any caller can claim TLS with a header |
//! | D-41 | the challenge header is malformed |
//! | D-42 | errors about the grant come before client authentication |
//! | D-44 | the successor of a replayed refresh token stays usable |
//! | D-45 | a refresh token can be used several times at once |
//! | D-46 | a failure between two steps loses the session, or leaves a code alive |
//! | D-47 | a scope that was not granted yields an empty token |
//! | D-48 | narrowing the scope narrows the refresh token for ever |
//! | D-49 | refresh tokens for client credentials, and for clients that may not use them |
//! | D-50 | refresh tokens in the implicit grant |
//! | D-51 | wrong credentials of a person are `invalid_request` |
//! | D-52 | no default scope |
//! | D-53 | members with the value `null` |
//! | D-55 | valid in the exact last second |
//! | D-56 | an access token without hint is reported inactive |
//! | D-57 | a live refresh token is reported inactive |
//! | D-58 | introspection lacks `exp`, `iat`, `sub`, `aud` and `iss` |
//! | D-59 | a missing `token` is not noticed |
//! | D-60 | a resource server cannot introspect the tokens of others |
//! | D-64 | revoking may match rows by `None` |
//! | D-65 | `description` in place of `error_description`, `error_uri` empty |
//! | D-66 | `error_uri` differs from place to place |
//! | D-67 | all responses share one set of headers |
//! | D-68 | the debug log shows secrets and tokens |
//! | D-69 | error codes that are not registered |
//! | D-70 | status 400 for failures of the server |
//! | D-71 | repeated parameters are not noticed |
//! | D-72 | unknown parameters crash |
//! | D-73 | the content type is not checked |
//! | D-74 | malformed scopes |
