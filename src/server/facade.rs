//! A server without its type: traits for generic code. [`ErasedServer`] has them all, to store any server as one type.

use std::future::Future;
use std::sync::Arc;
#[cfg(feature = "jose")]
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};

use crate::authorization::{AuthorizationRequest, Decision, ResumeError, Suspended};
use crate::client::{Client, ClientId};
use crate::core::Boxed;
use crate::endpoint::Authorization;
#[cfg(feature = "jose")]
use crate::issue::KeysError;
use crate::server::RegisterError;
use crate::server::erased::{ErasedServer, Kept, facade};
use crate::storage::{FamilyId, FamilyRecord};
use crate::typelevel::{Flag, Yes};
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

facade! {
    /// Any authorization server: what routers and other generic code need. Every [`AuthorizationServer`](crate::AuthorizationServer)
    /// is one.
    ///
    /// Requests are routed by their path, as the metadata advertises it: below the path of the issuer.
    ///
    /// A function that returns one says in its type whether people come to it, so that a router knows whether somebody has to sign
    /// them in: `impl ServesOAuth<Authorizes = No>` for a server for machines only.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not an authorization server",
        label = "expected an `AuthorizationServer` as `.build()` makes it, or an `ErasedServer`"
    )]
    pub trait ServesOAuth: Send + Sync {
        [
            /// Is there an authorization endpoint? [`Yes`] also of an [`ErasedServer`], of which it is not known: a router asks for
            /// an [`Interaction`](crate::Interaction).
            type Authorizes: Flag = Yes;
        ]

        /// The issuer.
        fn issuer(&self) -> &Issuer;

        /// Which endpoint has this path?
        fn route_of(&self, path: &str) -> Option<Route>;

        /// The paths of all endpoints, from the root of the host.
        fn paths(&self) -> Vec<String>;

        /// Switches the whole server on or off (see
        /// [`AuthorizationServer::set_available`](crate::AuthorizationServer::set_available)).
        fn set_available(&self, available: bool) -> ();

        /// Answers a request for an endpoint other than the authorization endpoint. 404 if there is none at the path.
        async handle(&self, request: Request<Bytes>) -> Response<Bytes>;

        /// Validates an authorization request (see [`AuthorizationEndpoint::handle`](crate::AuthorizationEndpoint::handle)). A 404
        /// page if the server has no authorization endpoint.
        async authorize(&self, request: Request<Bytes>) -> Authorization;

        /// Completes a decision (see [`AuthorizationEndpoint::complete`](crate::AuthorizationEndpoint::complete)).
        async complete(&self, decision: Decision) -> Response<Bytes>;

        /// Makes the server ready to serve: await it once before (see
        /// [`AuthorizationServer::ready`](crate::AuthorizationServer::ready)).
        ///
        /// # Errors
        ///
        /// [`KeysError`]: the storage failed, or a key cannot be opened.
        @[cfg(feature = "jose")]
        async ready(&self) -> Result<(), KeysError>;

        /// Keeps stored signing keys what they have to be, and never ends (see
        /// [`AuthorizationServer::keep_keys`](crate::AuthorizationServer::keep_keys)). The pause is handed in as a box, so that any server
        /// takes it: `Box::new(|pause| Box::pin(tokio::time::sleep(pause)))`.
        @[cfg(feature = "jose")]
        async keep_keys(&self, pause: BoxedPause) -> ();
    }
    as trait ServesObject: Send + Sync;
}

facade! {
    /// An authorization server that can suspend authorization requests: its storage is a [`PendingStore`](crate::PendingStore), or
    /// it has no authorization endpoint, and so nothing to suspend.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not an authorization server that can suspend authorization requests",
        label = "expected an `AuthorizationServer` whose storage is a `PendingStore`, or an `ErasedServer`"
    )]
    pub trait SuspendsRequests: ServesOAuth {
        /// See [`AuthorizationEndpoint::suspend`](crate::AuthorizationEndpoint::suspend).
        ///
        /// # Errors
        ///
        /// As there; and [`StoreError::Failed`] if the server has no authorization endpoint: the request is another server's.
        async suspend(&self, request: AuthorizationRequest) -> Result<Suspended, StoreError>;

        /// See [`AuthorizationEndpoint::resume`](crate::AuthorizationEndpoint::resume).
        ///
        /// # Errors
        ///
        /// As there; [`ResumeError::NotFound`] if the server has no authorization endpoint.
        async resume<'a>(&'a self, handle: &'a str, headers: &'a HeaderMap) -> Result<AuthorizationRequest, ResumeError>;
    }
    as trait SuspendsObject: ServesObject;
}

