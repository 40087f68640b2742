//! Letting strangers register: clients that nobody typed in.
//!
//! An MCP server, a Mastodon-like network, a platform with plugins: there the applications that ask for tokens are written by people whom
//! you never met, and a form for operators is no way to register them. [`DynamicRegistration`](crate::DynamicRegistration) gives them one
//! over HTTP: `POST /register` (RFC 7591), and a URL with a token by which each looks after its own registration (RFC 7592).
//!
//! # A server with it
//!
//! ```
//! use grantor::{
//!     AnyClient, AuthorizationCode, AuthorizationServer, Code, Development, DynamicRegistration, MemoryStore, OAuth21, RefreshToken,
//!     Scope, issuer,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .scopes(Scope::parse("read write admin offline_access")?)
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .enable(DynamicRegistration::new(AnyClient::new()).scope(Scope::parse("read write offline_access")?))
//!     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! The metadata says `registration_endpoint` now, and a client finds it there. Give the widest scope that a stranger may have; without it,
//! that is all that the server knows, `admin` too.
//!
//! ```text
//! POST /register HTTP/1.1
//! Content-Type: application/json
//!
//! {"redirect_uris": ["http://127.0.0.1/callback"], "application_type": "native", "client_name": "My editor",
//!  "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"]}
//!
//! HTTP/1.1 201 Created
//!
//! {"client_id": "3q2-7w...", "client_id_issued_at": 1700000000, "client_name": "My editor", "scope": "read write offline_access", ...
//!  "registration_client_uri": "https://auth.example.com/register?client_id=3q2-7w...", "registration_access_token": "Ry8..."}
//! ```
//!
//! # Who may
//!
//! | policy | who |
//! |---|---|
//! | [`AnyClient`](crate::AnyClient) | anybody |
//! | [`WithInitialAccessToken`](crate::WithInitialAccessToken) | whoever has an initial access token: a text that you hand out ([`initial_access_token`](crate::DynamicRegistration::initial_access_token)), or an access token of this server with a scope that you name ([`initial_access_scope`](crate::DynamicRegistration::initial_access_scope)) |
//! | `WithSoftwareStatement` (feature `jose`) | whoever has a software statement: a JWT by which somebody you trust says what the software is |
//! | your own [`RegistrationPolicy`](crate::RegistrationPolicy) | as it says: it sees the client as it would be registered, all that was sent, the token, the statement, and from where it comes, and may narrow the scope and the grants, set lifetimes, vouch for the client, or refuse with words |
//!
//! A policy is asked again for each change. What it says in the words of a refusal goes to the developer of the client; an error of your
//! database is `temporarily_unavailable` or `server_error`, and its detail is in the log.
//!
//! A bearer token that is not good is refused also where none is needed: whoever sends one believes that it counts.
//!
//! # What a stranger does not choose
//!
//! Its identifier, whose tokens it may introspect, for whom tokens are, how long they live, and whether it is trusted. Nobody
//! [vetted](crate::AuthorizationRequest::client_is_vetted) such a client, so the server holds it to more:
//!
//! * People are asked each time. An approval has to say that they were, with [`consented`](crate::Approval::consented); one that does not
//!   is refused with `consent_required`, so a page that remembers what somebody agreed to once cannot be used by another client that took the
//!   same name.
//! * Show [`client_name`](crate::AuthorizationRequest::client_name), which hides nothing that it contains, and beside it
//!   [`redirect_host`](crate::AuthorizationRequest::redirect_host): the name is what the client says, the host is where the person goes.
//! * The grants in which no person decides are not for it, unless [`grant_types`](crate::DynamicRegistration::grant_types) names them: with
//!   `client_credentials` anybody would have tokens of this server.
//! * What people agreed to is neither fetched nor renewed once it describes itself otherwise, and pairwise subjects stay in the sector in
//!   which it came.
//! * A request that is not valid ends on a page, and so does one with `prompt=none`; after signing out nobody is sent to it. A redirect
//!   before anybody has signed in would make your host a way to any other (RFC 9700 section 4.11.2).
//! * Pages and images that it names are kept where they are on a host, with the scheme and the port, to which it is redirected.
//!
//! A policy says [`vetted`](crate::Admission::vetted) of one that it knows, and you of one that you looked at:
//! `server.register_client(client.vetted())`, with [`.with_unused_until(None)`](crate::Client::with_unused_until) if it is to stay for good.
//! When the client changes its registration, the policy is asked anew, and what you said is gone: it is another client now.
//!
//! `WithSoftwareStatement` vets a client if its statement says its name, its redirect URIs, and each member of it that shows people who it is
//! or says where they, or what is known of them, are sent: `application_type`, `client_uri`, `logo_uri`, `tos_uri`, `policy_uri`,
//! `post_logout_redirect_uris`, `initiate_login_uri`, `backchannel_logout_uri`, `sector_identifier_uri`. Who says one of those of itself is
//! registered, and not vetted. Keys and contacts are its own in any case.
//!
//! # What becomes of each member
//!
//! *returned*: as it was sent, and followed. *narrowed*: to what the server has by its metadata, and the answer says what is left. *refused*:
//! with `invalid_redirect_uri` or `invalid_client_metadata`. *chosen*: by the server. *ignored*: as members that nobody knows are (RFC 7591
//! section 2).
//!
//! | member | | |
//! |---|---|---|
//! | `redirect_uris` | returned | `https`, `http` on a loopback host, or a private-use scheme with a period; else refused, with which and why |
//! | `application_type` | returned | `native` may have any port of a loopback host; `web` is compared byte by byte |
//! | `grant_types` | narrowed | `authorization_code` without it; to `authorization_code` and `refresh_token`, unless [`grant_types`](crate::DynamicRegistration::grant_types) names others; refused if with what is left nothing can be begun |
//! | `response_types` | narrowed | `code` without it; refused if it does not go together with `grant_types` |
//! | `token_endpoint_auth_method` | returned | `client_secret_basic` without it; refused if the server has it not |
//! | `scope` | narrowed | all that strangers may have without it; under the profile `Mcp` it is what the client gets that asks for none, it may ask for all that strangers may have, and sending that back in a change changes nothing |
//! | `client_name` | returned | also with a language, as `client_name#de`, like the four below |
//! | `client_uri` | narrowed | left out if it is on another host than the redirect URIs |
//! | `logo_uri` | narrowed | the same |
//! | `tos_uri` | narrowed | the same |
//! | `policy_uri` | narrowed | the same |
//! | `contacts` | returned | for you |
//! | `software_id` | returned | for you |
//! | `software_version` | returned | for you |
//! | `jwks` | returned | public keys; not with `jwks_uri` |
//! | `jwks_uri` | returned | `https`, and refused where the server fetches no keys and the client authenticates with them |
//! | `token_endpoint_auth_signing_alg` | returned | left out where the client does not authenticate with a key; refused if the server does not accept it |
//! | `id_token_signed_response_alg` | returned | left out where there are no ID tokens; refused if no key signs so |
//! | `userinfo_signed_response_alg` | returned | the same |
//! | `subject_type` | returned | the same; `pairwise` is refused where the server has none |
//! | `sector_identifier_uri` | returned | the same; it is fetched, and refused if it does not list every redirect URI |
//! | `default_max_age` | returned | |
//! | `require_auth_time` | returned | |
//! | `default_acr_values` | returned | |
//! | `initiate_login_uri` | returned | `https` |
//! | `post_logout_redirect_uris` | returned | as redirect URIs are; left out where people cannot be signed out by clients |
//! | `require_pushed_authorization_requests` | returned | left out where no requests can be pushed |
//! | `authorization_details_types` | narrowed | to the types that there are |
//! | `backchannel_logout_uri` | returned | `https`; left out where no logout tokens are sent |
//! | `backchannel_logout_session_required` | returned | the same |
//! | `id_token_encrypted_response_alg` | refused | nothing is encrypted |
//! | `userinfo_encrypted_response_alg` | refused | the same |
//! | `authorization_signed_response_alg` | returned | left out where authorization responses are not signed; refused if no key signs so |
//! | `authorization_encrypted_response_alg` | refused | nothing is encrypted |
//! | `response_modes` | returned | refused if the server does not have one of them |
//! | `request_object_signing_alg` | returned | left out where requests cannot be signed; refused if it is not accepted, or the client has no keys |
//! | `require_signed_request_object` | returned | the same |
//! | `request_uris` | returned | the same; refused if it is no URL to fetch from |
//! | `request_object_encryption_alg` | refused | nothing is encrypted |
//! | `introspection_signed_response_alg` | returned | left out where introspection responses are not signed; refused if no key signs so |
//! | `dpop_bound_access_tokens` | returned | left out where tokens are bound to no key |
//! | `tls_client_certificate_bound_access_tokens` | returned | left out where tokens are bound to no certificate |
//! | `tls_client_auth_subject_dn` | returned | for clients that authenticate with a certificate of an authority, exactly one of these five; left out for others. Refused if it is no name |
//! | `tls_client_auth_san_dns` | returned | the same |
//! | `tls_client_auth_san_uri` | returned | the same |
//! | `tls_client_auth_san_ip` | returned | the same; refused if it is no address |
//! | `tls_client_auth_san_email` | returned | the same |
//! | `software_statement` | returned | what it says takes the place of what is said beside it |
//! | `client_id` | chosen | 128 random bits; none comes twice, also not that of a client which was removed |
//! | `client_id_issued_at` | chosen | |
//! | `client_secret` | chosen | 256 random bits as base64url, for clients that authenticate with one; kept as a hash, so it is told once |
//! | `client_secret_expires_at` | chosen | 0, or as the policy says |
//! | `registration_client_uri` | chosen | |
//! | `registration_access_token` | chosen | kept as a hash |
//! | `default_scope` | ignored | of this library, for the operator, as are those below |
//! | `introspection` | ignored | |
//! | `audience` | ignored | |
//! | `access_token_lifetime` | ignored | |
//! | `refresh_token_lifetime` | ignored | |
//! | `scope_claims_in_id_token` | ignored | |
//!
//! # Looking after a registration
//!
//! At `registration_client_uri`, with `registration_access_token` as a bearer token, a client reads what it registered (`GET`), puts
//! something else in its place (`PUT`, with everything that it wants to keep), and removes itself (`DELETE`). Whoever has not that token is
//! told the same of each client, whether it exists or not.
//!
//! A change brings a new token. The one before it stays good until the new one is used, since an answer can be lost: so a client that did
//! not get it makes the change again. Two changes at the same time do not overwrite each other: one is told to come again (503).
//!
//! A secret that expires (`Admission::secret_lifetime`) is replaced by a change that the client makes in the second half of its time;
//! both are good then, each until its own end.
//!
//! Removing ends everything that the client has: codes, tokens, requests that wait. JWT access tokens are good until they expire for those
//! who ask nobody.
//!
//! # How many there will be
//!
//! Some clients register at each start. So a client ends by disuse, and not by age: after 90 days without a token
//! ([`unused_for`](crate::DynamicRegistration::unused_for)). That it was used is noted once a day, so that a request does not become a
//! write; [`purge_forever`](crate::storage::purge_forever) removes those whose end has come.
//!
//! One that has never got a token ends after six hours ([`first_use_within`](crate::DynamicRegistration::first_use_within)), and to change
//! what it registered keeps neither of them: programs register and send their person to sign in right after, so who registers and does not
//! come back leaves room for others. With the bounds below one source has some 400 clients at most that were never used, and all of them
//! together some 7,000 of the 10,000. Where developers register clients by hand and use them days later, or an administrator adds a client that
//! people sign in to next week, give more time, and let a policy give it to those alone that it knows
//! ([`Admission::first_use_within`](crate::Admission::first_use_within)).
//!
//! The number of clients, the bytes of a request, and the requests of a source and of all in an hour are bounded
//! ([`DynamicRegistration`](crate::DynamicRegistration#what-is-bounded)). Who a source is, the library does not know: it owns no socket, and
//! a forwarding header proves nothing. Tell it, in a layer around the router:
//!
//! ```
//! use grantor::RequestSource;
//!
//! fn from(peer: std::net::SocketAddr, mut request: http::Request<bytes::Bytes>) -> http::Request<bytes::Bytes> {
//!     request.extensions_mut().insert(RequestSource::new(peer.ip()));
//!     request
//! }
//! ```
//!
//! The counters are those of an instance. With several of them behind a load balancer the bounds add up; a limit at the proxy is the
//! better one then.
//!
//! # What it asks of the storage
//!
//! [`RegistrationStore`](crate::RegistrationStore) and [`AuthorizationRecords`](crate::AuthorizationRecords). The stores of this library
//! have both. Where the clients are in tables of your own ([`Split`](crate::Split)), it is three methods: add one if there is room, replace
//! one if it is still what was seen, and move its end.
//!
//! # What you see of it
//!
//! The events `grantor.register_client`, `grantor.change_registration`, `grantor.refuse_registration` and
//! `grantor.too_many_registrations` ([`operating`](crate::manual::operating)); and the clients themselves in
//! [`list_clients`](crate::AuthorizationServer::list_clients), where [`registration`](crate::Client::registration) says when one registered
//! itself.
