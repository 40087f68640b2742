//! DPoP: tokens that are of no use to whoever steals them.
//!
//! A bearer token opens doors for whoever has it: who reads a log, a crash report or the memory of a browser tab is the client from then on.
//! With DPoP (RFC 9449) a client makes a key pair that never leaves it, and proves with each request that it has it: a *proof*, a few signed
//! lines about this one request, in the header `DPoP`. Tokens are bound to the key. A stolen one is worth nothing without it, and a stolen
//! proof is good for one request, once, for a minute.
//!
//! It works for clients that cannot keep a secret, such as an application in a browser or on a phone, and needs nothing of the TLS layer.
//! Where clients have certificates the page `mutual_tls` says which of the two to take.
//!
//! # Two lines
//!
//! ```
//! use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, Dpop, MemoryStore, OAuth21, RefreshToken, issuer};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .enable(Dpop::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! From now on a client that sends a proof with its token request gets a token that is bound to its key, and the answer says `"token_type":
//! "DPoP"`. One that sends none gets a bearer token as before. So you can switch it on first, and change clients and APIs one after the other.
//! The storage has to be a [`ReplayStore`](crate::ReplayStore), which the three of this library are: there the proofs are remembered that have
//! come, for all instances.
//!
//! And the API:
//!
//! ```
//! # fn f(store: grantor::MemoryStore, issuer: grantor::Issuer) -> Result<(), Box<dyn std::error::Error>> {
//! use grantor::{DpopProofs, LocalVerifier, ProofMemory, ResourceServer};
//!
//! let verifier = LocalVerifier::new(store, issuer);
//! let server = ResourceServer::new(verifier).dpop("https://api.example.com", DpopProofs::new(ProofMemory::new()))?;
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! Everything else stays: the layer, the extractor, and whichever verifier you have. See [`protecting_an_api`](super::protecting_an_api).
//!
//! # Insisting on it
//!
//! | to insist | write | then |
//! |---|---|---|
//! | for one client | `"dpop_bound_access_tokens": true` in its record, or [`dpop_bound_access_tokens`](crate::ClientBuilder::dpop_bound_access_tokens) | it gets no bearer tokens; a server without `Dpop` does not serve it |
//! | at the server | [`Dpop::required()`](crate::Dpop::required) | nobody gets bearer tokens (a token that is bound to a certificate is none); a response type that returns a token from the authorization endpoint does not compile beside it |
//! | at an API | [`DpopProofs::required`](crate::DpopProofs::required) | it takes none |
//!
//! A request without a proof is `invalid_dpop_proof`.
//!
//! # What the client does
//!
//! | | header `DPoP` | tokens |
//! |---|---|---|
//! | token request | a proof for `POST` and the URL of the token endpoint, as the metadata has it | |
//! | request to an API | a proof for its method and URL, with `ath`, the hash of the token | `Authorization: DPoP <token>`, and not `Bearer` |
//!
//! ```text
//! {"typ": "dpop+jwt", "alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": "..", "y": ".."}}
//! {"jti": "something new each time", "htm": "POST", "htu": "https://auth.example.com/token", "iat": 1700000000}
//! ```
//!
//! Libraries do that: `openid-client` and `oauth4webapi` have it (`DPoP`, `getDPoPHandle`), and retry by themselves where a nonce is asked for.
//! The algorithms are in the metadata, as `dpop_signing_alg_values_supported`: ES256, ES384, EdDSA, PS256 and RS256, or those that
//! [`algorithms`](crate::Dpop::algorithms) names.
//!
//! What is accepted and what is not is at [`Dpop`](crate::Dpop). The common mistakes, with the words that the client is told as
//! `error_description`:
//!
//! | it says | and means |
//! |---|---|
//! | `htu of the DPoP proof is not the URL of the request` | the URL is another than the metadata names. A proxy in front makes no difference: `Host` is not looked at. For an API: the URL that [`dpop`](crate::ResourceServer::dpop) was told, and the path of the request |
//! | `iat of the DPoP proof is more than 60 seconds ago` | a clock is wrong, or the proof was made long before |
//! | `the DPoP proof has been used` | each request needs a proof of its own, also one that is sent again |
//! | `the DPoP proof is not a JWT that may be used here` | the algorithm, the key or the form. The server's log has the reason |
//!
//! # Codes and refresh tokens
//!
//! A refresh token of a client that does not authenticate is bound to the key as well, and so are its successors: who steals it has nothing
//! (RFC 9449 section 5). A client that authenticates is known by that, and may change its key.
//!
//! A code can be bound, too, so that nobody redeems it with another key: the authorization request names the key's thumbprint as `dpop_jkt`,
//! or comes with a proof where requests are pushed (section 10). What is bound and comes without its key is `invalid_grant`. That holds also
//! where the server lost the feature meanwhile, and with an older release of this library beside this one: it does not read what it would
//! misunderstand.
//!
//! # Proofs that were made in advance
//!
//! Whoever has the key for a moment, such as the person in front of the machine, could make proofs for next week. They are good for a minute
//! around their `iat`, which the client writes. A nonce of the server keeps that from working (section 8):
//!
//! ```
//! # fn f(keys: grantor::MasterKeys) {
//! use grantor::{AuthorizationServer, ClientCredentials, Development, Dpop, MemoryStore, OAuth21, issuer};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .master_keys(keys)
//!     .grant(ClientCredentials::new())
//!     .enable(Dpop::required().nonces())
//!     .build();
//! # let _ = server;
//! # }
//! ```
//!
//! A proof without one is `use_dpop_nonce`, with the nonce in the header `DPoP-Nonce`; the client tries again. Each is good for at least four
//! minutes, and one that grows old is replaced with an answer that brings tokens, userinfo or the reference of a pushed request, so a client that is in use is not
//! asked twice. They are derived from the [master keys](crate::MasterKeys) and the time: nothing is stored, and all instances know those of the others. Without master keys
//! such a chain does not compile. An API has [its own](crate::DpopProofs::nonces), unless it is at the same origin with the same keys: clients
//! keep one nonce for each origin.
//!
//! # Where an API keeps the proofs that it has seen
//!
//! | the API is | write | |
//! |---|---|---|
//! | one process | [`ProofMemory::new()`](crate::ProofMemory) | in its memory, bounded; nothing is lost but the two minutes after a restart |
//! | several | [`SharedProofs::new(store, issuer)`](crate::SharedProofs) | in a [`ReplayStore`](crate::ReplayStore): that of the authorization server, or one of its own |
//! | something else | [`SeenProofs`](crate::SeenProofs) | one method |
//!
//! With a memory of its own each of several processes would take a proof once. Where the memory is full, or the store cannot be asked, requests
//! are answered 503: nobody knows whether it is a replay.
//!
//! # What it costs
//!
//! A signature to verify with each request, and a row that is remembered for a minute or two. What is wrong with a proof is found before the
//! signature where that is possible. `cargo bench --bench jose` measures both beside the bare signature.
//!
//! # What it does not do
//!
//! A proof is about method and URL, not about the body (section 11.7). Who runs code inside the client can have proofs made for as long as
//! that lasts (section 11.4). TLS stays necessary.