facade! {
    /// An authorization server that can be administered: its storage has [`ClientRegistry`](crate::ClientRegistry),
    /// [`HealthCheck`](crate::HealthCheck) and [`AuthorizationRecords`](crate::AuthorizationRecords).
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not an authorization server that can be administered",
        label = "expected an `AuthorizationServer` whose storage has what that needs, or an `ErasedServer<Administered>`",
        note = "registering clients needs `ClientRegistry`, `health` needs `HealthCheck`, listing authorizations needs `AuthorizationRecords`"
    )]
    pub trait Administers: SuspendsRequests {
        /// Checks the client and stores it (see
        /// [`AuthorizationServer::register_client`](crate::AuthorizationServer::register_client)).
        ///
        /// # Errors
        ///
        /// [`RegisterError`] if the server cannot serve the client, or the storage failed.
        async register_client(&self, client: Client) -> Result<(), RegisterError>;

        /// The registered clients after this one, ordered by identifier (see
        /// [`AuthorizationServer::list_clients`](crate::AuthorizationServer::list_clients)).
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage failed.
        async list_clients<'a>(&'a self, after: Option<&'a ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError>;

        /// Removes a client and ends all that it has; `false` if there was none (see
        /// [`AuthorizationServer::remove_client`](crate::AuthorizationServer::remove_client)).
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage failed.
        async remove_client<'a>(&'a self, id: &'a ClientId) -> Result<bool, StoreError>;

        /// Ends all that a client has (see [`AuthorizationServer::revoke_client`](crate::AuthorizationServer::revoke_client)).
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage failed.
        async revoke_client<'a>(&'a self, id: &'a ClientId) -> Result<u64, StoreError>;

        /// Ends all that a person authorized (see [`AuthorizationServer::revoke_subject`](crate::AuthorizationServer::revoke_subject)).
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage failed.
        async revoke_subject<'a>(&'a self, subject: &'a Subject) -> Result<u64, StoreError>;

        /// Would a request that came now be served? (See [`AuthorizationServer::health`](crate::AuthorizationServer::health).)
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage does not work, or the server is [switched off](ServesOAuth::set_available).
        async health(&self) -> Result<(), StoreError>;

        /// What this person has authorized and not taken back, the newest first (see
        /// [`AuthorizationServer::authorizations`](crate::AuthorizationServer::authorizations)).
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage failed.
        async authorizations<'a>(&'a self, subject: &'a Subject) -> Result<Vec<FamilyRecord>, StoreError>;

        /// Takes an authorization back; `false` if this person has no such authorization (see
        /// [`AuthorizationServer::revoke_authorization`](crate::AuthorizationServer::revoke_authorization)).
        ///
        /// # Errors
        ///
        /// [`StoreError`] if the storage failed.
        async revoke_authorization<'a>(&'a self, subject: &'a Subject, authorization: &'a FamilyId) -> Result<bool, StoreError>;
    }
    #[diagnostic::on_unimplemented(
        message = "this `ErasedServer` forgot how its server is administered",
        label = "make it with `ErasedServer::administered(server)`; its type is then `ErasedServer<Administered>`",
        note = "the storage of the server needs `ClientRegistry`, `HealthCheck` and `AuthorizationRecords` for that"
    )]
    as trait AdministersObject: SuspendsObject;
}

/// Waits for as long as it is told: [`ServesOAuth::keep_keys`].
#[cfg(feature = "jose")]
pub type BoxedPause = Box<dyn FnMut(Duration) -> Boxed<'static, ()> + Send>;

/// The endpoints that a path can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// The authorization endpoint, for people and their browsers.
    Authorization,
    /// An endpoint for programs: token, introspection, revocation, metadata.
    Direct,
}
