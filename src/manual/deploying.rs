//! Deploying: a proxy with TLS, two instances over one database, a unit or an image, backups that were tried, and upgrades.
//!
//! The files are in `examples/deploy`. They run the example server; yours takes its place with the flags that it has. Tests of the
//! example server start nginx with the very file below and the server with the very flags of the unit, sign people in through both, and
//! kill one of the instances (`examples/server/tests/deploy.rs`); a backup is taken and restored in `examples/server/tests/backup.rs`.
//!
//! | | what holds |
//! |---|---|
//! | the issuer | `https://auth.example.com/auth`, the same text in every instance, whatever the proxy is called inside |
//! | instances | two or more, all alike; each can answer each request, so none is sticky and each can be ended at any time |
//! | the database | one PostgreSQL, its primary; everything that instances must agree upon is there |
//! | secrets | the master keys, the same for all instances, outside of the database and of its backups; what opens the database |
//! | clocks | NTP, on each machine |
//!
//! # The proxy
//!
//! ```text
#![doc = include_str!("../../examples/deploy/nginx.conf")]
//! ```
//!
//! * **Paths pass unchanged.** A `proxy_pass` with a path behind the host would take the issuer's path off, and every endpoint would be
//!   404. The metadata is at two places, or three with the profile [`Mcp`](crate::Mcp): below the issuer, and with the
//!   well-known part in front of its path ([behind a proxy](super::behind_a_proxy#paths)). The expression with `.well-known` is for the
//!   latter, and for the documents of APIs (RFC 9728).
//! * **A POST is sent once.** A code that comes twice counts as stolen, and its tokens are revoked (RFC 6749 section 4.1.2). So an instance
//!   that dies with a request in its hands costs that one request: the client gets 502. Whoever refreshes may try again at once,
//!   since the [retry window](crate::RetryWindow) gives the same answer; whoever redeemed a code starts the sign-in again. An
//!   instance that cannot be reached at all costs nothing: nginx asks the other one before it has sent anything.
//! * **The log has no queries.** The usual formats write them, and so keep codes that were sent to a callback on this host, `login_hint`s
//!   and `state`s. Error logs have them all the same: keep those as you would keep secrets, for days and not for years.
//! * **Addresses** are the proxy's word: it replaces what a client says in `X-Forwarded-For`. Behind another proxy or a load
//!   balancer, `real_ip_header` and `set_real_ip_from` say whom to believe.
//! * **Limits.** 64 KiB of parameters are the library's bound; nginx lets a little more pass, so that the library gives the answer.
//! * **Certificates of clients** end at the proxy like TLS does: see `mutual_tls` (feature `mtls`).
//! * **Health** is asked of each instance, not through the proxy: `/auth/health` would say that *one* is well.
//!
//! # With systemd
//!
//! ```text
#![doc = include_str!("../../examples/deploy/grantor@.service")]
//! ```
//!
//! ```text
//! useradd --system --no-create-home --shell /usr/sbin/nologin grantor
//! install -d -m 0750 -o root -g grantor /etc/grantor
//! (umask 077; echo "MASTER_KEYS=$(openssl rand -base64 32)" > /etc/grantor/environment)   # on the first machine; copied to the others
//! sudo -u postgres createuser grantor && sudo -u postgres createdb --owner grantor grantor
//! install authorization_server /usr/local/bin/ && install -m 0644 grantor@.service /etc/systemd/system/
//! systemctl enable --now grantor@8081 grantor@8082
//! ```
//!
//! The command line is for everybody to read (`/proc`), so no secret is on it. A database on another machine has a password: put it
//! into the same file, as `PGPASSWORD=..`, and leave it out of the URL. `systemd-analyze security grantor@8081` gives the unit 1.4 of 10,
//! where 10 is a unit with no protection.
//!
//! **Stopping.** On SIGTERM the server takes no new connections and finishes what it has begun. Restart one instance after the other, the
//! next one when `/health` of the one before is 200.
//!
//! # As an image
//!
//! ```text
#![doc = include_str!("../../examples/deploy/Containerfile")]
//! ```
//!
//! ```text
//! podman run --read-only --cap-drop=all --security-opt=no-new-privileges -p 127.0.0.1:8081:8080 \
//!     --user "$(id -u grantor):$(id -g grantor)" --env-file /etc/grantor/environment -v /etc/grantor:/etc/grantor:ro \
//!     grantor --issuer https://auth.example.com/auth --database postgres://grantor@db.internal/grantor \
//!     --clients /etc/grantor/clients.json --users /etc/grantor/users.json --strict --openid --signing-keys store \
//!     --source-header x-forwarded-for
//! ```
//!
//! An orchestrator asks `GET /health` whether an instance is ready. It should not *restart* one because of it: while the database is down
//! no instance is well, and restarting them helps nobody.
//!
//! # Backup and restore
//!
//! | | backup, while the server runs | restore |
//! |---|---|---|
//! | PostgreSQL | `pg_dump --format=custom --file=grantor.dump grantor` | `createdb restored && pg_restore --exit-on-error --single-transaction --dbname=restored grantor.dump` |
//! | SQLite | `sqlite3 auth.db "VACUUM INTO 'backup.db'"`, or `.backup` | move the file where the database was; leave `-wal`, `-shm` and `-retry` out |
//! | master keys | apart from the database, wherever your secrets are | without them the signing keys cannot be opened and the server does not start |
//! | files of clients and users | with the configuration | |
//!
//! A restored database is the state of that moment. What that means, and what to do:
//!
//! | | after the restore | what to do |
//! |---|---|---|
//! | clients, signing keys, authorizations, refresh tokens that nobody used since | go on | |
//! | authorizations and registrations since | gone: `invalid_grant`, `invalid_client` | people sign in again, clients register again |
//! | refresh tokens that were used since | the newest is unknown: `invalid_grant`. The one before is good again | people sign in again. Who stole the one before can use it: see the next row |
//! | what was revoked since | **is good again** until it expires | end it again, before the server is back: [`revoke_client`](crate::AuthorizationServer::revoke_client), [`revoke_subject`](crate::AuthorizationServer::revoke_subject) for whoever stands in the events `grantor.revoke`, `grantor.revoke_all` and `grantor.replay` since the backup (the example server: `--end-client`, `--end-person`). If you cannot tell, end everything of everybody: signing in again is a nuisance, a thief who is back is not |
//! | a code, a proof or an assertion that was used since | can be used again | they live for five minutes at most, codes as long as you let them: have the server back once that is over |
//! | a signing key that was withdrawn since | signs again, unless an instance that knows better still runs | withdraw it again (page `keys`) |
//! | JWT access tokens (feature `jose`) | those of authorizations that are gone are good at APIs until they expire | they live for minutes |
//!
//! With a continuous archive (`archive_command`, or a replica that takes over) nothing of this has to happen: what was acknowledged is there.
//! For an authorization server that is worth having, since every row of the table above is about what came after the backup.
//! Try the restore before you need it: into another database, with an instance on another port and the same issuer.
//!
//! # Upgrades
//!
//! 1. Read the section *To change* of the changelog, and whether the schema leaves the release before working.
//! 2. Make a backup. It is the way back: an older release does not open a SQLite file that a newer one has, and does not know what a
//!    newer one wrote.
//! 3. Start the new release on one instance. It brings the schema up to date as it opens it, while the others serve
//!    ([how](super::choosing_and_running_a_store#postgresql)). With SQLite all processes of the old release end first.
//! 4. When it is well, restart the others.
//!
//! Every schema that ever was is tried with data in it by `tests/stores/upgrade`: opened by the release of today, with all tokens, codes, keys,
//! sessions and clients of before good.
