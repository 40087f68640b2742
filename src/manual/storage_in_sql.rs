//! Bringing your own storage, in SQL: tables, the statements of every operation, and what to know of databases.
//!
//! [Bringing your own storage](super::storage) says what is asked for and why; this page is a way to write it.
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
//!     parent      BLOB,              -- the family that it descends from
//!     created_at  BIGINT  NOT NULL,
//!     details     TEXT    NOT NULL,
//!     keep_until  BIGINT  NOT NULL,
//!     revoked     BOOLEAN NOT NULL DEFAULT FALSE,
//!     generation  BIGINT  NOT NULL DEFAULT 0,
//!     outliving   TEXT,              -- of earlier generations
//!     salt        BLOB,              -- 32 bytes, until a minute after the retry window
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
//!     alias       BLOB,              -- the next three for `DeferredStore`
//!     polled_at   BIGINT,
//!     poll_interval BIGINT,
//!     UNIQUE (issuer, hash),
//!     UNIQUE (issuer, alias)
//! );
//! CREATE TABLE replays (
//!     issuer      TEXT    NOT NULL,
//!     hash        BLOB    NOT NULL,
//!     expires_at  BIGINT  NOT NULL,
//!     PRIMARY KEY (issuer, hash)
//! );
//! CREATE TABLE signing_keys (
//!     issuer          TEXT   NOT NULL,
//!     kid             TEXT   NOT NULL,
//!     algorithm       TEXT   NOT NULL,
//!     generation      BIGINT NOT NULL,
//!     announced_at    BIGINT NOT NULL,
//!     signs_from      BIGINT NOT NULL,
//!     signs_until     BIGINT NOT NULL,
//!     published_until BIGINT NOT NULL,
//!     withdrawn_at    BIGINT,
//!     public          TEXT   NOT NULL,
//!     sealed          BLOB   NOT NULL,
//!     details         TEXT   NOT NULL,
//!     PRIMARY KEY (issuer, algorithm, generation),
//!     UNIQUE (issuer, kid)
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
//! CREATE INDEX replays_by_expires_at ON replays (expires_at);
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
//! SELECT c.family, c.client_id, c.expires_at, c.details, c.redeemed, f.revoked, f.generation, f.outliving
//! FROM codes c JOIN families f ON f.issuer = c.issuer AND f.id = c.family
//! WHERE c.issuer = $1 AND c.hash = $2 AND (c.redeemed OR $3 < c.expires_at) AND $3 < f.keep_until;
//! ```
//!
//! `find_access_token`, and `find_refresh_token` likewise (with `FALSE` for `revoked` of the token). A refresh token that was
//! replaced is found as well, and so is a token of a revoked family: the caller looks at the generation and at the flags.
//!
//! ```sql
//! SELECT t.family, t.generation, t.client_id, t.issued_at, t.expires_at, t.details, t.revoked, f.revoked, f.generation, f.outliving
//! FROM access_tokens t JOIN families f ON f.issuer = t.issuer AND f.id = t.family
//! WHERE t.issuer = $1 AND t.hash = $2 AND $3 < t.expires_at AND $3 < f.keep_until;
//! ```
//!
//! For `f.revoked`, here and in the steps below, take this where `f.parent` is not null: the flags of the family and of all its
//! ancestors. It is null if one of those was purged, and then there is no such family any more. A database computes it for those alone.
//!
//! ```sql
//! CASE WHEN f.parent IS NULL THEN f.revoked ELSE (
//!     WITH RECURSIVE ancestors (parent, revoked) AS (
//!         SELECT a.parent, a.revoked FROM families a WHERE a.issuer = f.issuer AND a.id = f.parent
//!         UNION ALL
//!         SELECT a.parent, a.revoked FROM ancestors JOIN families a ON a.issuer = f.issuer AND a.id = ancestors.parent
//!     )
//!     SELECT CASE WHEN count(*) = count(parent) + 1
//!         THEN f.revoked OR max(CASE WHEN revoked THEN 1 ELSE 0 END) = 1 END FROM ancestors
//! ) END
//! ```
//!
//! `family` looks a family up, with the same in place of `revoked`:
//!
//! ```sql
//! SELECT client_id, subject, parent, created_at, details, keep_until, revoked, generation, outliving FROM families f
//! WHERE issuer = $1 AND id = $2 AND $3 < keep_until;
//! ```
//!
//! From the row to the answer, in whatever way your driver hands out rows:
//!
//! ```
//! use grantor::storage::{FamilyId, FamilyState, FoundToken, Outliving, TokenDetails, TokenRecord};
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
//!     family_outliving: Option<String>,
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
//!     let outliving = row.family_outliving.as_deref().map(Outliving::from_json).transpose()?;
//!     let state = FamilyState::new(row.family_revoked, generation(row.family_generation)?).with_outliving(outliving);
//!     Ok(FoundToken::new(record, row.revoked, state))
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
//! INSERT INTO families (issuer, id, client_id, subject, created_at, details, keep_until, parent)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8);                   -- $7: issue.keep_family_until
//! INSERT INTO codes (issuer, hash, family, client_id, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6);                           -- if there is a code
//! INSERT INTO access_tokens (issuer, hash, family, generation, client_id, issued_at, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8);                   -- if there is an access token
//! INSERT INTO refresh_tokens (issuer, hash, family, generation, client_id, issued_at, expires_at, details)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8);                   -- if there is a refresh token
//! COMMIT;
//! ```
//!
//! With a parent, look that one up before, as `family` does (in PostgreSQL with `FOR KEY SHARE` on it and on its ancestors, so that none
//! is purged meanwhile). If it is not there, or revoked, begin nothing and answer
//! [`Spending::Orphaned`](crate::storage::Spending::Orphaned); if it has
//! [`MAX_ANCESTORS`](crate::storage::FamilyRecord::MAX_ANCESTORS), [`Spending::TooDeep`](crate::storage::Spending::TooDeep). Then
//! remember its ancestors for as long as the issue says:
//!
//! ```sql
//! WITH RECURSIVE ancestors (id, parent) AS (
//!     SELECT id, parent FROM families WHERE issuer = $1 AND id = $2                    -- $2: the parent
//!     UNION ALL
//!     SELECT a.id, a.parent FROM ancestors JOIN families a ON a.issuer = $1 AND a.id = ancestors.parent
//! )
//! UPDATE families SET keep_until = $3 WHERE issuer = $1 AND id IN (SELECT id FROM ancestors) AND keep_until < $3;
//! ```
//!
//! ## Revoking
//!
//! `revoke_family` and `revoke_access_token`. A row that is not there is no error. What descends from the family is not touched: it
//! finds the flag itself.
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
//! SELECT id, client_id, parent, created_at, details FROM families f
//! WHERE issuer = $1 AND subject = $2 AND $3 < keep_until AND NOT revoked
//! ORDER BY created_at DESC;
//! ```
//!
//! `list_authorizations` lists them page by page, and those of a client too, with an ancestor's revocation looked at as everywhere. One row
//! more than the page takes says whether there are more. The index on subjects finds those of a person. Those of a client need one of their
//! own, or the store looks at a portion of the families for each page and says in `next` how far it came:
//!
//! ```sql
//! SELECT id, client_id, subject, parent, created_at, details FROM families f
//! WHERE issuer = $1 AND subject = $2 AND id > $3 AND $4 < keep_until AND NOT revoked
//! ORDER BY id LIMIT $5;                                                                -- $5: limit + 1
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
//! If the family has a parent, the same for its ancestors, as in `begin_family`; and so where a refresh token is replaced.
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
//!    and `retry_until` of the proposal; or `NULL` for both if `now >= retry_until`, because then there is no retry window. Write what
//!    outlives, which is `NULL` for `None`.
//! 3. `g + 1 = f`, the salt is there, and `now < retry_until` (as kept with the family, not as proposed): a retry. Insert the
//!    access token but not the refresh token, raise `keep_until`, commit, and answer
//!    [`Rotation::retried`](crate::storage::Rotation::retried) with the salt that was kept.
//! 4. Else it is a replay: revoke the family, **commit**, answer `Replayed`.
//!
//! ```sql
//! UPDATE families SET generation = generation + 1, salt = $4, retry_until = $5, outliving = $6
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
//! `DeferredStore` keeps requests under a second key. `put_deferred` removes what is behind that and has expired; if something is left it is
//! `false`, else an insert as above, with the alias.
//!
//! ```sql
//! DELETE FROM pending WHERE issuer = $1 AND alias = $2 AND expires_at <= $3;
//!
//! SELECT 1 FROM pending WHERE issuer = $1 AND alias = $2;
//!
//! INSERT INTO pending (issuer, hash, kind, owner, client_id, expires_at, details, alias)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8);
//! ```
//!
//! `find_deferred` is `find_pending` by the alias, and gives the hash besides. `poll_deferred` locks the row and says what it finds. If there
//! is no answer it keeps the moment and the interval. With `counts` the greater of `interval` and what was kept, and `passed` the seconds
//! since the last poll: if `0 <= passed < counts` it is too soon, and what is kept is the greatest of `counts`, `passed + 5` and
//! `interval + 5`; else `counts`.
//!
//! ```sql
//! SELECT kind, owner, client_id, expires_at, details, answer, polled_at, poll_interval FROM pending
//! WHERE issuer = $1 AND hash = $2 AND client_id = $4 AND $3 < expires_at AND alias IS NOT NULL; -- for PostgreSQL FOR UPDATE
//!
//! UPDATE pending SET polled_at = $3, poll_interval = $4 WHERE issuer = $1 AND hash = $2;
//! ```
//!
//! ## What may be used once
//!
//! `first_time`. If the statement changes one row, this call is the first: `true`. Before it, `until <= now` is `false`, and an `until`
//! more than a day from now an error.
//!
//! ```sql
//! INSERT INTO replays (issuer, hash, expires_at) VALUES ($1, $2, $4)
//! ON CONFLICT (issuer, hash) DO UPDATE SET expires_at = $4 WHERE replays.expires_at <= $3;
//! ```
//!
//! ## Signing keys
//!
//! `announce_key`: if the statement inserts a row, this call announced the key; if not, another was. A `kid` that is taken is an error.
//!
//! ```sql
//! INSERT INTO signing_keys (issuer, kid, algorithm, generation, announced_at, signs_from, signs_until, published_until, public, sealed,
//!     details)
//! VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
//! ON CONFLICT (issuer, algorithm, generation) DO NOTHING;
//! ```
//!
//! `withdraw_key` and `keys`. A key that was withdrawn stays, so that its generation is not given a second time.
//!
//! ```sql
//! UPDATE signing_keys SET withdrawn_at = $3, sealed = '' WHERE issuer = $1 AND kid = $2 AND withdrawn_at IS NULL;
//!
//! SELECT kid, algorithm, generation, announced_at, signs_from, signs_until, published_until, withdrawn_at, public, sealed, details
//! FROM signing_keys WHERE issuer = $1 AND $3 < published_until ORDER BY algorithm, generation;
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
//! DELETE FROM replays WHERE expires_at <= $1 - 60;           -- by a clock that is a little behind it is of use still
//!
//! DELETE FROM signing_keys WHERE published_until <= $1;
//!
//! DELETE FROM refresh_tokens WHERE expires_at <= $1;
//!
//! DELETE FROM codes WHERE expires_at <= $1 AND NOT redeemed;
//!
//! DELETE FROM codes WHERE (issuer, family) IN (SELECT issuer, id FROM families WHERE keep_until <= $1);
//!
//! DELETE FROM families WHERE keep_until <= $1;
//!
//! UPDATE families SET salt = NULL, retry_until = NULL WHERE retry_until <= $1 - 60;  -- and so are these
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
