//! Clients are told that a person has signed out (OpenID Connect Back-Channel Logout 1.0).

mod deliver;
mod token;

pub(crate) use deliver::deliver;

use crate::authorization::ApprovedRequest;
use crate::client::{Client, ClientRejection};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, Here, sealed, sessions};
use crate::storage::SessionRecords;
use crate::typelevel::choice::Open;
use crate::typelevel::{No, Yes};
use crate::values::error::{OAuthError, StoreError};
use crate::values::subject::Subject;

/// When a sign-in ends, each client that got an authorization in it is told, by a logout token that the server posts to its
/// `backchannel_logout_uri` (OpenID Connect Back-Channel Logout).
///
/// | what | how |
/// |---|---|
/// | which sign-in | the one that [`Approval::session`](crate::Approval::session) named |
/// | when it ends | at `/end_session` with [`RpInitiatedLogout`](crate::RpInitiatedLogout), or by [`end_session`](crate::AuthorizationServer::end_session) |
/// | who is told | every client of it that registered a `backchannel_logout_uri`; up to 6 at the same time |
/// | what is sent | a token of type `logout+jwt`, signed as the client's ID tokens are, with `sub` and `sid`; it lives two minutes |
/// | where to | through the server's [`Fetcher`](crate::Fetcher), so within its bounds |
/// | what if it fails | it is tried again for a day: after 10 seconds, 20, 40, and so on up to 15 minutes; also after a restart |
///
/// Who is to be told is kept in the storage; [`deliver_logout_tokens`](crate::AuthorizationServer::deliver_logout_tokens) is the task that
/// tells them. What fails is in the events `grantor.logout_failed` and `grantor.logout_given_up`
/// ([`manual::operating`](crate::manual::operating)).
#[derive(Debug, Clone, Copy, Default)]
pub struct BackChannelLogout(());

impl BackChannelLogout {
    /// The feature. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

crate::wire_name!(BackChannelLogout = "backchannel_logout_supported");
impl sealed::Sealed for BackChannelLogout {}

impl Feature for BackChannelLogout {
    type Format = Open;
    type Keys = Open;
    type Signs = Yes;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = Yes;
    type Assures = ();
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.backchannel_logout_supported = true;
        metadata.backchannel_logout_session_supported = true;
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        let Some(uri) = client.backchannel_logout_uri() else { return };
        let refused = here.fetcher.and_then(|fetcher| fetcher.check_url(uri).err());
        reasons.extend(refused.map(|error| ClientRejection::BackChannelLogoutUri(error.to_string())));
    }
}

impl<S: SessionRecords> FeatureOn<S> for BackChannelLogout {
    async fn approve(&self, core: &Core<S>, approved: &mut ApprovedRequest) -> Result<(), OAuthError> {
        sessions::find(core, approved).await
    }

    async fn join(&self, core: &Core<S>, approved: &ApprovedRequest) -> Result<(), OAuthError> {
        sessions::join(core, approved).await
    }

    async fn sign_out(&self, core: &Core<S>, subject: &Subject, tells: bool) -> Result<(), StoreError> {
        sessions::end_all(&core.storage, &core.issuer, subject, tells, core.now()).await.map(drop)
    }
}
