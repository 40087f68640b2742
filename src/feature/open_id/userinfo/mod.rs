//! The userinfo endpoint (OpenID Connect Core section 5.3): claims about the person who granted the access token.

mod presented;
mod refusal;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use self::refusal::{Refusal, Schemes};
use super::release::Wanted;
use super::source::{ClaimsFor, ClaimsSource, Destination};
use super::subject::SubjectPolicy;
use super::{OpenId, SCOPE, algorithm, subject};
use crate::authentication;
use crate::core::Core;
use crate::dpop::JKT;
use crate::extension::route::{RouteView, TokenKind};
use crate::http::bearer::{self, Credentials};
use crate::http::{answer, endpoints};
use crate::issue::{Choices as _, Confirmed, IssueHooks as _, Keyring as _, Shown, TokenFormat as _};
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
    let algorithms = view.features().proof_algorithms();
    match answer(open_id, view, request).await {
        Ok(response) => response,
        Err(refusal) => {
            let credentials = bearer::credentials(request.headers()).ok().flatten();
            let with_proof = !algorithms.is_empty() && credentials.is_some_and(|credentials| credentials.with_proof);
            refusal.to_response(view.core(), Schemes { with_proof, algorithms })
        }
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
    let takes_proofs = !view.features().proof_algorithms().is_empty();
    let (found, confirmed) = presented::with(request, takes_proofs, async |shown| find(view, request, shown).await).await?;
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
        return Ok(with_headers(answer::json(StatusCode::OK, body(&sub, None, &claims)), confirmed));
    };
    let signed_for = Some((core.issuer.as_str(), client.id().as_str()));
    let text = view.features().keys().sign::<UserinfoJwt>(Some(algorithm), &body(&sub, signed_for, &claims), core.now()).await?;
    let mut response = answer::json(StatusCode::OK, Bytes::copy_from_slice(text.as_bytes()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    Ok(with_headers(response, confirmed))
}

/// With what the client is to know for its next proof.
fn with_headers(mut response: Response<Bytes>, confirmed: Confirmed) -> Response<Bytes> {
    for (name, value) in confirmed.headers.iter().flat_map(|headers| headers.iter()) {
        response.headers_mut().insert(name, value.clone());
    }
    response
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
async fn find<S: ClientStore, V: RouteView<S>>(
    view: &V,
    request: &Request<Bytes>,
    shown: Credentials<'_>,
) -> Result<(FoundToken, Confirmed), Refusal> {
    let (core, now) = (view.core(), view.core().now());
    let found = view.find_token(shown.token, now).await?;
    let found = found.filter(|(kind, found)| *kind == TokenKind::Access && found.is_active(now));
    let (_, mut found) = found.ok_or(Refusal::Inactive)?;
    if !view.admits(&mut found).await? {
        return Err(Refusal::Inactive);
    }
    let facts = found.record.details.facts();
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
    let confirmed = confirm(view, request, shown, facts).await?;
    Ok((found, confirmed))
}

/// Last of all, since it spends the proof: does the request prove to have the key to which the token is bound? A bound token as a bearer
/// token is refused, and so is a bearer token as a bound one.
async fn confirm<S: ClientStore, V: RouteView<S>>(
    view: &V,
    request: &Request<Bytes>,
    shown: Credentials<'_>,
    facts: &TokenFacts,
) -> Result<Confirmed, Refusal> {
    let core = view.core();
    let confirmation = match (&facts.confirmation, shown.with_proof) {
        (None, false) => return Ok(Confirmed::default()),
        (None, true) => return Err(Refusal::NotBound),
        (Some(keys), with_proof) if keys.get(JKT).is_some() != with_proof => return Err(Refusal::NotProven),
        (Some(confirmation), _) => confirmation,
    };
    let url = endpoints::url(&core.issuer, core.endpoints.userinfo_path());
    let (method, headers, extensions) = (request.method(), request.headers(), request.extensions());
    let shown = Shown { method, headers, extensions, url: &url, token: shown.token, confirmation };
    let mut confirmed = Confirmed::default();
    view.features().confirm(core, &shown, &mut confirmed).await.map_err(Refusal::Proof)?;
    if confirmed.covers(confirmation) { Ok(confirmed) } else { Err(Refusal::NotProven) }
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
