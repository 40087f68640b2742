//! The pushed authorization request endpoint (RFC 9126 section 2).

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::Serialize;

use super::{PREFIX, REQUEST_URI};
use crate::authentication;
use crate::authorization::{Pushed, Valid, of_requests};
use crate::client::Client;
use crate::events;
use crate::extension::route::RouteView;
use crate::http::answer;
use crate::http::call::Call;
use crate::http::form::body_parameters;
use crate::issue::IssueHooks as _;
use crate::storage::{ClientStore, PendingStore};
use crate::values::bearer::Bearer;
use crate::values::error::{OAuthError, StoreError};
use crate::values::lifetime::PushedRequestLifetime;
use crate::values::random::Draw;

/// So many requests of one client wait; with one more, the oldest of the newer half gives way. Of a public client anybody may push, so
/// that others are not told to try again later, and those that came first stay.
const PER_CLIENT: u32 = 10_000;

pub(super) async fn serve<S, V>(lifetime: PushedRequestLifetime, view: &V, request: &Request<Bytes>) -> Response<Bytes>
where
    S: ClientStore + PendingStore,
    V: RouteView<S>,
{
    if request.method() != Method::POST {
        return answer::other_method(request.method(), "POST, OPTIONS");
    }
    let core = view.core();
    match push(lifetime, view, request).await {
        Ok(response) => response,
        Err(error) => answer::error(&core.issuer, core.error_uri.as_ref(), &error),
    }
}

async fn push<S, V>(lifetime: PushedRequestLifetime, view: &V, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError>
where
    S: ClientStore + PendingStore,
    V: RouteView<S>,
{
    let core = view.core();
    core.check_transport(request)?;
    core.check_available()?;
    let parameters = body_parameters(request)?;
    let path = core.endpoints.pushed_authorization_request_path();
    let call = Call::of(request, &parameters).at(&core.issuer, path);
    parameters.reject_repeats(&[authentication::PARAMETERS])?;
    let client = core.authenticate("pushed_authorization_request", view.features(), &call).await?;
    let kept = keep(lifetime, view, &call, &client).await;
    let reference = kept.map_err(of_requests).inspect_err(|error| {
        events::refused(&core.issuer, client.id(), "pushed_authorization_request", error.code().as_str());
    })?;
    let uri = [PREFIX, reference.as_str()].concat();
    let body = serde_json::to_vec(&Answer { request_uri: &uri, expires_in: lifetime.as_secs() }).unwrap_or_default();
    let mut response = answer::json(StatusCode::CREATED, body.into());
    view.features().tell(core, &call, response.headers_mut());
    Ok(response)
}

/// RFC 9126 section 2.2.
#[derive(Serialize)]
struct Answer<'a> {
    request_uri: &'a str,
    expires_in: u64,
}

/// Validates the request and keeps what it asks for.
async fn keep<S, V>(
    lifetime: PushedRequestLifetime,
    view: &V,
    call: &Call<'_>,
    client: &Arc<Client>,
) -> Result<Bearer, OAuthError>
where
    S: ClientStore + PendingStore,
    V: RouteView<S>,
{
    if call.parameters().iter().any(|(name, _)| name == REQUEST_URI) {
        return Err(OAuthError::invalid_request("a pushed request has no request_uri (RFC 9126 section 2.1)"));
    }
    let core = view.core();
    let now = core.now();
    let until = now.saturating_add_secs(lifetime.as_secs());
    let expires_at = until.saturating_add_secs(core.interaction_lifetime.as_secs());
    // First, so that nothing is remembered of a request for which there is no room.
    let place = core.waiting.enter(core.room_for(client), expires_at, now).map_err(|pause| {
        events::too_many_pending(&core.issuer);
        StoreError::Unavailable { retry_after: Some(pause) }
    })?;
    let Valid { asked, .. } = view.validate(call, client.clone()).await.map_err(|refusal| refusal.error)?;
    let reference = Bearer::generate(&mut Draw::at(now))?;
    let pushed = Pushed::new(asked, until)?;
    let record = pushed.record(reference.as_str(), client.id(), expires_at)?;
    core.storage.put_pending(&core.issuer, record, PER_CLIENT, now).await?;
    place.keep();
    events::pushed(&core.issuer, client.id(), &pushed.asked.scope);
    Ok(reference)
}
