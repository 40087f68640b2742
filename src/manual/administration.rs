//! Clients, authorizations, signing keys and the schema, from the command line, beside a server that runs.
//!
//! `grantor-admin` is a package among the examples: `cargo install --path examples/admin`, or `cargo run -p grantor-admin --`. Behind it is
//! [`Administration`](crate::Administration), for a program of your own over a store of your own.
//!
//! ```
//! use grantor::storage::Holder;
//! use grantor::{Administration, AuthorizationRecords, ClientId, Issuer, StoreError};
//!
//! /// How many authorizations a client has: a page at a time, so that nobody has to wait.
//! async fn count<S: AuthorizationRecords>(issuer: Issuer, store: S, client: &ClientId) -> Result<usize, StoreError> {
//!     let administration = Administration::new(issuer, store);
//!     let (mut count, mut after) = (0, None);
//!     loop {
//!         let page = administration.authorizations(Holder::Client(client), after.as_ref(), 500).await?;
//!         count += page.authorizations.len();
//!         // A page may have none although more come.
//!         after = page.next;
//!         if after.is_none() {
//!             return Ok(count);
//!         }
//!     }
//! }
//! ```
//!
//! # Which store, and whose
//!
//! ```sh
//! export GRANTOR_STORE=sqlite:/var/lib/auth/auth.db     # or postgres://auth:PASSWORD@db.internal/auth
//! export GRANTOR_ISSUER=https://auth.example.com
//! ```
//!
//! Both can be options too (`--store`, `--issuer`); but everybody on the machine sees the arguments of a process, so a URL with a password
//! belongs into the environment. No message shows it. In PostgreSQL `--schema` names another schema than `grantor`, and `--schema-owner` a
//! role to which it may belong. The connection has no TLS of its own: use a socket, a private network or a tunnel.
//!
//! The server may run meanwhile, and sees what was done with its next look-up; signing keys with its next refresh, within a minute.
//!
//! # What it says
//!
//! The result goes to standard output, as text, or with `--json` as one line of JSON. Errors and progress go to standard error; with `--json`
//! each is a line of JSON, too, also where the command line itself is wrong. Times in JSON are seconds since 1970, as in RFC 7591. `--quiet`
//! leaves progress out, `--verbose` shows the [events](crate::manual::operating#events) of the library.
//!
//! A command that is refused, or finds nothing, has changed nothing. One that fails since the store does may have done its work or a part of
//! it; it can be given again. Only the secret of a client that was registered or rotated may be lost with the answer: rotate it.
//!
//! | exit code | `kind` in JSON | what |
//! |---:|---|---|
//! | 0 | | done |
//! | 1 | `store`, `output` | the store failed; or what was done could not be written |
//! | 2 | `input` | what was given is wrong |
//! | 3 | `not_found` | there is no such thing at this issuer |
//! | 4 | `refused` | it is there already, was changed meanwhile, needs `--yes`, or the master keys are others |
//! | 5 | `schema` | the store has no schema that this release serves, or is none |
//! | 6 | `unavailable` | the store is locked or cannot be reached: try again |
//!
//! # Clients
//!
//! ```text
//! $ grantor-admin client register --id nightly-job --grant-type client_credentials --scope report
//! client
//!   client_id  nightly-job
//!   metadata
//!     grant_types                 client_credentials
//!     scope                       report
//!     token_endpoint_auth_method  client_secret_basic
//!   secrets    [{"expires_at":null}]
//!   vetted     true
//! client_secret  3bNvaBSOoE-IE2grTEJJrSJfyQFxkN2WCz7IxqATCII
//! $ grantor-admin client register --id nightly-job --grant-type client_credentials --scope report --json
//! {"error":{"exit_code":4,"kind":"refused","message":"a client `nightly-job` is registered already: `client change` changes it"}}
//! $ grantor-admin client rotate-secret nightly-job --keep-previous-for 86400
//! client_id              nightly-job
//! client_secret          uCnGd--kOyhXWLWjmpCAcqiSrMAlZDY_iZ8IN-ViheI
//! previous_secret_until  Tue, 01 Dec 2026 18:28:40 GMT
//! $ grantor-admin client change nightly-job --scope "report audit" --json
//! {"client":{"client_id":"nightly-job","metadata":{"grant_types":["client_credentials"],"response_types":[],"scope":"report audit",
//! "token_endpoint_auth_method":"client_secret_basic"},"registered_itself_at":null,"secrets":[{"expires_at":null},
//! {"expires_at":1796149720}],"unused_until":null,"vetted":true},"ignored":[]}
//! ```
//!
//! The secret is there once, and nowhere else: the store has its hash. Members that have no option come as JSON
//! ([`ClientMetadata`](crate::ClientMetadata)) from a file or from standard input (`--metadata FILE`, `--metadata -`), at most 64 KiB. For `client change` that is a
//! merge patch (RFC 7396), in which `null` removes a member. Members that mean nothing here, such as one whose name is misspelt, are listed as
//! `ignored`.
//!
//! A client is changed as it was seen: where somebody else changed it meanwhile, the command is refused and nothing is lost. The old secret
//! ends with `client rotate-secret` at once, unless `--keep-previous-for` gives it a while.
//!
//! The tool does not know what your server has. A client with a grant that the server lacks is registered all the same, and gets
//! `unauthorized_client` or `unsupported_grant_type` there; a program of your own asks
//! [`check_client`](crate::AuthorizationServer::check_client) first.
//!
//! `client list` has 100 clients at a time, or up to 1,000 with `--limit`; `next` of a page is `--after` of the following one. So it is with
//! authorizations.
//!
//! # Authorizations
//!
//! ```text
//! $ grantor-admin client remove pub
//! error: the client `pub` has 3 authorizations, which end with it: add --yes if that is meant
//! $ grantor-admin authorization list --client pub --limit 1
//! begun_at   Tue, 14 Nov 2023 22:13:20 GMT
//! client_id  pub
//! id         U_EAJHKVzpAH3c-3S5nZcQ
//! scope      scope read write
//! subject    username
//! username   username
//!
//! next  U_EAJHKVzpAH3c-3S5nZcQ
//! $ grantor-admin authorization end U_EAJHKVzpAH3c-3S5nZcQ --json
//! {"authorization":{"acr":null,"amr":[],"audience":[],"auth_time":null,"authorization_details":null,"begun_at":1700000000,
//! "client_id":"pub","descends_from":null,"id":"U_EAJHKVzpAH3c-3S5nZcQ","scope":"scope read write","subject":"username","username":"username"},"authorizations_ended":1}
//! $ grantor-admin client remove pub --yes
//! authorizations_ended  2
//! client_id             pub
//! removed               true
//! ```
//!
//! `authorization end ID` ends one. All of a client or a person end with `--client` or `--subject`, and then, as where a client is removed that
//! still has some, `--yes` has to be there: without it the command only says how many would end. With a person's authorizations their
//! [sign-ins](crate::manual::signing_out) end, and the servers tell the clients (`sessions_ended` says how many).
//!
//! A person's authorizations have an index. Those of a client have none, so that new ones cost less: the store looks at all that the issuer
//! has, a thousand at a time, while requests go on.
//!
//! # Signing keys
//!
//! ```text
//! $ grantor-admin key rotate
//! algorithm        ES256
//! announced_at     Mon, 30 Nov 2026 18:28:42 GMT
//! generation       2
//! is_new           true
//! kid              vBTOW_xbtKpShug-d2wh3-8B1Y2bhLE_UdquTXwj-gU
//! published_until  Mon, 29 Mar 2027 18:29:42 GMT
//! signs_from       Mon, 14 Dec 2026 18:28:42 GMT
//! signs_until      Sun, 28 Mar 2027 18:28:42 GMT
//! state            announced
//! ```
//!
//! `key rotate` announces the next key of each algorithm before it is due; it signs after `--announce-for` (14 days), when no cache lacks it.
//! It needs the master keys of the server, in `GRANTOR_MASTER_KEYS` or a file; with others nothing is made, as long as there is a key to try
//! them on. Where the next key was announced already, it says which that is.
//!
//! `key drop KID --yes` withdraws one at once, as after a compromise: servers neither publish it nor sign with it from their next refresh on,
//! the next one signs early, and where none is left they make another. Tokens that it signed are good no more for those who verify them.
//!
//! # Purging
//!
//! ```text
//! $ grantor-admin purge --json
//! {"progress":{"rows":0}}
//! {"rows":5}
//! ```
//!
//! The lines before the last are progress. It purges in portions, so that requests get their turn; broken off, it has done what it said.
//!
//! # The schema
//!
//! No command changes the schema in passing, as opening a store does: with one of another version they are refused.
//!
//! ```text
//! $ grantor-admin schema check
//! known    9
//! status   older
//! version  8
//! error: the schema is `older`
//! $ grantor-admin client list
//! error: the store has schema version 8, this release makes 9: `schema migrate` brings it up to date, once no server of an earlier
//! release needs it as it is
//! $ grantor-admin schema migrate
//! making version 9 of 9
//! from      8
//! migrated  true
//! to        9
//! ```
//!
//! | `status` | what | exit code |
//! |---|---|---:|
//! | `ok` | it is that of this release, and all of it is there | 0 |
//! | `later_and_served` | a later release made it, and left this one working | 0 |
//! | `none` | there is nothing of a store: `schema migrate --create` makes it | 5 |
//! | `older` | `schema migrate` brings it up to date | 5 |
//! | `later` | a later release made it, which has to be used | 5 |
//! | `damaged` | the version is right, and `deviations` are not there or not as they were made, such as an index that somebody removed | 5 |
//!
//! A migration is one transaction: broken off, it leaves the store as it was. Which releases may serve meanwhile, the page
//! [choosing and running a store](crate::manual::choosing_and_running_a_store) says. A store of your own application, joined with
//! [`Split`](crate::Split), is out of the tool's reach.
