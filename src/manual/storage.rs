//! Bringing your own storage: what the traits of [`storage`](crate::storage) ask for, in plain words, and in SQL.
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
//! | [`ClientRegistry`] | clients, to put in | [`register_client`](crate::AuthorizationServer::register_client) |
//! | [`FamilyStore`] | authorizations | the next three |
//! | [`AccessTokenStore`] | access tokens | every server |
//! | [`AuthorizationCodeStore`] | codes | [`AuthorizationCode`](crate::AuthorizationCode), [`Code`](crate::Code), [`CodeToken`](crate::CodeToken) |
//! | [`RefreshTokenStore`] | refresh tokens | [`RefreshToken`](crate::RefreshToken) |
//! | [`PendingStore`] | authorization requests whose people are signing in | [`suspend`](crate::SuspendsRequests::suspend), [`ErasedServer`](crate::ErasedServer) |
//! | [`AuthorizationRecords`] | nothing of its own: it lists families | [`authorizations`](crate::AuthorizationServer::authorizations), for a page on which people take approvals back |
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
//! Everything that the endpoints ask of a storage, in 210 lines, 56 of them for requests that wait: to be read, and to be adapted.
//! The tests of this library run whole flows against it. What a database does by itself is done by hand here: a lock is the transaction, `check` is the keys that must
//! not be there twice, and a list stands for a table. A family keeps its rows in it.
//!
//! It is not [`Durable`], because it forgets on exit, and so only servers in [`Development`](crate::Development) take it. A store
//! that keeps its data says so with `impl Durable for OwnStore {}`, and is believed.
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/store.rs"), "```"))]
//!
//! The module `pending` keeps the requests whose people are signing in:
//!
#![cfg_attr(not(doctest), doc = concat!("```rust\n", include_str!("../../examples/own_store/pending.rs"), "```"))]
//!
//! The module `optional` has the two capabilities that no endpoint asks for: the page on which people take approvals back, and the
//! purge.
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
//! grantor = { version = "0.1", features = ["contract"] }
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
//! # Tables
//!
//! These serve SQLite and PostgreSQL; for PostgreSQL write `BYTEA` for `BLOB`. A [`Timestamp`](crate::Timestamp) is an unsigned
//! number of seconds and the columns are signed: write a value that is too large as the largest one.
//!
//! ```sql
//! CREATE TABLE families (
//!     issuer      TEXT    NOT NULL,
//!     id          BLOB    NOT NULL,  -- 16 bytes
//!     client_id   TEXT    NOT NULL,
//!     subject     TEXT,
//!     created_at  BIGINT  NOT NULL,
//!     details     TEXT    NOT NULL,
//!     keep_until  BIGINT  NOT NULL,
//!     revoked     BOOLEAN NOT NULL DEFAULT FALSE,
//!     generation  BIGINT  NOT NULL DEFAULT 0,
//!     salt        BLOB,              -- 32 bytes, while the retry window is open
//!     retry_until BIGINT,
//!     PRIMARY KEY (issuer, id)
//! );
//! CREATE TABLE codes (
//!     issuer      TEXT    NOT NULL,
//!     hash        BLOB    NOT NULL,  -- 32 bytes
//!     family      BLOB    NOT NULL,
//!     client_id   TEXT    NOT NULL,
//!     expires_at  BIGINT  NOT NULL,
//!     details     TEXT    NOT NULL,
//!     redeemed    BOOLEAN NOT NULL DEFAULT FALSE,
//!     PRIMARY KEY (issuer, hash),
//!     FOREIGN KEY (issuer, family) REFERENCES families ON DELETE CASCADE
//! );
//! CREATE TABLE access_tokens (
//!     issuer      TEXT    NOT NULL,
//!     hash        BLOB    NOT NULL,
//!     family      BLOB    NOT NULL,
//!     generation  BIGINT  NOT NULL,
//!     client_id   TEXT    NOT NULL,
//!     issued_at   BIGINT  NOT NULL,
//!     expires_at  BIGINT  NOT NULL,
//!     details     TEXT    NOT NULL,
//!     revoked     BOOLEAN NOT NULL DEFAULT FALSE,
//!     PRIMARY KEY (issuer, hash),
//!     FOREIGN KEY (issuer, family) REFERENCES families ON DELETE CASCADE
//! );
//! CREATE TABLE refresh_tokens (
//!     issuer      TEXT    NOT NULL,
//!     hash        BLOB    NOT NULL,
//!     family      BLOB    NOT NULL,
//!     generation  BIGINT  NOT NULL,
//!     client_id   TEXT    NOT NULL,
//!     issued_at   BIGINT  NOT NULL,
//!     expires_at  BIGINT  NOT NULL,
//!     details     TEXT    NOT NULL,
//!     PRIMARY KEY (issuer, hash),
//!     FOREIGN KEY (issuer, family) REFERENCES families ON DELETE CASCADE
//! );
//! CREATE TABLE pending (
//!     number      INTEGER PRIMARY KEY, -- the order in which they came; for PostgreSQL GENERATED ALWAYS AS IDENTITY
//!     issuer      TEXT    NOT NULL,
//!     hash        BLOB    NOT NULL,
//!     kind        TEXT    NOT NULL,
//!     owner       BLOB    NOT NULL,  -- 32 bytes
//!     client_id   TEXT    NOT NULL,
//!     expires_at  BIGINT  NOT NULL,
//!     details     TEXT    NOT NULL,
//!     answer      TEXT,              -- once it was decided
//!     UNIQUE (issuer, hash)
//! );
//!
//! -- For the cascades, and for the purge.
//! CREATE INDEX codes_by_family ON codes (issuer, family);
//! CREATE INDEX access_tokens_by_family ON access_tokens (issuer, family);
//! CREATE INDEX refresh_tokens_by_family ON refresh_tokens (issuer, family);
//! CREATE INDEX families_by_subject ON families (issuer, subject, created_at);
//! CREATE INDEX families_by_keep_until ON families (keep_until);
//! CREATE INDEX families_by_retry_until ON families (retry_until);
//! CREATE INDEX codes_by_expires_at ON codes (expires_at);
//! CREATE INDEX access_tokens_by_expires_at ON access_tokens (expires_at);
//! CREATE INDEX refresh_tokens_by_expires_at ON refresh_tokens (expires_at);
//! CREATE INDEX pending_by_owner ON pending (issuer, owner, kind);
//! CREATE INDEX pending_by_expires_at ON pending (expires_at);
//! ```
//!
//! The primary keys serve all look-ups of the endpoints.
//!
//! # Operations
//!
//! In the statements `$1` is always the issuer, and `$3` is `now` where it occurs.
//!
//! ## Look-ups
//!
//! `find_code`. It changes nothing: a wrong client, redirect URI or verifier must not burn the code for its owner. A redeemed
//! code is found as long as its family is remembered.
//!
//! ```sql
//! SELECT c.family, c.client_id, c.expires_at, c.details, c.redeemed, f.revoked, f.generation
//! FROM codes c JOIN families f ON f.issuer = c.issuer AND f.id = c.family
//! WHERE c.issuer = $1 AND c.hash = $2 AND (c.redeemed OR $3 < c.expires_at) AND $3 < f.keep_until;
//! ```
//!
//! `find_access_token`, and `find_refresh_token` likewise (with `FALSE` for `revoked` of the token). A refresh token that was
//! replaced is found as well, and so is a token of a revoked family: the caller looks at the generation and at the flags.
//!
//! ```sql
//! SELECT t.family, t.generation, t.client_id, t.issued_at, t.expires_at, t.details, t.revoked, f.revoked, f.generation
//! FROM access_tokens t JOIN families f ON f.issuer = t.issuer AND f.id = t.family
//! WHERE t.issuer = $1 AND t.hash = $2 AND $3 < t.expires_at AND $3 < f.keep_until;
//! ```
//!
//! From the row to the answer, in whatever way your driver hands out rows:
//!
//! ```
//! use grantor::storage::{FamilyId, FamilyState, FoundToken, TokenDetails, TokenRecord};
//! use grantor::{ClientId, StoreError, Timestamp, TokenHash};
//!
//! struct Row {
//!     family: [u8; 16],
//!     generation: i64,
//!     client_id: String,
//!     issued_at: i64,
//!     expires_at: i64,
//!     details: String,
//!     revoked: bool,
//!     family_revoked: bool,
//!     family_generation: i64,
//! }
//!
//! fn found(hash: &TokenHash, row: Row) -> Result<FoundToken, StoreError> {
//!     let generation = |number: i64| u32::try_from(number).map_err(StoreError::failed);
//!     let record = TokenRecord::new(
//!         *hash,
//!         FamilyId::from_bytes(row.family),
//!         generation(row.generation)?,
//!         ClientId::parse(&row.client_id).map_err(StoreError::failed)?,
//!         timestamp(row.issued_at)?,
//!         timestamp(row.expires_at)?,
//!         TokenDetails::from_json(&row.details)?,
//!     );
//!     Ok(FoundToken::new(record, row.revoked, FamilyState::new(row.family_revoked, generation(row.family_generation)?)))
//! }
//!
//! fn timestamp(column: i64) -> Result<Timestamp, StoreError> {
//!     u64::try_from(column).map(Timestamp::from_unix).map_err(StoreError::failed)
//! }
//!
//! fn column(moment: Timestamp) -> i64 {
//!     i64::try_from(moment.as_unix()).unwrap_or(i64::MAX)
//! }
//! # assert_eq!(column(Timestamp::from_unix(u64::MAX)), i64::MAX);
//! ```
//!
//! ## Beginning a family
//!
//! `begin_family`, in one transaction. [`Issue`](crate::storage::Issue) has up to three rows; those that are `None` are not
//! there. A key that is taken is an error. With a [`Spend`](crate::storage::Spend) the family is the answer to a request that waits:
//! see [below](#requests-that-wait), and do the first statement there before the others.
//!
//! ```sql
//! BEGIN;
//! INSERT INTO families (issuer, id, client_id, subject, created_at, details, keep_until)
//! VALUES ($1, $2, $3, $4, $5, $6, $7);                       -- $7: issue.keep_family_until
//! INSERT INTO codes (issuer, hash, family, client_id, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6);                           -- if there is a code
//! INSERT INTO access_tokens (issuer, hash, family, generation, client_id, issued_at, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8);                   -- if there is an access token
//! INSERT INTO refresh_tokens (issuer, hash, family, generation, client_id, issued_at, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8);                   -- if there is a refresh token
//! COMMIT;
//! ```
//!
//! ## Revoking
//!
//! `revoke_family` and `revoke_access_token`. A row that is not there is no error.
//!
//! ```sql
//! UPDATE families SET revoked = TRUE, salt = NULL, retry_until = NULL WHERE issuer = $1 AND id = $2;
//!
//! UPDATE access_tokens SET revoked = TRUE WHERE issuer = $1 AND hash = $2;
//! ```
//!
//! `authorizations_of` lists what a person may want to take back, the newest first:
//!
//! ```sql
//! SELECT id, client_id, created_at, details FROM families
//! WHERE issuer = $1 AND subject = $2 AND $3 < keep_until AND NOT revoked
//! ORDER BY created_at DESC;
//! ```
//!
//! ## Redeeming a code
//!
//! `redeem_code`, in one transaction. Locks are taken in the order pending request, code, family, tokens, here and everywhere. In PostgreSQL begin
//! with `BEGIN` and add `FOR UPDATE` to both `SELECT`s; in SQLite begin with `BEGIN IMMEDIATE`, which locks the whole database
//! for writing.
//!
//! ```sql
//! SELECT family, redeemed FROM codes
//! WHERE issuer = $1 AND hash = $2 AND (redeemed OR $3 < expires_at);
//!
//! SELECT revoked FROM families
//! WHERE issuer = $1 AND id = $2 AND $3 < keep_until;
//! ```
//!
//! Then decide, in this order:
//!
//! 1. No code, or no family: `Dead`. Roll back.
//! 2. `redeemed`: this is a replay. Revoke the family as above, **commit**, and answer `AlreadyRedeemed`. Asked before the next
//!    one, so that of many who present the code at once, each but the first is a replay.
//! 3. `revoked`: `Dead`. Roll back.
//! 4. Else this call is the one: do the following, insert the tokens as in `begin_family`, commit, and only then make the
//!    witness.
//!
//! ```sql
//! UPDATE codes SET redeemed = TRUE WHERE issuer = $1 AND hash = $2;
//!
//! UPDATE families SET keep_until = $3 WHERE issuer = $1 AND id = $2 AND keep_until < $3;  -- $3: issue.keep_family_until
//! ```
//!
//! ## Replacing a refresh token
//!
//! `rotate_refresh_token`, in one transaction. The row of the token never changes, so it needs no lock; the family does (`FOR
//! UPDATE`, or `BEGIN IMMEDIATE`).
//!
//! ```sql
//! SELECT family, generation FROM refresh_tokens
//! WHERE issuer = $1 AND hash = $2 AND $3 < expires_at;
//!
//! SELECT generation, salt, retry_until FROM families
//! WHERE issuer = $1 AND id = $2 AND $3 < keep_until AND NOT revoked;
//! ```
//!
//! With `g` the generation of the token and `f` that of the family:
//!
//! 1. No token, or no family: `Dead`. If the proposal names another family or generation than this row, that is an error.
//! 2. `g = f`: the compare-and-swap below, raise `keep_until` as above, insert both tokens, commit, answer `Rotated`. Write salt
//!    and `retry_until` of the proposal; or `NULL` for both if `now >= retry_until`, because then there is no retry window.
//! 3. `g + 1 = f`, the salt is there, and `now < retry_until` (as kept with the family, not as proposed): a retry. Insert the
//!    access token but not the refresh token, raise `keep_until`, commit, and answer
//!    [`Rotation::retried`](crate::storage::Rotation::retried) with the salt that was kept.
//! 4. Else it is a replay: revoke the family, **commit**, answer `Replayed`.
//!
//! ```sql
//! UPDATE families SET generation = generation + 1, salt = $4, retry_until = $5
//! WHERE issuer = $1 AND id = $2 AND generation = $3 AND NOT revoked;  -- must change one row
//! ```
//!
//! The salt is what lets a client whose response was lost get the same refresh token again: with the salt and the token that the
//! client presents, the library derives the successor. The salt alone yields nothing. Still it has no business in the database
//! once the window has closed; nor in its log, in its replicas and in backups, where an update does not reach it. If somebody may get
//! hold of those, keep it masked, under a key that is elsewhere and is overwritten when the window has closed, as
//! [`SqliteStore`](crate::SqliteStore) does.
//!
//! ## Requests that wait
//!
//! `decide_pending`, and `begin_family` with a `Spend`, in the same transaction as the family. If the update changes one row, this call
//! decided: [`Spending::First`](crate::storage::Spending::First). If it changes none, begin nothing, and look the request up: with an
//! answer it is [`Spending::Second`](crate::storage::Spending::Second), without a row [`Spending::Gone`](crate::storage::Spending::Gone).
//!
//! ```sql
//! UPDATE pending SET answer = $4 WHERE issuer = $1 AND hash = $2 AND $3 < expires_at AND answer IS NULL;
//! ```
//!
//! `find_pending` changes nothing. `take_pending` takes the row out, so that one caller gets it; what had expired is `None`.
//!
//! ```sql
//! SELECT kind, owner, client_id, expires_at, details, answer FROM pending
//! WHERE issuer = $1 AND hash = $2 AND $3 < expires_at;
//!
//! DELETE FROM pending WHERE issuer = $1 AND hash = $2
//! RETURNING kind, owner, client_id, expires_at, details;
//! ```
//!
//! `put_pending` is an insert, after which no more than `room` of the owner's may wait. Of those that wait, oldest first, the first
//! `room / 2` stay; of the others as many of the oldest go as are too many.
//!
//! ```sql
//! SELECT number FROM pending
//! WHERE issuer = $1 AND owner = $2 AND kind = $4 AND answer IS NULL AND $3 < expires_at ORDER BY number;
//!
//! DELETE FROM pending WHERE number = $1;                     -- for each that goes
//!
//! INSERT INTO pending (issuer, hash, kind, owner, client_id, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6, $7);
//! ```
//!
//! ## Purging
//!
//! `purge_expired`, for all issuers; here `$1` is `now`. It removes what no look-up finds any more, and so changes no answer.
//! Redeemed codes stay as long as their family: they are what a replay is recognised by. Codes go before families, because locks
//! are taken in that order. Where much has expired, delete in portions, so that requests need not wait.
//!
//! ```sql
//! DELETE FROM access_tokens WHERE expires_at <= $1;
//!
//! DELETE FROM pending WHERE expires_at <= $1;
//!
//! DELETE FROM refresh_tokens WHERE expires_at <= $1;
//!
//! DELETE FROM codes WHERE expires_at <= $1 AND NOT redeemed;
//!
//! DELETE FROM codes WHERE (issuer, family) IN (SELECT issuer, id FROM families WHERE keep_until <= $1);
//!
//! DELETE FROM families WHERE keep_until <= $1;
//!
//! UPDATE families SET salt = NULL, retry_until = NULL WHERE retry_until <= $1;
//! ```
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
//! # Databases
//!
//! **SQLite.** Use `PRAGMA journal_mode = WAL` and `PRAGMA foreign_keys = ON`, a `busy_timeout`, and `BEGIN IMMEDIATE` for every
//! transaction that writes: one that begins with a read may be refused when it comes to write. Set `PRAGMA synchronous = FULL`.
//! With `NORMAL` a power cut can undo the last commits; then a code that was redeemed is good again. A driver that blocks belongs
//! on threads of its own.
//!
//! **PostgreSQL.** `READ COMMITTED`, the default, is enough, because every decision is made on rows that the transaction has
//! locked with `FOR UPDATE`. At `SERIALIZABLE` the database may refuse a transaction at its end; run it again then. Many
//! instances of the server may share one database.
//!
//! **A dropped future.** When a client hangs up, the future of the operation may be dropped between two statements. Drivers that
//! roll back a transaction that is dropped do the right thing. If the drop comes while the commit is under way, it takes effect
//! or it does not; both are whole.
//!
//! [`AccessTokenStore`]: crate::AccessTokenStore
//! [`AuthorizationCodeStore`]: crate::AuthorizationCodeStore
//! [`AuthorizationRecords`]: crate::AuthorizationRecords
//! [`ClientRegistry`]: crate::ClientRegistry
//! [`ClientStore`]: crate::ClientStore
//! [`Durable`]: crate::Durable
//! [`FamilyStore`]: crate::FamilyStore
//! [`HealthCheck`]: crate::HealthCheck
//! [`PendingStore`]: crate::PendingStore
//! [`PurgeExpired`]: crate::PurgeExpired
//! [`RefreshTokenStore`]: crate::RefreshTokenStore
