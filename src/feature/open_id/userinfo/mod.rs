//! The userinfo endpoint (OpenID Connect Core section 5.3): claims about the person who granted the access token.

mod presented;
mod refusal;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use self::refusal::Refusal;
use super::release::Wanted;
use super::source::{ClaimsFor, ClaimsSource, Destination};
use super::subject::SubjectPolicy;
use super::{OpenId, SCOPE, algorithm, subject};
use crate::authentication;
use crate::core::Core;
use crate::extension::route::{RouteView, TokenKind};
use crate::http::{answer, endpoints};
use crate::issue::{Choices as _, IssueHooks as _, Keyring as _, TokenFormat as _};
use crate::jose::UserinfoJwt;
use crate::storage::{ClientStore, FoundToken, TokenFacts};
use crate::values::json::{self, MemberSink as _, name};
use crate::values::resource::ResourceIdentifier;

const METHODS: &str = "GET, POST, OPTIONS";

pub(super) async fn serve<S: ClientStore, V: RouteView<S>, C: ClaimsSource, P: SubjectPolicy>(
    open_id: &OpenId<C, P>,
    view: &V,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return answer::other_method(request.method(), METHODS);
    }
    match answer(open_id, view, request).await {
        Ok(response) => response,
        Err(refusal) => refusal.to_response(view.core()),
    }
}

async fn answer<S: ClientStore, V: RouteView<S>, C: ClaimsSource, P: SubjectPolicy>(
    open_id: &OpenId<C, P>,
    view: &V,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, Refusal> {
    let core = view.core();
    core.check_transport(request)?;
    core.check_available()?;
    let found = presented::with(request, async |token| find(view, token).await).await?;
    let (record, facts) = (&found.record, found.record.details.facts());
    // A client that is gone, or that this server cannot serve, knows nobody.
    let client = authentication::find(core, view.features(), record.client_id.as_str())
        .await
        .map_err(crate::values::error::OAuthError::from)?;
    let client = client.ok_or(Refusal::Inactive)?;
    let Some(person) = &facts.subject else { return Err(Refusal::InsufficientScope) };
    let (requested, locales) = facts.claims.as_ref().map_or((&[][..], &[][..]), |claims| (&claims.userinfo, &claims.locales));
    let wanted = Wanted { scope: Some(&facts.scope), requested, locales };
    let (client_id, destination) = (client.id(), Destination::Userinfo);
    let about = ClaimsFor { client_id, subject: person, scope: &facts.scope, destination, wanted: &wanted };
    let claims = wanted.ask(&open_id.source, about).await?;
    let sub = subject::of(core, &client, person)?;
    let Some(algorithm) = algorithm::of_userinfo(&client)? else {
        return Ok(answer::json(StatusCode::OK, body(&sub, None, &claims)));
    };
    let signed_for = Some((core.issuer.as_str(), client.id().as_str()));
    let text = view.features().keys().sign::<UserinfoJwt>(Some(algorithm), &body(&sub, signed_for, &claims), core.now()).await?;
    let mut response = answer::json(StatusCode::OK, Bytes::copy_from_slice(text.as_bytes()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    Ok(response)
}

/// The claims; signed ones say by whom and for whom (section 5.3.2).
fn body(sub: &str, signed_for: Option<(&str, &str)>, claims: &Map<String, Value>) -> Bytes {
    json::object(512, |members| {
        members.string(name!("sub"), sub);
        if let Some((issuer, client_id)) = signed_for {
            members.string(name!("iss"), issuer);
            members.string(name!("aud"), client_id);
        }
        for (name, value) in claims {
            members.value(name, value);
        }
    })
}

/// The access token, if it is good here.
async fn find<S: ClientStore, V: RouteView<S>>(view: &V, token: &str) -> Result<FoundToken, Refusal> {
    let (core, now) = (view.core(), view.core().now());
    let found = view.find_token(token, now).await?;
    let found = found.filter(|(kind, found)| *kind == TokenKind::Access && found.is_active(now));
    let (_, mut found) = found.ok_or(Refusal::Inactive)?;
    if !view.admits(&mut found).await? {
        return Err(Refusal::Inactive);
    }
    let facts = found.record.details.facts();
    if facts.confirmation.is_some() {
        return Err(Refusal::NotProven);
    }
    let defaults = [
        view.features().default_resource().map(ResourceIdentifier::as_str),
        view.features().format().default_resource().map(|name| &**name),
    ];
    let is_limited = !found.names_no_resource() && !defaults.into_iter().flatten().any(|default| is_for(default, facts));
    if is_limited && !is_meant(core, facts) {
        return Err(Refusal::OtherAudience);
    }
    if !facts.scope.contains(SCOPE) {
        return Err(Refusal::InsufficientScope);
    }
    Ok(found)
}

/// Is the token for the default resource alone, as one is for which nobody named any? A client that knows of OpenID Connect and of nothing
/// else has no other.
fn is_for(default: &str, facts: &TokenFacts) -> bool {
    let [one] = &facts.audience[..] else { return false };
    ResourceIdentifier::parse(one).is_ok_and(|one| Ok(one) == ResourceIdentifier::parse(default))
}

/// Is the token meant for this endpoint, or for this server?
fn is_meant<S>(core: &Core<S>, facts: &TokenFacts) -> bool {
    let own = endpoints::url(&core.issuer, core.endpoints.userinfo_path());
    facts.audience.iter().any(|name| **name == *own || **name == *core.issuer.as_str())
}
