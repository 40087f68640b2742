//! Running a server: what to remove, what to set, what to watch.
//!
//! # Removing what has expired
//!
//! Expired rows are refused, but they stay in the storage until somebody calls
//! [`purge_expired`](crate::PurgeExpired::purge_expired). One call covers all issuers. A revoked family stays until everything in
//! it would have expired, so that a replay is still recognised; the library tells the store how long that is.
//!
//! [`purge_forever`](crate::storage::purge_forever) does so again and again. Spawn it beside the server; with several instances
//! over one database, one of them is enough.
//!
//! ```
//! use std::time::Duration;
//!
//! use grantor::storage::purge_forever;
//! use grantor::{PurgeExpired, SystemClock};
//!
//! fn purge_every_ten_minutes<S: PurgeExpired>(store: S) -> tokio::task::JoinHandle<()> {
//!     tokio::spawn(purge_forever(store, SystemClock, || tokio::time::sleep(Duration::from_secs(600))))
//! }
//! ```
//!
//! [`purge_with_progress`](crate::PurgeExpired::purge_with_progress) says meanwhile how many rows went, and the command line
//! `grantor-admin purge` shows it ([administration](crate::manual::administration)).
//!
//! [`MemoryStore`](crate::MemoryStore) purges itself as it grows. What each store needs, backups and upgrades are on the page
//! [choosing and running a store](crate::manual::choosing_and_running_a_store).
//!
//! # Lifetimes
//!
//! Each is a type that cannot hold a value outside its bounds. In code, [`lifetime!`](crate::lifetime) has the compiler check the
//! number; for a value from configuration there is `from_secs`, which returns an error, and the types can be deserialized.
//!
//! | type | what lives that long | default | bounds | set with |
//! |---|---|---|---|---|
//! | [`CodeLifetime`](crate::CodeLifetime) | an authorization code | 1 minute | 1 second to 10 minutes | [`AuthorizationCode::code_lifetime`](crate::AuthorizationCode::code_lifetime) |
//! | [`AccessTokenLifetime`](crate::AccessTokenLifetime) | an access token | 10 minutes | 1 second to 1 day | [`Builder::access_token_lifetime`](crate::Builder::access_token_lifetime) |
//! | [`RefreshTokenLifetime`](crate::RefreshTokenLifetime) | a refresh token | 14 days | 1 second to 365 days | [`RefreshToken::lifetime`](crate::RefreshToken::lifetime) |
//! | [`RetryWindow`](crate::RetryWindow) | the right to send a rotated refresh token again | 5 seconds | 0 to 60 seconds | [`RefreshToken::retry_window`](crate::RefreshToken::retry_window) |
//! | [`PushedRequestLifetime`](crate::PushedRequestLifetime) | a `request_uri`, for a browser to come with it | 1 minute | 5 seconds to 10 minutes | [`PushedAuthorizationRequests::lifetime`](crate::PushedAuthorizationRequests::lifetime) |
//! | [`DeviceCodeLifetime`](crate::DeviceCodeLifetime) | the codes of a device and of its person | 10 minutes | 1 to 30 minutes | [`DeviceCode::lifetime`](crate::DeviceCode::lifetime) |
//! | [`PollingInterval`](crate::PollingInterval) | the pause of a device between two polls | 5 seconds | 1 to 60 seconds | [`DeviceCode::interval`](crate::DeviceCode::interval) |
//! | [`InteractionLifetime`](crate::InteractionLifetime) | a suspended authorization request | 10 minutes | 1 second to 1 hour | [`Builder::interaction_lifetime`](crate::Builder::interaction_lifetime) |
//!
//! Something is valid while `now < expires_at`: in the last second it is, at the end it is not.
//!
//! A scope that is taken out of a client's record can no longer be asked for. Authorizations that have it keep it, through every
//! refresh, until they end or are revoked.
//!
//! A client can have lifetimes of its own for [access tokens](crate::ClientBuilder::access_token_lifetime) and
//! [refresh tokens](crate::ClientBuilder::refresh_token_lifetime), and a grant can set
//! [one for a single token](crate::Granted::access_token_lifetime). The most specific wins: grant, then client, then server.
//!
//! A refresh token's time counts from its own issue, and each use issues a new one. So a client that comes back in time stays
//! signed in; one that stays away for 14 days does not.
//!
//! ```
//! use grantor::{AuthorizationCode, RefreshToken, RefreshTokenLifetime, lifetime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let code = AuthorizationCode::new().code_lifetime(lifetime!(CodeLifetime, 30));
//!
//! let from_configuration = 30 * 24 * 60 * 60;
//! let refresh = RefreshToken::new().lifetime(RefreshTokenLifetime::from_secs(from_configuration)?);
//! # let _ = (code, refresh);
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! | type | of what | default | bounds | set by |
//! |---|---|---|---|---|
//! | [`RequestBytes`](crate::RequestBytes) | an authorization request where it is kept, in bytes of JSON | 8,192 | 1,024 to 65,536 | [`Builder::request_bytes`](crate::Builder::request_bytes) |
//! | [`PendingPerBrowser`](crate::PendingPerBrowser) | undecided authorization requests of one browser | 32 | 4 to 1,000 | [`Builder::pending_per_browser`](crate::Builder::pending_per_browser) |
//! | [`PendingRequests`](crate::PendingRequests) | undecided authorization requests that one instance of the server keeps | 50,000 | 100 to 100,000,000 | [`Builder::pending_requests`](crate::Builder::pending_requests) |
//!
//! Anybody can send an authorization request, so what is kept of one is bounded. A larger one is `invalid_request`, by redirect,
//! whether its person has to sign in or not. With one more of a browser's, one in the middle gives way, so that what its person has
//! begun stays; with one more of the server's, suspending fails with `temporarily_unavailable`, and the event
//! `grantor.too_many_pending` tells you. Requests that clients push, and those of devices, are counted with them, from the first on; of
//! public clients, in whose name anybody may send them, none is taken while half of the room is taken. The product of the first and the last is the most that strangers can have an instance keep.
//!
//! # Sizes
//!
//! RFC 6749 asks a server to say how long the values are that it issues. For columns and limits of clients:
//!
//! | value | characters |
//! |---|---|
//! | access token, refresh token, authorization code | 47, of `A` to `Z`, `a` to `z`, `0` to `9`, `-` and `_` |
//! | client identifier | 1 to [2048](crate::ClientId::MAX_LEN), as it may be a URL, printable ASCII |
//! | client secret | 43 if generated, else 1 to [512](crate::ClientSecret::MAX_LEN), printable ASCII |
//! | `state` | as it was sent; the whole of a request is at most 64 KiB |
//!
//! # Randomness
//!
//! Tokens, codes, secrets and what else nobody may guess come from the operating system, drawn anew for each request. The process
//! keeps no generator and no reserve of random bytes, so there is nothing that two copies of it could both go on with:
//!
//! * Workers may be forked from one process, also after it has served. (Open the store in each of them: threads and connections
//!   to a database do not survive a fork.)
//! * A container that is restored from a checkpoint (CRIU) asks a kernel that went on meanwhile.
//! * A virtual machine that is restored from a snapshot, or cloned from one, depends on its own kernel. Linux from 5.18 on seeds
//!   its generator anew when the hypervisor says that this happened (VM Generation ID: QEMU with the device `vmgenid`, Hyper-V,
//!   Firecracker). Without that, the restored kernels make the same random numbers until they have seeded themselves again,
//!   for this library and for everything else; restart them rather than restore them.
//!
//! Drawing takes 0.3 to 0.6 microseconds of each request that issues something; where the C library asks the kernel's vDSO (glibc
//! from 2.41 on, Linux from 6.11 on), less than half of that. A generator in the process would be quicker, and cannot notice in
//! time that its memory was copied. Where a sandbox forbids both the system call `getrandom` and `/dev/urandom`, requests that
//! issue something are answered with `server_error`.
//!
//! # Refresh tokens
//!
//! Each use replaces the refresh token and ends the access tokens that came before, save those for
//! [other APIs](super::several_apis). If a refresh token that was replaced already
//! comes again, somebody has a copy, and the whole family is revoked (RFC 9700 section 4.14.2): the person signs in again.
//!
//! There is one exception, because responses get lost. Within the retry window, and until the new token has been used, the old
//! one yields the very same new one again. With [`RetryWindow`](crate::RetryWindow) 0 there is no exception.
//!
//! Many "replayed" events for one client are more often a fault of the client than a thief: it refreshes from two places that do
//! not share their tokens.
//!
//! # Taking an approval back
//!
//! People should see what they have approved, and be able to take it back.
//! [`authorizations`](crate::AuthorizationServer::authorizations) lists it for one person, and
//! [`revoke_authorization`](crate::AuthorizationServer::revoke_authorization) ends one with all its tokens. The page itself is
//! the application's. The storage needs [`AuthorizationRecords`](crate::AuthorizationRecords) for this.
//!
//! Where a person or a client goes for good, everything of theirs ends with one call: see
//! [when a person or a client goes](crate::manual::leaving).
//!
//! # Events
//!
//! The library logs through `tracing`. No event, at whatever level, has a token, a code, a secret, a password or a verifier in
//! it, also where a client sent one in the wrong place, such as its secret as its `client_id`: of what a request says, only the
//! identifiers of registered clients are logged, and the names of grant types and response types that the server has.
//!
//! Nobody sees them until the program has a subscriber. `tracing_subscriber::fmt().init()` at the start of `main`, of the crate
//! `tracing-subscriber`, writes those from `info` on to the terminal. Have one from the first day: clients are told little, and the reason
//! is in an event.
//!
//! What happens to authorizations and tokens has events that are made to be counted. Their target is `grantor`, and name
//! (`tracing::Metadata::name`), level and fields stay as they are from release to release. `issuer` and `client_id` are on all that
//! concern a client; `subject` is the person (missing where a client acts for itself), `scope` what the authorization is for, and
//! `authorization` its identifier, as [`FamilyRecord::id`](crate::storage::FamilyRecord::id) shows it: all that happens to one
//! authorization has the same. None of them is a secret, but subjects are personal data where your identifiers of people are.
//!
//! | level | name | when | fields |
//! |---|---|---|---|
//! | info | `grantor.authorize` | an authorization request was granted, whatever its response type returns | `issuer`, `client_id`, `subject`, `scope`, `authorization` (unless neither a code nor an access token is returned), `response_type` |
//! | warn | `grantor.not_as_asked` | an approval was refused, since the person did not sign in as the client asks for, or was not asked for consent to a client that nobody vetted: the application overlooked something | `issuer`, `client_id`, `error` (`login_required`, `unmet_authentication_requirements` or `consent_required`) |
//! | info | `grantor.issue` | a grant issued tokens without a code or a refresh token | `issuer`, `client_id`, `subject`, `scope`, `authorization`, `grant_type` |
//! | info | `grantor.exchange` | a token was exchanged for one of an authorization that descends from its own | `issuer`, `client_id`, `subject`, `scope`, `authorization`, `grant_type`, `actor` (who acts for the subject, if somebody does), `parent` (the authorization from which it descends) |
//! | info | `grantor.vouch` | an ID-JAG was signed for another authorization server | `issuer`, `client_id`, `subject` (as that server calls them), `scope`, `audience` |
//! | warn | `grantor.not_trusted` | an assertion or a token of another issuer was refused | `issuer`, `client_id`, `parameter`, `reason` |
//! | info | `grantor.redeem` | a code became tokens | `issuer`, `client_id`, `subject`, `scope`, `authorization` |
//! | info | `grantor.renew` | an access token was renewed with a refresh token that stays what it is | `issuer`, `client_id`, `subject`, `scope`, `authorization` |
//! | info | `grantor.rotate` | a refresh token became the next one | `issuer`, `client_id`, `subject`, `scope`, `authorization`, `retried` (`true` for the same one again, within the retry window) |
//! | warn | `grantor.replay` | something used already came again: all tokens of the authorization are revoked | `issuer`, `client_id`, `subject`, `scope`, `authorization`, `kind` (`code` or `refresh_token`) |
//! | info | `grantor.revoke` | a client or a person revoked something | `issuer`, `client_id`, `subject`, `scope`, `authorization`, `kind` (`access_token`, `refresh_token` or `authorization`) |
//! | info | `grantor.push` | a client pushed an authorization request (RFC 9126) | `issuer`, `client_id`, `scope` |
//! | info | `grantor.device` | a device asked, and waits for its person (RFC 8628) | `issuer`, `client_id`, `scope` |
//! | info | `grantor.rate_limited` | a source, or a client that has proved who it is, sent too many requests: one was refused ([below](#rate-limits)) | `issuer`, `client_id` (of a client), `endpoint`, `of` (`source` or `client`), `retry_after` (seconds) |
//! | warn | `grantor.rate_limits_failed` | the [`RateLimits`](crate::RateLimits) did not know whether there are too many requests: one was answered | `issuer`, `endpoint`, `detail`, with its sources |
//! | warn | `grantor.too_many_guesses` | so many wrong codes were typed, of one source or in all, that one more was not looked up | `issuer` |
//! | info | `grantor.not_authenticated` | whoever asked did not prove to be the client that was named | `issuer`; `client_id`, if a client of that name is registered; `method` |
//! | info | `grantor.refuse` | a request of a client that is known was refused | `issuer`, `client_id`, `endpoint` (`authorization`, `pushed_authorization_request`, `device_authorization`, `device`, `token`, `introspection` or `revocation`), `code` |
//! | info | `grantor.revoke_all` | everything of a client or a person was revoked | `issuer`, `client_id` or `subject`, `authorizations` (how many) |
//! | info | `grantor.remove_client` | a client was removed | `issuer`, `client_id` |
//! | info | `grantor.register_client` | a client registered itself | `issuer`, `client_id` |
//! | info | `grantor.change_registration` | a client changed what it had registered | `issuer`, `client_id` |
//! | info | `grantor.refuse_registration` | a request to register a client, or to read or change what it registered, was refused | `issuer`, `code` |
//! | warn | `grantor.too_many_registrations` | there are as many clients that registered themselves as are kept, or as many requests as are taken: one more was refused | `issuer`, `of` (`clients` or `requests`) |
//! | warn | `grantor.use_not_noted` | it could not be noted that a client was used that registered itself; the next use makes up for it | `issuer`, `client_id`, `detail`, with its sources |
//! | info | `grantor.client_document` | a document was read that describes a client ([clients that are URLs](super::clients_that_are_urls)): the first of it, or one that has changed | `issuer`, `client_id`, `fingerprint`, `host_is_known` |
//! | warn | `grantor.client_document_failed` | there is no such document, or it is not valid | `issuer`, `host`, `detail`, with its sources |
//! | info | `grantor.client_changed` | a code or a refresh was refused, since the client is described otherwise than when it was authorized | `issuer`, `client_id`, `subject`, `scope`, `authorization` |
//! | debug | `grantor.purge` | [`purge_forever`](crate::storage::purge_forever) removed what had expired | `rows`, `took_seconds` |
//! | error | `grantor.purge_failed` | it could not | `detail`, with its sources |
//! | info | `grantor.key_announced` | this instance announced a signing key | `issuer`, `kid`, `algorithm`, `signs_from` (UNIX time) |
//! | warn | `grantor.key_withdrawn` | a signing key was withdrawn | `issuer`, `kid` |
//! | warn | `grantor.key_put_back` | the storage had lost a signing key, or that it was withdrawn, as after a restored backup; this instance put it back | `issuer`, `kid` |
//! | error | `grantor.keys_failed` | the signing keys could not be refreshed, and are what they were | `issuer`, `detail`, with its sources |
//! | info | `grantor.logout` | a sign-in ended | `issuer`, `subject`, `session`, `clients` (how many got an authorization in it) |
//! | info | `grantor.logout_told` | a client took a logout token | `issuer`, `client_id`, `session` |
//! | warn | `grantor.logout_failed` | a client did not take one, and gets another later | `issuer`, `client_id`, `session`, `attempts`, `detail`, with its sources |
//! | error | `grantor.logout_given_up` | a client did not take one for a day: it still takes somebody for signed in | `issuer`, `client_id`, `session`, `attempts`, `detail`, with its sources |
//! | error | `grantor.logout_not_delivered` | the storage did not say whom to tell | `issuer`, `detail`, with its sources |
//! | warn | `grantor.too_many_pending` | as many authorization requests wait as this instance keeps: one more was refused | `issuer` |
//!
//! Watch `grantor.replay`, by `client_id`: it is a theft, or a client that refreshes from two places. A device that polls and is told to wait is
//! no event. Each is a counter, too: see [metrics](#metrics).
//!
//! The others are for people. Their targets are module paths that begin with `grantor::` and may change; look for the messages.
//!
//! | level | message | fields |
//! |---|---|---|
//! | warn | `this server does not have the client's authentication method` | `client_id`, `method` |
//! | info | `nobody knows now of which client a logout request is` (its document cannot be had: its person is asked) | `detail` |
//! | info | `refused a client assertion` | `reason`; `client_id`, once it is known that a client of that name is registered |
//! | info | `refused a client certificate` | `client_id`, `reason` |
//! | info | `refused a DPoP proof` (of a resource server, too) | `reason` |
//! | warn | `this server does not bind tokens to keys, as the client registered` | `client_id` |
//! | warn | `this server does not bind tokens to certificates, as the client registered` | `client_id` |
//! | info | `refused a software statement` | `reason` |
//! | info | `a client whose identifier is a URL of a denied host` | `host` |
//! | error | `it cannot be said from which hosts clients may come` | `detail`, with its sources |
//! | warn | `the keys of a client cannot be fetched` | `client_id`; `detail`, with its sources |
//! | warn | `the certificates of a client cannot be fetched` | `client_id`; `detail`, with its sources |
//! | warn | `requests do not say from where they come, so nothing is limited for each source: put a RequestSource into them` (of `ProcessRateLimits`, once) | |
//! | warn | `the storage is unavailable` | `retry_after` |
//! | error | `the storage failed` | `detail`, with its sources |
//! | error | `the operating system gave no random bytes` | `detail` |
//! | warn | `a refusal was not kept` | `error` |
//! | error | `a response type is at fault` | `error` |
//! | error | `a decision went to another server` than the one that validated the request | `validated_by`, `completed_by` |
//! | error | `an approval was refused` that names no authorization details, or more than was asked for | `issuer`, `client_id`, `error` |
//! | error | `an authorization detail does not serialize to an object without "type"` | `type` (of Rust) |
//! | error | `a type of authorization details does not read what it writes, or is no object` | `type` |
//! | error | `a grant permits details that are of no type of the server` | `client_id` |
//! | error | `the router is nested: merge it, and give the issuer the path` | `asked`, `advertised` (paths) |
//! | debug | `request refused` (token, introspection, revocation, metadata endpoints) | `code`, `description` |
//! | debug | `authorization refused` (by redirect) | `code`, `description` |
//! | debug | `authorization request refused on a page` | `code`, `description` |
//!
//! Where the server signs, and of OpenID Connect and resources:
//!
//! | level | message | fields |
//! |---|---|---|
//! | error | `the signing keys are not there yet: await server.ready() before serving` | |
//! | error | `no key signs now: its time is over and nobody refreshed` | `algorithm` |
//! | error | `there is no signing key` | `algorithm`, `detail` |
//! | error | `no key signs` | `detail` |
//! | warn | `what signs is unavailable` | `retry_after` |
//! | error | `signing failed` | `detail`, with its sources |
//! | error | `an access token that this server signed is not what its authorization says` | `reason` |
//! | debug | `a JWT is no access token of this server` | `reason` |
//! | error | `a client registered an algorithm that is not known` | `client_id`, `algorithm` |
//! | warn | `this server cannot serve the client` | `client_id`, `reason` |
//! | warn | `the source of claims is unavailable`, `the source of resources is unavailable` | `retry_after` |
//! | error | `the source of claims failed`, `the source of resources failed` | `detail`, with its sources |
//! | error | `an ID token with the claims of the application is too long` | `client_id` |
//! | error | `a subject cannot be told to clients` (more than 255 characters, or others than those of ASCII) | |
//! | error | `no pairwise subject can be derived` | `client_id` |
//! | debug | `an id_token_hint is refused` | `reason` |
//! | error | `the default resource is none of the resources` | `identifier` |
//!
//! From the stores:
//!
//! | level | message | fields |
//! |---|---|---|
//! | info | `the schema of the SQLite file is up to date now` | `from`, `to` |
//! | warn | `another process keeps the SQLite file locked` | `detail` |
//! | error | `no space is left for the SQLite file` | `detail` |
//! | error | `no space is left for the keys beside the SQLite file` | `detail` |
//! | warn | `a refresh token cannot be retried: the key of its salt is gone from beside the SQLite file` | |
//! | warn | `keys of closed retry windows could not be erased beside the SQLite file` | `detail` |
//! | warn | `the log of the SQLite file could not be emptied, others use it: it goes when all of them have ended` | |
//! | info | `the schema in PostgreSQL is up to date now` | `schema`, `from`, `to` |
//! | info | `the schema in PostgreSQL is that of a later release, which leaves this one working` | `version`, `known` |
//! | warn | `PostgreSQL is unavailable` | `detail` |
//! | warn | `off in PostgreSQL: what was answered may be lost when the database ends unexpectedly` | `setting` |
//! | warn | `not UTF8 in PostgreSQL: texts in other languages cannot be kept, and requests with them fail` | `setting` |
//! | warn | `not set for this pool: statements that are given up run on beside its connections` | `setting` |
//!
//! And from the resource server's half:
//!
//! | level | message | fields |
//! |---|---|---|
//! | warn | `access tokens cannot be verified now` | `retry_after` |
//! | error | `the router of a resource's metadata is nested: merge it, nobody looks for it there` (once) | `asked`, `advertised` (paths) |
//! | error | `verifying an access token failed` | `detail`, with its sources |
//! | warn | `the introspection endpoint did not answer` | `detail` |
//! | warn | `the introspection endpoint is unavailable` | `status` |
//! | warn | `refused an active token that introspection does not call a Bearer token` | `token_type` |
//! | warn | `refused a token that is bound to a key, as nobody proved to have the key` | |
//! | warn | `refused a token that is bound to a certificate, as the request does not have it` | |
//! | warn | `as many DPoP proofs have come as are kept` | `capacity` |
//! | warn | `refused an active token, as what introspection says of it cannot be understood` | `error` |
//! | warn | `refused a token that names an audience, as this resource server has none` | |
//! | warn | `the keys of the authorization server cannot be fetched` | `url`; `detail`, with its sources |
//! | debug | `refused an access token` (a JWT) | `reason` |
//!
//! `detail` is what your storage or HTTP client says, so it is only as discreet as they are. Clients never see it: they are told
//! `server_error` with status 500, or `temporarily_unavailable` with status 503 and `Retry-After`.
//!
//! # Metrics
//!
//! With the feature `metrics` each event of the table above that has a name is a counter of that name, on the facade of the crate `metrics`:
//! what is told is counted by the same call. Install a recorder, then call `grantor::emit_metrics()` once: it says what each counter is,
//! and in which unit, and from then on they count. A label is a field of the event that has few values, all of the server's own: the
//! names of its endpoints, grants and parameters, codes of errors. None is an identifier of a client or a person, or anything else that a
//! request says.
//!
//! | counter | labels (without a row: none) |
//! |---|---|
//! | `grantor.authorize` | `response_type` |
//! | `grantor.not_as_asked` | `error` |
//! | `grantor.issue` | `grant_type` |
//! | `grantor.exchange` | `grant_type` |
//! | `grantor.not_trusted` | `parameter` |
//! | `grantor.rotate` | `retried` |
//! | `grantor.replay` | `kind` |
//! | `grantor.revoke` | `kind` |
//! | `grantor.not_authenticated` | `method` |
//! | `grantor.refuse` | `endpoint`, `code` |
//! | `grantor.rate_limited` | `endpoint`, `of` |
//! | `grantor.rate_limits_failed` | `endpoint` |
//! | `grantor.refuse_registration` | `code` |
//! | `grantor.too_many_registrations` | `of` |
//! | `grantor.key_announced` | `algorithm` |
//!
//! And one histogram, in seconds, of every request that comes through a router, an `OAuthService` or
//! [`ServesOAuth::handle`](crate::ServesOAuth::handle): `grantor.request_duration`, with the labels `endpoint` (`authorization`, `token`, and so
//! on as [`Endpoints`](crate::Endpoints) names them; `metadata`; `other` for pages of features) and `status` (`2xx`, `3xx`, `4xx`, `5xx`). At
//! the authorization endpoint it ends where the application is asked, as people take their time: a request that is valid is `2xx`.
//!
//! For Prometheus, with the crate `metrics-exporter-prometheus` (without its default features it brings no HTTP stack; `grantor.issue` is
//! `grantor_issue_total` there, `grantor.request_duration` is `grantor_request_duration_seconds`):
//!
//! ```text
//! let recorder = PrometheusBuilder::new().with_recommended_naming(true).set_buckets(&[0.001, 0.01, 0.1, 1.0])?.build_recorder();
//! let handle = recorder.handle();
//! metrics::set_global_recorder(recorder)?;
//! grantor::emit_metrics();
//! // On a listener of its own, which the world does not reach; and `handle.run_upkeep()` every few seconds.
//! let page = Router::new().route("/metrics", get(async move || handle.render()));
//! ```
//!
//! `examples/server` does this with `--metrics ADDRESS:PORT`. Several issuers in one process are summed; run a process for each, or count
//! events with a layer of your own, where they are to be told apart. What to watch: `grantor.replay` (somebody has a copy), the rates of
//! `grantor.rate_limited` and of `4xx` at `token` (somebody guesses), `grantor.purge_failed` and `grantor.keys_failed` (operators are needed),
//! the `5xx` of all endpoints.
//!
//! What this costs the library, beside what the recorder takes: without the feature nothing, and nothing but a look at a flag until
//! `emit_metrics` is called; then three heap allocations at client credentials, to the six or seven that there are
//! (`tests/allocations_of_counting.rs`), which are the labels, and two looks at the system's clock.
//!
//! # OpenTelemetry
//!
//! Events become those of the spans in which they happen, by the layer of the crate `tracing-opentelemetry`; the library opens none itself, as
//! your HTTP layer knows where a request begins and from which other service it comes. With `opentelemetry` 0.33, `opentelemetry_sdk` 0.33,
//! `opentelemetry-otlp` 0.33 (features `trace`, `http-proto`, `reqwest-blocking-client`) and `tracing-opentelemetry` 0.34:
//!
//! ```text
//! use opentelemetry::trace::TracerProvider as _;
//! use opentelemetry_otlp::SpanExporter;
//! use opentelemetry_sdk::Resource;
//! use opentelemetry_sdk::trace::SdkTracerProvider;
//! use tracing_subscriber::layer::SubscriberExt as _;
//! use tracing_subscriber::util::SubscriberInitExt as _;
//!
//! /// Sends to where `OTEL_EXPORTER_OTLP_ENDPOINT` says, or to this machine.
//! fn start() -> Result<SdkTracerProvider, Box<dyn Error>> {
//!     let exporter = SpanExporter::builder().with_http().build()?;
//!     let resource = Resource::builder().with_service_name("authorization-server").build();
//!     let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
//!     let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("grantor"));
//!     tracing_subscriber::registry().with(tracing_subscriber::fmt::layer()).with(layer).try_init()?;
//!     Ok(provider)
//! }
//!
//! /// A span for each request, with its path and without its query, which may have a code in it.
//! fn traced(router: Router) -> Router {
//!     router.layer(axum::middleware::from_fn(async |request: Request, next: Next| {
//!         let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
//!         let span = info_span!("request", otel.kind = "server", method = %request.method(), path, status = Empty);
//!         let response = next.run(request).instrument(span.clone()).await;
//!         span.record("status", response.status().as_u16());
//!         response
//!     }))
//! }
//! ```
//!
//! Call `provider.shutdown()` before the program ends, so that nothing is lost. Subjects are among the fields of events: who may see the
//! traces sees who signed in. Metrics go the same way with a recorder of the facade `metrics` that speaks OTLP, or by way of the page for
//! Prometheus, which a collector can read. This sample was compiled by hand against the versions above, since its crates would be half of
//! all that the tests of this library compile.
//!
//! # Rate limits
//!
//! [`Builder::rate_limits`](crate::Builder::rate_limits) takes whatever implements [`RateLimits`](crate::RateLimits). Without it every request is
//! answered, as before, save what is always bounded: codes of devices that are typed, registrations, requests that wait. RFC 6749 section
//! 2.3.1 wants every endpoint that takes secrets protected against brute force; so a server whose clients have secrets that people chose
//! should have limits, here or in a proxy in front.
//!
//! `ProcessRateLimits` (feature `governor`) counts in the process, in bounded memory:
//!
//! ```
//! # use grantor::*;
//! # fn server(store: SqliteStore) -> Result<(), LimitError> {
//! let server = AuthorizationServer::builder()
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(store)
//!     .rate_limits(ProcessRateLimits::new().per_source("token", RateQuota::new(600, 1_200)?))
//!     .grant(ClientCredentials::new())
//!     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! What the application has to do is to say from where a request comes. The library reads no forwarding header
//! ([why](crate::manual::behind_a_proxy#why-forwarding-headers-are-ignored)), so a layer puts a [`RequestSource`](crate::RequestSource) into the
//! extensions of each request: the address of the connection, or what a proxy says that sets its header anew. Where that is missing
//! no source is limited, and a warning says so; where it is wrong, such as the address of the proxy for all, everybody is one source, and
//! together they are soon too many.
//!
//! ```
//! use std::net::SocketAddr;
//!
//! use axum::Router;
//! use axum::extract::{ConnectInfo, Request};
//! use axum::middleware::map_request;
//! use grantor::RequestSource;
//!
//! /// Served by `into_make_service_with_connect_info::<SocketAddr>()`.
//! fn with_sources(oauth: Router) -> Router {
//!     oauth.layer(map_request(async |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request| {
//!         request.extensions_mut().insert(RequestSource::new(peer.ip()));
//!         request
//!     }))
//! }
//! ```
//!
//! ## Who is asked about when
//!
//! * A request counts once its form was read and before anything is looked up, for its source. HEAD, OPTIONS and the questions that
//!   browsers ask before (CORS) do not count.
//! * Then the client authenticates. Failures count for the source, at all endpoints together: 30 at once, one more each second. Beyond
//!   that nothing from there is answered, whether it is right or wrong, so that nobody learns which.
//! * A client that has proved who it is counts for itself, wherever it is. What only names a client does not: so nobody who knows a
//!   `client_id`, or fails in its name, takes anything from it. Of public clients only sources count.
//! * What people do in browsers at the authorization endpoint is not limited here; what they type is where the application takes it
//!   (`examples/server/authorization_server/limits.rs`), and codes of devices are by the grant itself.
//!
//! Whoever shares an address with somebody who guesses waits with them: that is what a limit for sources is. An application whose server
//! asks for tokens for all its users is one source, too, and needs a quota for as many as they are.
//!
//! ## What the client sees
//!
//! 429 (RFC 6585 section 4) with `Retry-After` in whole seconds, rounded up, `Cache-Control: no-store`, and JSON as other errors have it:
//! `temporarily_unavailable`, as RFC 6749 has no code for it at the token endpoint, and RFC 9126 section 2.3 has the status alone. A
//! device that polls gets `slow_down` instead: after any other code it would have to give up (RFC 8628 section 3.5). Programs in browsers
//! can read all of it.
//!
//! ## Memory
//!
//! [`CountedKeys`](crate::CountedKeys) sources and clients are known, 100,000 unless you say otherwise, in about 2 MB: each is a hash of 8
//! bytes with 8 bytes beside it. With more, those are forgotten that did not come for the longest time, never those that come all the time;
//! so who has very many addresses gets room for none of them, and takes none from others. Of IPv6 a network of 64 bits is one source. To
//! ask costs a request two heap allocations, one for its source and one for its client; a server without limits none.
//!
//! ## Several instances
//!
//! Each process counts for itself. With four of them a source has up to four times as much, and less after a restart that forgot it; for
//! what limits are for, to make guessing slow and to keep a loop from taking everything, that is mostly enough. Where it is not, implement
//! [`RateLimits`](crate::RateLimits) over what they share; its documentation has one. An error of it admits the request, and
//! `grantor.rate_limits_failed` tells you; how long it may take is yours to bound.
//!
//! ## At your own endpoints
//!
//! [`AuthorizationServer::admit`](crate::AuthorizationServer::admit) counts a request at an endpoint of the application's, and
//! [`TokenContext::admit`](crate::TokenContext::admit) one more in a grant of your own, each under a name that quotas can be given to:
//! `.per_source("password_reset", RateQuota::new(5, 1)?)`.
//!
//! # Health checks
//!
//! [`health`](crate::AuthorizationServer::health) asks the storage the way that requests do. Answer a load balancer with it:
//!
//! ```
//! use axum::http::StatusCode;
//! use axum::routing::get;
//! use grantor::{AuthorizationServer, ClientCredentials, SqliteStore};
//! use std::sync::Arc;
//!
//! type Server = AuthorizationServer<SqliteStore, (ClientCredentials,)>;
//!
//! fn health(server: Arc<Server>) -> axum::Router {
//!     let answer = async move || match server.health().await {
//!         Ok(()) => StatusCode::OK,
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     };
//!     axum::Router::new().route("/health", get(answer))
//! }
//! ```
//!
//! It fails while the server is switched off, too (see below).
//!
//! # Switching the server off
//!
//! [`set_available(false)`](crate::AuthorizationServer::set_available) is for maintenance, while the process keeps running:
//!
//! * The token, introspection and revocation endpoints answer 503 `temporarily_unavailable` with `Retry-After`.
//! * The authorization endpoint sends the same error to the client by redirect (RFC 6749 section 4.1.2.1), once client and
//!   redirect URI are known to be good.
//! * Metadata is still served. A person who is in the middle of signing in can finish; the code then waits for the token
//!   endpoint, but not longer than codes live.
//!
//! To switch off one grant by configuration, give the chain an `Option` of it:
//!
//! ```
//! # use grantor::*;
//! # fn server(has_jobs: bool) {
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(has_jobs.then(ClientCredentials::new))
//!     .response_type(Code)
//!     .build();
//! # let _ = server;
//! # }
//! ```
//!
//! What is switched off is refused and not advertised. A response type goes with its grant: `code` with
//! `Option<AuthorizationCode>`, `token` with `Option<Implicit>`.
//!
//! # Client secrets
//!
//! [`ClientSecret::generate`](crate::ClientSecret::generate) makes a secret of 256 random bits. Show it once; the record keeps a
//! [`SecretHash`](crate::SecretHash). What checking costs depends on the length of the secret:
//!
//! | the presented secret has | hash | cost of checking |
//! |---|---|---|
//! | 32 characters or more, as generated ones have | SHA-256 | microseconds |
//! | fewer | argon2id, 19 MiB and 2 passes | some tens of milliseconds, once |
//!
//! A short secret was chosen by a person and can be guessed, so its hash has to be slow. The slow ones are computed on up to four
//! threads of their own, never on the threads that serve requests, and the verdict is remembered while the process lives: the
//! second request with the same secret costs nothing. If about 256 wait, further ones are told
//! `temporarily_unavailable`. An unknown client costs as much as a known one with a wrong secret, unless
//! that one's hash was imported with other parameters of argon2id: then the time tells that the client exists.
//!
//! So if you let people choose secrets, limit how often one address may fail, as RFC 6749 section 2.3.1 asks in any case: with
//! [rate limits](#rate-limits).
//!
//! ## Rotating a secret
//!
//! A client may have two secrets, so that one can be replaced without a moment in which none is good: register it with a new one,
//! have it use that, then drop the old one. Or give the old one an end, from which on it is refused.
//!
//! ```
//! # use grantor::*;
//! # async fn rotate<S: ClientRegistry, G: GrantList>(
//! #     server: &AuthorizationServer<S, G>,
//! #     client: Client,
//! # ) -> Result<ClientSecret, Box<dyn std::error::Error>> {
//! let secret = ClientSecret::generate();
//! let in_a_week = SystemClock.now().saturating_add_secs(7 * 24 * 60 * 60);
//! let client = client.with_new_secret(&secret)?.with_previous_secret_until(in_a_week);
//! server.register_client(client).await?;
//! # Ok(secret)
//! # }
//! ```
//!
//! [`without_previous_secret`](crate::Client::without_previous_secret) drops the old one at once; a third takes the place of the
//! oldest. Of the two one must have 32 characters or more, so that a wrong secret costs the same as with any other client.
