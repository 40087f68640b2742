//! Bringing your own storage: what the traits of [`storage`](crate::storage) ask for, in plain words.
//!
//! The library comes with three stores; [choosing and running a store](super::choosing_and_running_a_store) compares them.
//! [`Split`](crate::Split) joins two stores: often the clients are in tables of the application, and everything else in a store
//! that knows nothing of them.
//!
//! This page is for those who bring a store of their own, for instance over a database that is there already.
//!
//! # What to implement
//!
//! Each capability is a trait of its own. Implement those that your grants and features need; if one is missing, the compiler
//! names it.
//!
//! | trait | keeps | needed for |
//! |---|---|---|
//! | [`ClientStore`] | clients, to look up | every server |
//! | [`ClientRegistry`] | clients, to put in, to list and to remove | [`register_client`](crate::AuthorizationServer::register_client), [`list_clients`](crate::AuthorizationServer::list_clients), [`remove_client`](crate::AuthorizationServer::remove_client) |
//! | [`RegistrationStore`] | clients that register themselves: so many and no more, and their ends | [`DynamicRegistration`](crate::DynamicRegistration) |
//! | [`FamilyStore`] | authorizations | the next three |
//! | [`AccessTokenStore`] | access tokens | every server whose access tokens are opaque: all but those with `JwtAccessTokens` |
//! | [`AuthorizationCodeStore`] | codes | [`AuthorizationCode`](crate::AuthorizationCode), [`Code`](crate::Code), [`CodeToken`](crate::CodeToken) |
//! | [`RefreshTokenStore`] | refresh tokens | [`RefreshToken`](crate::RefreshToken) |
//! | [`PendingStore`] | authorization requests whose people are signing in | [`suspend`](crate::SuspendsRequests::suspend); [`ErasedServer`](crate::ErasedServer), of a server with an authorization endpoint |
//! | [`AuthorizationRecords`] | nothing of its own: it lists families, and ends all of a person or a client | [`authorizations`](crate::AuthorizationServer::authorizations), for a page on which people take approvals back; [`revoke_subject`](crate::AuthorizationServer::revoke_subject), [`revoke_client`](crate::AuthorizationServer::revoke_client), [`remove_client`](crate::AuthorizationServer::remove_client) |
//! | [`DeferredStore`] | nothing of its own: of requests that wait, a second key, and when they were asked for | [`DeviceCode`](crate::DeviceCode) |
//! | [`ReplayStore`] | what may be used once | proofs and assertions with a `jti`: `PrivateKeyJwt`, and other features that say so |
//! | [`KeyStore`] | signing keys, sealed | servers that sign with keys of their own |
//! | [`SessionRecords`] | sign-ins, and who is still to be told of their ends | `RpInitiatedLogout`, `BackChannelLogout` |
//! | [`PurgeExpired`] | nothing: it removes | calling it from time to time |
//! | [`HealthCheck`] | nothing: it says whether the storage works | [`health`](crate::AuthorizationServer::health) |
//! | [`Durable`] | nothing: it is your word that data outlives the process | every server outside `Development` |
//!
//! # Rules for every operation
//!
//! * **One step.** An operation happens whole or not at all, also when its future is dropped in the middle because the client
//!   hung up. In SQL: one transaction.
//! * **Time is handed in.** Use `now`, never the clock of the database. Something is valid while `now < expires_at`. Expired rows
//!   are not found, even if they are still there.
//! * **The issuer is part of every key.** Several servers share one store, and nothing of one may be found for another.
//! * **Hashes are the keys.** The store sees a [`TokenHash`](crate::TokenHash) (32 bytes), never a token. Hashes and identifiers
//!   are random, so a collision is an error and never an overwrite. They begin with the moment in which they were made, so rows of
//!   one moment lie together in an index; to spread rows, take the last bytes.
//! * **Details are kept as they are.** [`TokenDetails`](crate::storage::TokenDetails) and
//!   [`CodeDetails`](crate::storage::CodeDetails) become text with `to_json` and come back with `from_json`. They are versioned,
//!   and a later release may add to them: keep the text, read nothing out of it. Where `from_json` refuses a version that it does
//!   not know, the look-up fails: the row is neither absent nor good.
//! * **Errors.** [`StoreError::Unavailable`](crate::StoreError::Unavailable) if the same request may succeed later: the database
//!   is down, the pool is empty. [`StoreError::failed`](crate::StoreError::failed) for the rest.
//!
//! # Four words
//!
//! **Family.** All that descends from one authorization: the code, the access tokens, the refresh tokens. When a person withdraws
//! an approval, or a thief is noticed, the family is what gets revoked. It is one flag in one row, and each look-up reports it
//! with what it found. So revoking costs the same however many tokens there are, and a token that is inserted at the same moment
//! is dead too.
//!
//! A family may *descend* from another, its parent: where one token was exchanged for another (RFC 8693), the new one is worth nothing
//! once the first authorization is withdrawn. Its ancestors are looked at with it, eight at most, and one that is revoked counts as
//! if the family were. So revoking is one flag still.
//!
//! **Generation.** How many times the refresh token of a family was replaced, beginning with 0. Each token row notes the
//! generation in which it was issued; only those of the family's current generation are good. Replacing a refresh token is a
//! *compare-and-swap*: "move from 4 to 5, if it is still 4". Of two that try at the same time, one succeeds.
//!
//! **Witness.** What a store returns when it did something that may happen once: the `Redeemed` inside
//! [`Redemption::Redeemed`](crate::storage::Redemption::Redeemed), the `Rotated` inside
//! [`Rotation::Rotated`](crate::storage::Rotation::Rotated). The library cannot put tokens into a response without one. A store
//! makes them with [`Redemption::redeemed()`](crate::storage::Redemption::redeemed) and
//! [`Rotation::rotated()`](crate::storage::Rotation::rotated), and that is the promise: *this* call did it, and no other.
//!
//! **Tombstone.** A row that is dead and stays, because it still tells something. A redeemed code stays, so that a second
//! redemption is seen as a replay. A revoked family stays, so that its tokens stay dead. How long is told to the store:
//! [`Issue::keep_family_until`](crate::storage::Issue::keep_family_until), of which it keeps the maximum.
//!
//! # A whole store
//!
//! Everything that the endpoints ask of a storage, in 279 lines, 56 of them for requests that wait and 48 for families that descend
//! from others: to be read, and to be adapted.
//! The tests of this library run whole flows against it. What a database does by itself is done by hand here: a lock is the transaction, `check` is the keys that must
//! not be there twice, and a list stands for a table. A family keeps its rows in it.
//!
//! It is not [`Durable`], because it forgets on exit, and so only servers in [`Development`](crate::Development) take it. A store
//! that keeps its data says so with `impl Durable for OwnStore {}`, and is believed.
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/store.rs"), "```"))]
//!
//! The module `descent` looks at what a family descends from, as where a token was exchanged for another:
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/descent.rs"), "```"))]
//!
//! The module `pending` keeps the requests whose people are signing in:
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/pending.rs"), "```"))]
//!
//! The module `sessions` keeps sign-ins, for [logout](crate::manual::signing_out):
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/sessions.rs"), "```"))]
//!
//! The module `optional` has what few servers ask for: the page on which people take approvals back, what may be used once, signing
//! keys, clients that register themselves, and the purge.
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/optional.rs"), "```"))]
//!
//! # Is it right?
//!
//! [`storage::contract`](crate::storage::contract) asks your store, rule by rule, in one test. Enable the feature `contract` where
//! tests are built:
//!
//! ```toml
//! [dev-dependencies]
//! grantor = { version = "0.2", features = ["contract"] }
//! ```
//!
//! Name what the store can do; it is not asked for anything else. `whole()` stands for everything.
//!
//! ```
//! use grantor::storage::contract::Contract;
//! # use grantor::MemoryStore as OurStore;
//!
//! # /*
//! #[tokio::test(flavor = "multi_thread")]
//! # */
//! async fn our_store_keeps_the_contract() {
//!     let report = Contract::new(async || OurStore::new())
//!         .registry()
//!         .authorization_codes()
//!         .access_tokens()
//!         .refresh_tokens()
//!         .spawner(|caller| drop(tokio::spawn(caller)))
//!         .rounds(50)
//!         .run()
//!         .await;
//!     report.assert_kept();
//! }
//! # tokio::runtime::Runtime::new().expect("a runtime").block_on(our_store_keeps_the_contract());
//! ```
//!
//! Some of its rules are about callers who meet. Whole operations are tried in every order, for every store. A store over a
//! database is also asked by many callers at once, in so many `rounds`, on tasks that `spawner` starts. A store that lives in the
//! process says `polled_by_hand()`: its futures are then polled in every order of their await points, which finds a check and an
//! act with an `await` between them every time:
//!
//! ```text
//! `of many redemptions one redeems` is violated: "Answer `Redemption::Redeemed`. To one caller only."
//!   callers meet, their futures polled by hand:
//!     +0 s  begin_family f [c until +10 s, family kept until +20 s]
//!     A begins   +5 s  redeem_code c [a0 until +100 s, r0 until +1000 s, family kept until +1000 s]
//!     A waits
//!     B begins   +5 s  redeem_code c [a1 until +100 s, r1 until +1000 s, family kept until +1000 s]
//!     B waits
//!     B is told  Redeemed
//!     A is told  Redeemed
//!   expected: after A, B is told: AlreadyRedeemed (and not: Redeemed)
//!             after B, A is told: AlreadyRedeemed (and not: Redeemed)
//!   found:    no order of whole steps gives these answers
//! ```
//!
//! The store above passes; so do those of the library. The tests of the kit itself are more than sixty stores with one flaw
//! each, of the kinds that are found in the wild; it names what each of them violates.
//!
//! [In SQL](super::storage_in_sql) has the tables, the statements of every operation, and what to know of databases.
//!
//! # Clients
//!
//! Keep a [`Client`](crate::Client) as text: [`to_json`](crate::Client::to_json) and [`from_json`](crate::Client::from_json),
//! under the key of issuer and identifier. Or make it from columns of your own with [`Client::public`](crate::Client::public) and
//! [`Client::confidential_with_hash`](crate::Client::confidential_with_hash); the [`SecretHash`](crate::SecretHash) has a text
//! form too. The store is not asked to compare secrets.
//!
//! The registry takes a [`CheckedClient`](crate::CheckedClient): one that the server found it can serve. If your clients come
//! from elsewhere, ask [`check_client`](crate::AuthorizationServer::check_client) when they are loaded, so that no client finds
//! out at its first request.
//!
//! What the storage has all the same, since it was edited or since another server put it there, is met at a request:
//!
//! | the record | what the request gets |
//! |---|---|
//! | cannot be read, contradicts itself, or is of a later version | 500 `server_error`: [`from_json`](crate::Client::from_json) is an error |
//! | has grants, response types or scopes that the server does not have | everything else works; those are refused as the RFCs have it |
//! | has a redirect URI to whose scheme the server does not redirect | everything else works; an authorization request with it gets a page and no redirect |
//! | has an authentication method that the server does not have | the client is not registered: it could prove nothing here. `invalid_client`, and at the authorization endpoint a page, before anybody signs in. A `warn` event names it |
//!
//! A client has three parts: its identifier; its [`Credentials`](crate::Credentials), which say how it proves who it is, and so
//! whether it is public; and what it [`registered`](crate::Client::registered), the metadata of RFC 7591.
//! [`ClientMetadata`](crate::ClientMetadata) lists what becomes of each member.
//!
//! ```
//! use std::collections::HashMap;
//! use std::sync::Arc;
//!
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Client, ClientStore, Code, Development, Issuer, MemoryStore, OAuth21, Split,
//!     StoreError, issuer,
//! };
//!
//! /// The clients of this application, read from its own tables when it starts.
//! struct OurClients(HashMap<String, Arc<Client>>);
//!
//! impl ClientStore for OurClients {
//!     async fn client(&self, _: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
//!         Ok(self.0.get(id).cloned())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Client::public("app").redirect_uri("https://app.example.com/callback").scope("read").build()?;
//! let clients = OurClients(HashMap::from([("app".to_owned(), Arc::new(app.clone()))]));
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(Split::new(clients, MemoryStore::new()))
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .build();
//! server.check_client(app)?;
//! # Ok(())
//! # }
//! ```
//!
//! [`AccessTokenStore`]: crate::AccessTokenStore
//! [`AuthorizationCodeStore`]: crate::AuthorizationCodeStore
//! [`AuthorizationRecords`]: crate::AuthorizationRecords
//! [`ClientRegistry`]: crate::ClientRegistry
//! [`ClientStore`]: crate::ClientStore
//! [`DeferredStore`]: crate::DeferredStore
//! [`Durable`]: crate::Durable
//! [`FamilyStore`]: crate::FamilyStore
//! [`HealthCheck`]: crate::HealthCheck
//! [`PendingStore`]: crate::PendingStore
//! [`KeyStore`]: crate::KeyStore
//! [`ReplayStore`]: crate::ReplayStore
//! [`SessionRecords`]: crate::SessionRecords
//! [`PurgeExpired`]: crate::PurgeExpired
//! [`RefreshTokenStore`]: crate::RefreshTokenStore
//! [`RegistrationStore`]: crate::RegistrationStore
