//! Keys: what tokens are signed with, and how you never have to think of them again.
//!
//! A server that signs (JWT access tokens, signed introspection) has private keys, and publishes their public halves at `/jwks`, whose URL is in
//! its metadata as `jwks_uri` (RFC 8414 section 2). Keys are replaced from time to time, so that one that leaked without anybody noticing
//! is of no use for ever; and whoever verifies tokens caches the public ones. Most of what goes wrong with keys goes wrong between these two.
//!
//! # Stored keys
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, MasterKeys, SigningKeys, SqliteStore, issuer};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let server = AuthorizationServer::builder()
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(SqliteStore::open("server.db")?)
//!     .master_keys(MasterKeys::parse(&std::env::var("MASTER_KEYS")?)?)
//!     .grant(ClientCredentials::new())
//!     .enable(JwtAccessTokens::new("https://api.example.com"))
//!     .enable(SigningKeys::stored().algorithm(Es256))
//!     .build();
//!
//! server.ready().await?;
//! let server = Arc::new(server);
//! let keeper = server.clone();
//! tokio::spawn(async move { keeper.keep_keys(tokio::time::sleep).await });
//! // .. serve
//! # Ok(())
//! # }
//! ```
//!
//! `openssl rand -base64 32` makes a master key. That is all: the first instance that starts makes the first key, all instances over one storage
//! share the keys, and each key is replaced by the next one without a leader, a cron job or a restart.
//!
//! | a key is | from | and it |
//! |---|---|---|
//! | announced | 14 days before it signs; the first one of an algorithm not at all, as nothing else could sign | is published |
//! | signing | when its time has come; then it is the only one of its algorithm | signs, for 90 days |
//! | retired | when the next one signs | is published, until every token that it may have signed has expired |
//! | forgotten | a day and a minute after the last moment at which it might have signed | is deleted by [`purge_forever`](crate::storage::purge_forever) |
//!
//! Nothing of this is a state in the database: it follows from the four times that a key is announced with, and the clock. So nobody has to
//! be awake for a key to move on, and instances whose clocks differ by a minute agree about every token.
//!
//! # Why these times
//!
//! [`Rotation`](crate::Rotation) has four, and [`Rotation::new`](crate::Rotation::new) refuses those that do not fit together.
//!
//! - **A key signs for 90 days.** Who computes signatures with 128 bits of security needs no replacement for the mathematics' sake. It
//!   bounds for how long a copied key is worth something, and keeps what is done seldom from being done never.
//! - **It is announced 14 days before.** At the least that has to be twice the time that a cache may be old: `max-age` of `/jwks`, and the
//!   refresh interval of the instance that filled it. It is much more than that, for those who cache longer than they were told (a day is
//!   common), for instances that are down for a weekend, and for one more reason: a backup that is younger than 14 days has every key that
//!   signed a token.
//! - **`/jwks` may be cached for 15 minutes.** That is how long a stolen key is still accepted elsewhere after you have withdrawn it. It
//!   costs each API four requests an hour, for a response that is in memory.
//! - **Each instance looks at the storage once a minute**: one statement. [`health`](crate::AuthorizationServer::health) fails when none of
//!   these looks has succeeded for `max-age` and two of them; what such an instance serves as `/jwks` says `no-cache`, so a key that it has
//!   not heard of cannot be missing anywhere when that key begins to sign.
//! - **A retired key stays** for the longest life that an access token can have, a day, whatever you set it to now: it might have been longer
//!   yesterday.
//!
//! If all instances were down when a key was due, the one before it goes on for up to 14 days more, and the next one is still announced in
//! time. If they were down for longer than that, a new key signs at once, as there is no better one.
//!
//! # Master keys
//!
//! Private keys are in the storage under AES-256-GCM, with a key derived from the master keys, for this issuer, this `kid` and this algorithm.
//! Whoever can read the database has none of them; whoever can write to it cannot add one, since what is published is the public half of what
//! opened. [`SigningKeys::stored_with`](crate::SigningKeys::stored_with) takes a [`KeySealer`](crate::KeySealer) of your own instead, such as
//! a key management service.
//!
//! With the wrong master key [`ready`](crate::AuthorizationServer::ready) fails, and says so; a server that is running keeps the keys that it
//! has, and becomes unhealthy. No new key is made in either case: an instance with a wrong configuration does not push its own key on the
//! others.
//!
//! To change master keys:
//!
//! 1. Give every instance the new one *behind* the old one. Nothing changes yet, but each can open what the others will seal.
//! 2. Then in front of it. New keys are sealed under it.
//! 3. After 118 days (90, twice 14) and a day no key is sealed under the old one, which can go.
//!
//! If a master key leaked together with the database, the keys leaked too: withdraw them.
//!
//! A lost master key loses the keys. Keep it where you keep the password of the database. If it is gone, stop all instances and delete the rows of the keys: new ones
//! are made, tokens that are out there are refused, and clients get others with their refresh tokens.
//!
//! # A key was stolen
//!
//! ```
//! # use grantor::{KeyId, KeysError};
//! # async fn withdraw<G, R, F, P>(server: &grantor::AuthorizationServer<grantor::MemoryStore, G, R, F, P>, kid: &str) -> Result<(), Box<dyn std::error::Error>>
//! # where F: grantor::FeaturesOn<grantor::MemoryStore> {
//! // What `/jwks` calls it.
//! server.withdraw_key(&KeyId::parse(kid)?).await?;
//! # Ok(())
//! # }
//! ```
//!
//! From then on this instance neither signs with it nor publishes it; the others within a minute; APIs within 15 more, and at once if they ask for
//! `/jwks` anew. The next key takes its place, also before its time, and if there is none a new one. The private half is erased. Tokens that
//! it signed are refused, the good ones too; clients get new ones with their refresh tokens, which are not signed.
//!
//! [From the command line](crate::manual::administration#signing-keys) it is `grantor-admin key drop KID --yes`; and `key rotate` announces the
//! next key before it is due, as where somebody leaves who could have copied one
//! ([`Administration::rotate_key`](crate::Administration::rotate_key)).
//!
//! # A database from yesterday
//!
//! A storage that was restored from a backup has forgotten which keys were announced since, and which were withdrawn. An instance that runs on puts
//! both back at its next refresh. If none does, a key that was announced since had not signed yet (14 days), so nothing is lost; but a key
//! that was **withdrawn** since is back: withdraw it again.
//!
//! # Keys from elsewhere
//!
//! | | |
//! |---|---|
//! | [`SigningKeys::external`](crate::SigningKeys::external) | a [`Signer`](crate::Signer): a key management service or a hardware security module that does not give keys away. It signs each token, so it is asked for each; each signature is verified before it leaves. The example `key_service` has one over a Unix socket. Bound the time that it may take: while it does not answer, clients get 503, and no code and no refresh token is used up |
//! | [`SigningKeys::fixed`](crate::SigningKeys::fixed) | a key that you have, in PKCS#8. You replace it: [publish](crate::SigningKeys::publish) the next one for half an hour at least, start with that one, and publish the old one until its tokens have expired |
//! | [`SigningKeys::ephemeral`](crate::SigningKeys::ephemeral) | made at each start; for [`Development`](crate::Development) |
//!
//! # Which algorithm
//!
//! `Es256`, unless an API or a client cannot: it signs in 20 µs, its tokens are short, and everybody verifies it. `EdDsa` is as good where all
//! of them know it. `Rs256` is what the oldest can, and costs ten times as much to sign. Several may be there side by side, each
//! with keys of its own: the first is preferred, and [`JwtAccessTokens`](crate::JwtAccessTokens) says which resource needs another. One that is taken out of the chain stays published until its tokens have expired.
//!
//! To add one to a server that runs, or to replace one, announce its first key a quarter of an hour and a minute before you deploy the chain
//! that names it: `grantor-admin key rotate --algorithm EdDSA`, or [`Administration::rotate_key`](crate::Administration::rotate_key).
//! The instances that run publish every key of the issuer, also of an algorithm that they do not sign with, so that caches have the key when
//! it first signs. Without that, a verifier that does not ask again for a `kid` that it does not know refuses the new tokens until
//! its cache is over.
//!
//! # What to watch
//!
//! The [events](crate::manual::operating#events) `grantor.keys_failed` (a refresh did not succeed), `grantor.key_announced` (about every 90
//! days), `grantor.key_withdrawn` and `grantor.key_put_back`; and the health check.
