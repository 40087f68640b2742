//! The device authorization endpoint (RFC 8628 section 3.1).

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::Serialize;

use super::{DeviceCode, UserCode};
use crate::authentication;
use crate::authorization::{Deferred, of_requests};
use crate::client::Client;
use crate::core::Core;
use crate::events;
use crate::extension::route::RouteView;
use crate::http::call::Call;
use crate::http::form::body_parameters;
use crate::http::parameters::append_query;
use crate::http::source::RequestSource;
use crate::http::{answer, endpoints};
use crate::issue::IssueHooks as _;
use crate::storage::{ClientStore, DeferredStore};
use crate::typelevel::WireName;
use crate::values::bearer::{Bearer, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::issuer::Issuer;
use crate::values::random::Draw;

/// So many requests of one client wait; with one more, the oldest of the newer half gives way, so that those that came first stay. In the
/// name of a public client anybody may ask: that nobody fills the room of all clients is for rate limits.
const PER_CLIENT: u32 = 10_000;
/// So often another code is drawn if one is there already, which hardly ever happens once.
const DRAWS: usize = 4;

pub(super) async fn serve<S, V>(grant: &DeviceCode, view: &V, request: &Request<Bytes>) -> Response<Bytes>
where
    S: ClientStore + DeferredStore,
    V: RouteView<S>,
{
    if request.method() != Method::POST {
        return answer::other_method(request.method(), "POST, OPTIONS");
    }
    let core = view.core();
    match authorize(grant, view, request).await {
        Ok(response) => response,
        Err(error) => answer::error(&core.issuer, core.error_uri.as_ref(), &error),
    }
}

async fn authorize<S, V>(grant: &DeviceCode, view: &V, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError>
where
    S: ClientStore + DeferredStore,
    V: RouteView<S>,
{
    let core = view.core();
    core.check_transport(request)?;
    core.check_available()?;
    let parameters = body_parameters(request)?;
    let call = Call::of(request, &parameters).at(&core.issuer, core.endpoints.device_authorization_path());
    parameters.reject_repeats(&[authentication::PARAMETERS])?;
    let client = core.authenticate("device_authorization", view.features(), &call).await?;
    let kept = keep(grant, view, &call, &client).await;
    let (device_code, user_code) = kept.map_err(of_requests).inspect_err(|error| {
        events::refused(&core.issuer, client.id(), "device_authorization", error.code().as_str());
    })?;
    let (shown, page) = (user_code.shown(), endpoints::url(&core.issuer, core.endpoints.device_path()));
    let answer = Answer {
        device_code: device_code.as_str(),
        user_code: &shown,
        verification_uri: &page,
        verification_uri_complete: &append_query(&page, &[("user_code", &shown)]),
        expires_in: grant.lifetime.as_secs(),
        interval: grant.interval.as_secs(),
    };
    let mut response = answer::json(StatusCode::OK, serde_json::to_vec(&answer).unwrap_or_default().into());
    view.features().tell(core, &call, response.headers_mut());
    Ok(response)
}

/// RFC 8628 section 3.2.
#[derive(Serialize)]
struct Answer<'a> {
    device_code: &'a str,
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: &'a str,
    expires_in: u64,
    interval: u64,
}

/// Validates the request and keeps what it asks for.
async fn keep<S, V>(grant: &DeviceCode, view: &V, call: &Call<'_>, client: &Client) -> Result<(Bearer, UserCode), OAuthError>
where
    S: ClientStore + DeferredStore,
    V: RouteView<S>,
{
    if !client.may_use_grant(DeviceCode::NAME) {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not use the grant type"));
    }
    let core = view.core();
    let now = core.now();
    let until = now.saturating_add_secs(grant.lifetime.as_secs());
    // First, so that nothing is remembered of a request for which there is no room.
    let place = core.waiting.enter(core.room_for(client), Deferred::remembered(until), now);
    let place = place.map_err(|pause| too_many(&core.issuer, pause))?;
    let asked = view.validate_deferred(call, client).await?;
    let deferred = Deferred::new(asked, call.extension::<RequestSource>().copied(), now, until);
    let kept = put(grant, view, client, &deferred, now).await?;
    place.keep();
    events::deferred(&core.issuer, client.id(), &deferred.asked.scope);
    Ok(kept)
}

fn too_many(issuer: &Issuer, pause: Duration) -> OAuthError {
    events::too_many_pending(issuer);
    StoreError::Unavailable { retry_after: Some(pause) }.into()
}

/// Under a code that no other request has.
async fn put<S, V>(
    grant: &DeviceCode,
    view: &V,
    client: &Client,
    deferred: &Deferred,
    now: Timestamp,
) -> Result<(Bearer, UserCode), OAuthError>
where
    S: ClientStore + DeferredStore,
    V: RouteView<S>,
{
    let core = view.core();
    let letters = grant.guesses.issue(deferred.until, now).map_err(|pause| too_many(&core.issuer, pause))?;
    let kept = async {
        let device_code = Bearer::generate(&mut Draw::at(now))?;
        for _ in 0..DRAWS {
            let user_code = UserCode::random(letters)?;
            let record = deferred.record(device_code.as_str(), client.id())?;
            let Some(alias) = alias(&user_code, core) else { break };
            if core.storage.put_deferred(&core.issuer, record, alias, PER_CLIENT, now).await? {
                return Ok((device_code, user_code));
            }
        }
        Err(OAuthError::from(StoreError::failed("every code that was drawn is there already")))
    };
    let kept = kept.await;
    if kept.is_err() {
        grant.guesses.release(letters, deferred.until);
    }
    kept
}

/// Under which the storage has a new code.
fn alias<S>(code: &UserCode, core: &Core<S>) -> Option<TokenHash> {
    code.keys(core.master_keys.as_ref()).first().copied()
}
