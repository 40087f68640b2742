//! JWT or opaque? What access tokens are, and who has to be asked about them.
//!
//! An access token of this library is a random string, unless you say otherwise. It says nothing; whoever gets it asks the server, or its
//! storage, what it is worth. With the feature `jose` it can be a signed JWT (RFC 9068) that says so itself.
//!
//! | | opaque | JWT |
//! |---|---|---|
//! | an API asks | the server for each token, or every few seconds ([`RemoteVerifier`](crate::RemoteVerifier)), or the storage | nobody; for keys now and then |
//! | a revocation is seen | at once, or within the seconds that answers are remembered | when the token expires, unless the storage is asked |
//! | while the server is away | APIs stop, a few seconds later | APIs go on for as long as tokens live |
//! | whoever sees the token reads | nothing | who, for what, when, and your own claims |
//! | bytes | 47 | 480 and more |
//! | the storage | a row for each token | no row; the authorization that it descends from |
//! | issuing one costs | a random number and a row | a signature besides: 17 µs with ES256, 290 µs with RS256 and 2,048 bits |
//!
//! Begin with opaque tokens. They can be revoked, they are small, they show nothing, and an API over the same database asks for
//! nothing but a look-up by key. Choose JWTs where APIs are many, far away, or somebody else's, where they must not stop with the server,
//! or where a product of others asks for them. It is one format for the whole server, so that an API always knows how to check a token.
//!
//! # Two lines
//!
//! ```
//! use grantor::{AuthorizationServer, ClientCredentials, Development, Es256, JwtAccessTokens, MemoryStore, OAuth21, SigningKeys, issuer};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(ClientCredentials::new())
//!     .enable(SigningKeys::ephemeral().algorithm(Es256))
//!     .enable(JwtAccessTokens::new("https://api.example.com"))
//!     .build();
//! # let _ = server;
//! ```
//!
//! `ephemeral` keys are gone with the process, and so for development: what to put in their place is on the page [keys](super::keys), and what an
//! API does in [protecting an API](super::protecting_an_api#without-asking).
//!
//! Every grant issues JWTs then, one of your own as well, and introspection, revocation and the other features know them. A storage of your
//! own does not have to implement [`AccessTokenStore`](crate::AccessTokenStore).
//!
//! # What is in it
//!
//! | claim | |
//! |---|---|
//! | `iss`, `exp`, `iat` | the issuer; when it expires; when it was issued |
//! | `aud` | what the approval ([`Approval::audience`](crate::Approval::audience)) or the grant ([`Granted::audience`](crate::Granted::audience)) named, and otherwise the resource that [`JwtAccessTokens::new`](crate::JwtAccessTokens::new) was given |
//! | `sub` | the person; `client:` and the client's identifier where a client acts for itself. No person's identifier may begin so, so whoever chooses a client's identifier becomes nobody else (RFC 9068 section 5) |
//! | `client_id`, `scope` | the client; what the token permits |
//! | `auth_time`, `acr`, `amr` | when the person signed in, under which class, and by what, if the approval said so ([`Approval::authenticated_at`](crate::Approval::authenticated_at), [`acr`](crate::Approval::acr), [`amr`](crate::Approval::amr)). A refresh does not change them |
//! | `cnf` | the key that the token is bound to, if it is to one |
//! | `jti` | the authorization from which the token descends, its generation, and 108 random bits. No secret, and for nobody else to read |
//!
//! The header has `typ: at+jwt`, which keeps an ID token from passing for an access token, and the `kid` of the key.
//!
//! # Under which algorithm
//!
//! The preferred one of the [keys](super::keys), which is the first that [`SigningKeys`](crate::SigningKeys) names. With several keys side by side
//! [`algorithm`](crate::JwtAccessTokens::algorithm) chooses another, and [`algorithm_for`](crate::JwtAccessTokens::algorithm_for) one for the
//! resources that need it: an API that is older than elliptic curves gets `RS256`, while all others get `ES256`. Without a key for what is
//! named the server does not compile. A token has one signature, so an approval that names resources which need different ones gets no token.
//!
//! What is signed for a client goes by its registered member: `introspection_signed_response_alg` for
//! [signed introspection responses](crate::JwtIntrospection) (RFC 9701 section 6).
//!
//! # Claims of your own
//!
//! [`AccessTokenClaims`](crate::AccessTokenClaims) adds what an API needs to know, such as roles, as a type of yours. It is asked for each
//! token, also for each that a refresh brings. It cannot say what only the server says: a claim with a reserved name refuses the request.
//! Everybody who gets to see the token can read it, its client and the logs of a careless proxy among them: leave out what is private
//! (section 6).
//!
//! # Revoking
//!
//! No row says that one token was revoked. So revoking a JWT (RFC 7009) revokes the authorization from which it descends, with its refresh
//! token and its other access tokens. Who sees that, and when:
//!
//! | | sees it |
//! |---|---|
//! | introspection, and whatever else asks the server | at once |
//! | a [`JwtVerifier`](crate::JwtVerifier) with [`families`](crate::JwtVerifier::families), over the storage of the server | at once |
//! | any other `JwtVerifier`, and verifiers of others | when the token expires, and the leeway of 10 seconds is over |
//!
//! The same goes for a rotation: with the successor of a refresh token the access tokens that came before it end for whoever asks, and by their
//! expiry for whoever does not. So make tokens short; five minutes cost one refresh every five minutes
//! ([`Builder::access_token_lifetime`](crate::Builder::access_token_lifetime)).
//!
//! # When signing fails
//!
//! Keys may be in a key management service, which may be away. A token is signed before anything is stored: the client gets 503 and
//! tries again with the same code or refresh token, which is as good as it was.
//!
//! # Changing from one to the other
//!
//! Tokens of the format before are unknown to a server that has changed: clients refresh, or sign in again where they have no refresh token.
//! Refresh tokens are opaque in either case, and stay. So APIs have to accept both for the lifetime of an access token, or be changed
//! with the server.
