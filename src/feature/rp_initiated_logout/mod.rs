//! A client sends a person here to sign out (OpenID Connect RP-Initiated Logout 1.0).

mod read;
mod serve;
mod sign_out;

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};

pub use sign_out::{LogoutRequest, SignOut, SignedIn, SignsPeopleOut};

use crate::authorization::ApprovedRequest;
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::extension::route::RouteView;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed, sessions};
use crate::http::endpoints::Endpoints;
use crate::storage::{ClientStore, SessionRecords};
use crate::values::error::{OAuthError, StoreError};
use crate::values::subject::Subject;

/// Clients send people to `/end_session` to sign out of the server and of all clients (OpenID Connect RP-Initiated Logout).
///
/// | the request | what happens |
/// |---|---|
/// | has an ID token of the person who is signed in (`id_token_hint`) | they are signed out |
/// | has none, that of somebody else, or that of a sign-in that is over | a page asks them; another site cannot answer it |
/// | has that of a sign-in that lasts, and nobody is signed in in this browser | the same |
/// | has a `post_logout_redirect_uri` that the client of the ID token registered, byte by byte | they are sent there, with the `state` |
/// | has one that it did not register, or something that is no ID token of this server | an error page; nothing else happens |
/// | has none, or no ID token beside it | a page says that they are signed out |
///
/// The sign-in is the one that [`Approval::session`](crate::Approval::session) named: what was authorized in it ends, unless the scope has
/// `offline_access`, and with [`BackChannelLogout`](crate::BackChannelLogout) its clients are told. The application ends its own session:
/// it is asked who is signed in, and told to sign them out ([`SignOut`]).
///
/// [`manual::signing_out`](crate::manual::signing_out) begins with what people want to do.
pub struct RpInitiatedLogout<A> {
    application: A,
}

impl RpInitiatedLogout<()> {
    /// With what signs people out of the application.
    pub fn new<A, Is>(application: A) -> RpInitiatedLogout<A::Taken>
    where
        A: SignsPeopleOut<Is>,
    {
        RpInitiatedLogout { application: application.taken() }
    }
}

impl<A> fmt::Debug for RpInitiatedLogout<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpInitiatedLogout").finish_non_exhaustive()
    }
}

crate::wire_name!(impl<A> RpInitiatedLogout<A> = "end_session_endpoint");
impl<A> sealed::Sealed for RpInitiatedLogout<A> {}

#[diagnostic::do_not_recommend]
impl<A: SignOut> Feature for RpInitiatedLogout<A> {
    chooses_nothing!();
    fn path<'a>(&self, endpoints: &'a Endpoints) -> Option<&'a str> {
        Some(endpoints.end_session_path())
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.end_session_endpoint = Some(cx.end_session_endpoint());
    }
}

impl<S: ClientStore + SessionRecords, A: SignOut> FeatureOn<S> for RpInitiatedLogout<A> {
    async fn approve(&self, core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
        sessions::find(core, approved).await
    }

    async fn join(&self, core: &Core<S>, approved: &ApprovedRequest) -> Result<(), OAuthError> {
        sessions::join(core, approved).await
    }

    async fn sign_out(&self, core: &Core<S>, subject: &Subject, tells: bool) -> Result<(), StoreError> {
        sessions::end_all(&core.storage, &core.issuer, subject, tells, core.now()).await.map(drop)
    }

    async fn serve<V: RouteView<S>>(&self, view: &V, request: Request<Bytes>) -> Response<Bytes> {
        serve::serve(&self.application, view, &request).await
    }
}
