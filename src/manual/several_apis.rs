//! Several APIs: tokens that are good at one of them and worth nothing at the others.
//!
//! Without more, a token says who may do what, and any API that asks this server takes it. So one API that is broken into, or that belongs
//! to somebody else, can use at the others what it was given. [`ResourceIndicators`](crate::ResourceIndicators) ends that: a client says
//! for which API it wants a token (`resource`, RFC 8707), the token says so in `aud`, and each API looks whether it is the one.
//!
//! # What there is
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Code, Development, Introspection, MemoryStore, OAuth21, RefreshToken, Resource,
//!     ResourceIndicators, Resources, Scope, issuer, lifetime,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let resources = Resources::new([
//!     Resource::new("https://calendar.example.com")?.scope(Scope::parse("events:read events:write")?),
//!     Resource::new("https://payments.example.com")?
//!         .scope(Scope::parse("payments:read payments:make")?)
//!         .access_token_lifetime(lifetime!(AccessTokenLifetime, 120)),
//! ])?;
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .enable(ResourceIndicators::new(resources))
//!     .enable(Introspection::new())
//!     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! A resource is named by an absolute URI without a fragment, best the URL under which the API is reached. As you write it, it stands in
//! `aud`, however a client spells it: scheme and host in upper case, the default port written out, a host with or without the slash behind
//! it are the same. A path with and without a slash at its end are two.
//!
//! | of a resource | what it does |
//! |---|---|
//! | `scope` | a token for it has no other scope, so that the calendar does not learn what else the client may do; the response says the scope. What is asked of the server itself stays: `openid`, `profile`, `email`, `address`, `phone`, `offline_access` |
//! | `access_token_lifetime` | in place of the server's; a shorter one of the client or the grant counts |
//! | `claim` | a claim in [`JwtAccessTokens`](crate::JwtAccessTokens), beside those of your [`AccessTokenClaims`](crate::AccessTokenClaims), which are told the audience |
//! | `unlisted` | not named in the metadata (`protected_resources`, RFC 9728 section 4), where all others are |
//!
//! A token for several resources has the scope of all of them, as far as it was granted, the shortest of their lifetimes, and the claims
//! of all; where two of them say different things under one name, there is no such token, and a client has to ask for one at a time.
//!
//! Resources that are kept in a database, or that not every client may have, are a [`ResourceSource`](crate::ResourceSource) of your own.
//! It is asked by the normal form of the identifier, and for each request. While it cannot answer, requests are
//! `temporarily_unavailable`, and no code and no refresh token is used up.
//!
//! # What a client does
//!
//! It names the APIs that it is going to use, each in a parameter `resource`:
//!
//! ```text
//! GET /authorize?response_type=code&client_id=app&scope=events:read+payments:read
//!     &resource=https://calendar.example.com&resource=https://payments.example.com&..
//! ```
//!
//! What the server does not have, and what is no absolute URI, is sent back as `invalid_target` before anybody is asked. Your consent page
//! gets the others from [`AuthorizationRequest::resources`](crate::AuthorizationRequest::resources); a person who wants fewer is
//! `Approval::by(..).audience([..])` with those. Then, at the token endpoint, with the code and with each refresh:
//!
//! ```text
//! grant_type=refresh_token&refresh_token=..&resource=https://calendar.example.com
//! ```
//!
//! The answer is a token for the calendar alone, with `scope` `events:read`. The refresh token stays good for both; the next request names
//! the other one. A request may name fewer than were approved, never more: that is `invalid_target`, and costs nothing. A request that
//! names none gets a token for all that were approved, so clients should name the one that they are about to call: a token that is good
//! at two APIs is one that the first can use at the second.
//!
//! A refresh for the calendar ends the tokens that the client had for the calendar, as a refresh does anywhere; the one for payments lives
//! until it expires. So a client can hold a token for each of its APIs and refresh them one by one.
//!
//! Client credentials, the password grant and a grant of your own take `resource` as well, and there it is the request that says what the
//! authorization is for.
//!
//! `/userinfo` of OpenID Connect is an API as well, and takes no token that is meant for others: see the page `claims`.
//!
//! # What if nobody says
//!
//! | who begins without `resource` | gets a token |
//! |---|---|
//! | on a server with `.default_resource(..)` | for that one, which the consent page sees |
//! | on one with `.required()` and no default | no token: `invalid_target` |
//! | with JWTs | for the resource of `JwtAccessTokens::new(..)`; if that is one of the resources, with its scope and lifetime |
//! | with opaque tokens | for no API in particular, as without the feature |
//!
//! An authorization for nothing in particular stays that: to ask for an API by name later is asking for what nobody approved, unless it is
//! the default one. So after switching this on, sessions from before go on as they are; clients that begin to send `resource` in a refresh
//! have to begin anew for other APIs than the default. Name a default resource if they should not.
//!
//! Where your approvals have named an [`audience`](crate::Approval::audience) before, register those URIs as resources: one that is not
//! there any more is left out of tokens, and where nothing is left the refresh is `invalid_target`. A name that is no URI stays as it is.
//!
//! # Beside OpenID Connect
//!
//! The userinfo endpoint takes tokens that are for no API in particular, or for the default one alone, and those whose `aud` has its own URL
//! or the issuer. A client that names other APIs and asks for userinfo too needs a token for that: register
//! `https://auth.example.com/userinfo` as a resource, which the client names beside the others.
//!
//! # What an API does
//!
//! It looks for itself in `aud`: [`ResourceServer::audience`](crate::ResourceServer::audience) with the identifier as it is registered;
//! [`JwtVerifier`](crate::JwtVerifier) asks for it in any case. An API that introspects has a client record with
//! [`ClientBuilder::audience`](crate::ClientBuilder::audience), and is told nothing of tokens for others.
