//! A client reads, changes or removes its registration (RFC 7592 section 2), with the token that it was given for that.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};

use super::refusal::Refusal;
use super::registration::{Admitted, Asking, information};
use super::{CLIENT_ID, DynamicRegistration, RegistrationPolicy, access, begin, body};
use crate::authentication::Clients as _;
use crate::client::{CheckedClient, Client, Members, SelfRegistration, WhichToken};
use crate::core::Core;
use crate::events;
use crate::extension::route::RouteView;
use crate::http::answer;
use crate::storage::{AuthorizationRecords, Holder, RegistrationStore};
use crate::values::bearer::{TokenHash, random_text};
use crate::values::error::{OAuthError, StoreError};

const CLIENT_SECRET: &str = "client_secret";

/// A client that proved that the registration is its own.
struct Own<'r> {
    client: Arc<Client>,
    registration: SelfRegistration,
    token: &'r str,
    which: WhichToken,
}

impl<P: RegistrationPolicy> DynamicRegistration<P> {
    pub(super) async fn read<S: RegistrationStore>(
        &self,
        core: &Core<S>,
        request: &Request<Bytes>,
        id: &str,
    ) -> Result<Response<Bytes>, Refusal> {
        begin(core, request).await?;
        let own = authorized(core, request.headers(), id).await?;
        confirm(core, &own).await?;
        Ok(answer::json(StatusCode::OK, information(core, &own.client, None, own.token)))
    }

    pub(super) async fn update<S, V>(&self, view: &V, request: &Request<Bytes>, id: &str) -> Result<Response<Bytes>, Refusal>
    where
        S: RegistrationStore + AuthorizationRecords,
        V: RouteView<S>,
    {
        let core = view.core();
        begin(core, request).await?;
        let Own { client: was, registration, token, .. } = authorized(core, request.headers(), id).await?;
        let now = self.admit(core, request)?;
        let members = body::read(request, self.most_bytes)?;
        is_its_own(core, &members, &was).await?;
        let new = random_text().map_err(StoreError::from)?;
        let registration = registration.rotated(TokenHash::of(token), TokenHash::of(&new)).kept_unused_for(self.unused_for);
        let asking = Asking { request, members, initial_access: None, was: Some(&was), id: was.id().clone(), registration };
        let Admitted { client, secret } = self.decide(view, asking, now).await?;
        let changed = client.client().clone();
        if !core.storage.replace_client(&core.issuer, &was, client).await? {
            // Changed or removed meanwhile: whoever comes again is told which.
            return Err(OAuthError::unavailable(Some(Duration::from_secs(1))).into());
        }
        events::registration_changed(&core.issuer, changed.id());
        Ok(answer::json(StatusCode::OK, information(core, &changed, secret.as_ref(), &new)))
    }

    /// Ends all that the client has, and then the client. In this order, as its token is gone with it: whoever is told of an error can
    /// come again.
    pub(super) async fn delete<S: RegistrationStore + AuthorizationRecords>(
        &self,
        core: &Core<S>,
        request: &Request<Bytes>,
        id: &str,
    ) -> Result<Response<Bytes>, Refusal> {
        begin(core, request).await?;
        let own = authorized(core, request.headers(), id).await?;
        let (storage, issuer, id) = (&core.storage, &core.issuer, own.client.id());
        let ended = storage.revoke_authorizations(issuer, Holder::Client(id), core.now()).await?;
        if storage.remove_client(issuer, id).await? {
            events::client_removed(issuer, id);
        }
        // What began between the two.
        let more = storage.revoke_authorizations(issuer, Holder::Client(id), core.now()).await?;
        events::revoked_all(issuer, Some(id), None, ended + more);
        let mut response = answer::json(StatusCode::NO_CONTENT, Bytes::new());
        response.headers_mut().remove(http::header::CONTENT_TYPE);
        Ok(response)
    }
}

/// The client of the URL, if the token is its own. What is wrong is not said: a client that does not exist answers like one whose token
/// another one has.
async fn authorized<'r, S: RegistrationStore>(core: &Core<S>, headers: &'r HeaderMap, id: &str) -> Result<Own<'r>, Refusal> {
    let token = access::presented(headers)?.ok_or(Refusal::Unauthorized { presented: false })?;
    let unknown = || Refusal::Unauthorized { presented: true };
    let client = core.find(id).await?.ok_or_else(unknown)?;
    let registration = client.registration().cloned().ok_or_else(unknown)?;
    let which = registration.knows(token).ok_or_else(unknown)?;
    Ok(Own { client, registration, token, which })
}

/// Whoever uses the newest token has got it: the one before it ends.
async fn confirm<S: RegistrationStore>(core: &Core<S>, own: &Own<'_>) -> Result<(), Refusal> {
    let confirmed = own.registration.confirmed().filter(|_| own.which == WhichToken::Newest);
    if let Some(registration) = confirmed {
        let client = CheckedClient::new((*own.client).clone().with_registration(registration));
        // If somebody else was faster it is done, or there is something newer.
        core.storage.replace_client(&core.issuer, &own.client, client).await?;
    }
    Ok(())
}

/// A change names the client, and its secret if it likes (RFC 7592 section 2.2). Both are what they were.
async fn is_its_own<S: RegistrationStore>(core: &Core<S>, members: &Members, was: &Client) -> Result<(), Refusal> {
    if members.text(CLIENT_ID) != Some(was.id().as_str()) {
        return Err(Refusal::metadata("client_id must be there, and be that of the client (RFC 7592 section 2.2)"));
    }
    if members.has(CLIENT_SECRET) {
        let presented = members.text(CLIENT_SECRET).unwrap_or_default();
        let secrets = was.credentials().secrets();
        if secrets.is_none() || !core.verify(was.id().as_str(), secrets, presented).await? {
            return Err(Refusal::metadata("client_secret is not that of the client (RFC 7592 section 2.2)"));
        }
    }
    Ok(())
}
