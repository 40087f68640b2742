//! When a person or a client goes, and everything of theirs has to end.
//!
//! | what happened | one call |
//! |---|---|
//! | an account was deleted or locked, or a password was stolen | [`revoke_subject`](crate::AuthorizationServer::revoke_subject) |
//! | an application is no longer wanted | [`remove_client`](crate::AuthorizationServer::remove_client) |
//! | a client lost its tokens or its secret, and goes on with a new one | [`revoke_client`](crate::AuthorizationServer::revoke_client), after [rotating the secret](crate::manual::operating#rotating-a-secret) |
//! | a person takes one approval back | [`revoke_authorization`](crate::AuthorizationServer::revoke_authorization) |
//!
//! Each reaches all instances over the same storage at once. The storage needs
//! [`AuthorizationRecords`](crate::AuthorizationRecords), and to remove clients [`ClientRegistry`](crate::ClientRegistry); the
//! library's stores have both, [`Split`](crate::Split) has what its two stores have. All are on
//! [`ErasedServer<Administered>`](crate::ErasedServer), too.
//!
//! # A person
//!
//! ```
//! use grantor::{AuthorizationRecords, AuthorizationServer, FeaturesOn, StoreError, Subject};
//!
//! async fn delete_account<S: AuthorizationRecords, G, R, F: FeaturesOn<S>, P>(
//!     server: &AuthorizationServer<S, G, R, F, P>,
//!     person: &Subject,
//! ) -> Result<(), StoreError> {
//!     // First what is yours: the account, and the person's sessions. From then on nobody signs in or approves as them.
//!     // Then all that they authorized, for whichever client.
//!     server.revoke_subject(person).await?;
//!     Ok(())
//! }
//! ```
//!
//! Codes, access tokens and refresh tokens are dead, and so is what was exchanged for them. With
//! [`RpInitiatedLogout`](crate::RpInitiatedLogout) or [`BackChannelLogout`](crate::BackChannelLogout) the person's
//! [sign-ins](crate::manual::signing_out) are over, and with the second one clients are told: they do not take somebody for signed in who is
//! gone. What has `offline_access` ends here, too, which stays where somebody only signs out. An authorization request that waits for
//! somebody to sign in belongs to nobody yet; it stays, and cannot be approved by somebody who cannot sign in.
//!
//! Where you would rather be asked than call, [`StillAuthorized`](crate::StillAuthorized) asks your code at each refresh, and if you
//! want at each introspection.
//!
//! Never give the subject of a deleted account to somebody else. What the library keeps of it ends; what clients keep of it is out of
//! reach.
//!
//! # A client
//!
//! ```
//! use grantor::{AuthorizationRecords, AuthorizationServer, ClientId, ClientRegistry, FeatureList, StoreError};
//!
//! async fn remove_application<S: ClientRegistry + AuthorizationRecords, G, R, F: FeatureList, P>(
//!     server: &AuthorizationServer<S, G, R, F, P>,
//!     id: &ClientId,
//! ) -> Result<bool, StoreError> {
//!     // It is unknown from now on, and all that it had is dead.
//!     server.remove_client(id).await
//! }
//!
//! /// The identifiers of all clients, a page of a hundred at a time.
//! async fn all_clients<S: ClientRegistry, G, R, F: FeatureList, P>(
//!     server: &AuthorizationServer<S, G, R, F, P>,
//! ) -> Result<Vec<ClientId>, StoreError> {
//!     let mut all: Vec<ClientId> = Vec::new();
//!     loop {
//!         let page = server.list_clients(all.last(), 100).await?;
//!         if page.is_empty() {
//!             return Ok(all);
//!         }
//!         all.extend(page.iter().map(|client| client.id().clone()));
//!     }
//! }
//! ```
//!
//! At every endpoint the client is one that was never registered: `invalid_client`, or a page at the authorization endpoint. Requests of
//! it that waited for their people are gone. Metadata says nothing about clients, so nothing changes there.
//!
//! The same identifier may be registered again. The new client has nothing of the old one; people allow it anew.
//!
//! # What may still come out
//!
//! * A request that was being answered at that moment (its client was found, its tokens were not stored yet) may get its tokens.
//!   Where that matters, make the call once more, a minute later: it costs little, and doing it twice is no error.
//! * JWT access tokens are good until they expire for APIs that ask nobody (see [`jwt_or_opaque`](crate::manual::jwt_or_opaque)).
//!   Whoever introspects learns of it at once.
//! * An API that keeps the answers of an introspection for a while keeps these, too.
//!
//! # If clients are yours
//!
//! Where clients are in your own table (a [`ClientStore`](crate::ClientStore) of yours in a [`Split`](crate::Split)), deleting the row
//! makes the client unknown, and refresh tokens and codes of no use, as nobody can present them. But access tokens go on until they
//! expire, people still see the application in their list, and a row with the same identifier would bring everything back: so call
//! [`revoke_client`](crate::AuthorizationServer::revoke_client) after deleting it.
//!
//! The example server's clients are in a file: `--end-client` and `--end-person` do the same when it starts. From outside of a server
//! [`Administration`](crate::Administration) does, in two calls for a person: `end_sessions`, and `end_authorizations`;
//! `grantor-admin authorization end --subject NAME` makes both.
//!
//! # What it costs
//!
//! The people of authorizations are in an index, so ending those of one is a matter of a millisecond. Their clients are in none, which
//! every new authorization would have to pay for; so ending those of a client looks at all there are, in portions, while
//! requests are served in between: some seconds for each million.
//!
//! # What is told
//!
//! The events `grantor.revoke_all` and `grantor.remove_client` (see [operating](crate::manual::operating#events)) have the client or the
//! subject, and how many authorizations ended. `grantor.logout` tells of each sign-in that ended.
