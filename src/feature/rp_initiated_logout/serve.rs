//! The end session endpoint (OpenID Connect RP-Initiated Logout sections 2 and 3).

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

use super::read::{self, CONFIRMATION, HANDED_ON, Valid};
use super::sign_out::{LogoutRequest, SignOut, SignedIn};
use crate::authorization::{Browser, is_from_another_site};
use crate::client::Client;
use crate::core::Core;
use crate::extension::route::RouteView;
use crate::feature::back_channel_logout::BackChannelLogout;
use crate::feature::open_id::{sid, subject};
use crate::feature::sessions;
use crate::http::parameters::{Parameters, append_query};
use crate::http::{answer, endpoints, page};
use crate::jose::OwnIdToken;
use crate::storage::{ClientStore, SessionKey, SessionRecord, SessionRecords};
use crate::typelevel::WireName as _;
use crate::values::error::{OAuthError, StoreError};

pub(super) async fn serve<S, V, A>(application: &A, view: &V, request: &Request<Bytes>) -> Response<Bytes>
where
    S: ClientStore + SessionRecords,
    V: RouteView<S>,
    A: SignOut,
{
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return answer::other_method(request.method(), "GET, POST, OPTIONS");
    }
    match respond(application, view, request).await {
        Ok(response) => response,
        Err(error) => page::error(view.core().error_uri.as_ref(), &error),
    }
}

async fn respond<S, V, A>(application: &A, view: &V, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError>
where
    S: ClientStore + SessionRecords,
    V: RouteView<S>,
    A: SignOut,
{
    let core = view.core();
    let parameters = read::parameters(core, request)?;
    let action = endpoints::url(&core.issuer, core.endpoints.end_session_path());
    if let Some(again) = ask_again(core, request, &parameters, &action) {
        return Ok(again);
    }
    let valid = read::validate(view, &parameters).await?;
    let who = application.signed_in(request).await?;
    let ending = ending(core, &valid, who.as_ref()).await?;
    let shown = Shown { client: valid.client.as_deref(), who: who.as_ref(), action: &action, parameters: &parameters };
    if ending.is_asked_for && !is_confirmed(core, request, &parameters) {
        return ask(core, request, &parameters, |fields| application.ask(&shown.with(fields)));
    }
    let tells = view.is_on(BackChannelLogout::NAME);
    for key in ending.sessions {
        sessions::end(&core.storage, &core.issuer, key, tells, core.now()).await?;
    }
    let headers = match &who {
        Some(who) => application.sign_out(request, who).await?,
        None => HeaderMap::new(),
    };
    // That it is good to go there, says nobody but such a client (RFC 9700 section 4.11.2): it is for whoever has signed in to it.
    let is_known = ending.is_about_them || valid.client.as_ref().is_some_and(|client| client.is_vetted());
    let mut response = match valid.target.as_ref().filter(|_| is_known) {
        Some(target) => {
            let state: Vec<_> = parameters.get("state").map(|state| ("state", state)).into_iter().collect();
            answer::redirect(StatusCode::SEE_OTHER, &append_query(target, &state))
        }
        None => application.signed_out(&shown.with(&[])),
    };
    for (name, value) in &headers {
        response.headers_mut().append(name, value.clone());
    }
    Ok(response)
}

/// What pages need.
struct Shown<'a> {
    client: Option<&'a Client>,
    who: Option<&'a SignedIn>,
    action: &'a str,
    parameters: &'a Parameters<'a>,
}

impl<'a> Shown<'a> {
    fn with<'f>(&self, fields: &'f [(&'f str, &'f str)]) -> LogoutRequest<'f>
    where
        'a: 'f,
    {
        let Self { client, who, action, parameters } = *self;
        LogoutRequest { client, who, action, fields, ui_locales: parameters.get("ui_locales") }
    }
}

/// What is to end.
struct Ending {
    sessions: Vec<SessionKey>,
    /// Only if the person says so: nobody has shown that they want it.
    is_asked_for: bool,
    /// Is the ID token about the person who is signed in?
    is_about_them: bool,
}

/// The browser's sign-in, and that of the ID token. An ID token shows that the request comes from a client to which the person signed in: it
/// needs no question if it is about the person who is signed in, and a sign-in that lasts. Where nobody is signed in somebody else may have
/// come by it; and that of a sign-in that is over is "suspect" (section 2).
async fn ending<S: SessionRecords>(core: &Core<S>, valid: &Valid, who: Option<&SignedIn>) -> Result<Ending, OAuthError> {
    let hinted = match (&valid.hinted, &valid.client) {
        (Some(hinted), Some(client)) => of_hint(core, client, hinted).await?,
        _ => None,
    };
    let own = who.map(|who| SessionKey::Handle(sessions::handle(who.subject(), who.session())));
    let Some(who) = who else {
        let sessions = hinted.iter().map(|it| SessionKey::Id(it.id)).collect();
        return Ok(Ending { is_asked_for: hinted.is_some(), sessions, is_about_them: false });
    };
    let is_about_them = match (&valid.hinted, &valid.client) {
        (Some(hint), Some(client)) => *subject::of(core, client, who.subject())? == *hint.subject,
        _ => false,
    };
    let names_another = hinted.is_none() && valid.hinted.as_ref().is_some_and(|hint| hint.sid.is_some());
    let hinted = hinted.filter(|session| is_about_them && session.subject == *who.subject());
    let sessions = own.into_iter().chain(hinted.map(|session| SessionKey::Id(session.id))).collect();
    Ok(Ending { sessions, is_asked_for: !is_about_them || names_another, is_about_them })
}

/// The sign-in in which the ID token was issued, if it lasts.
async fn of_hint<S: SessionRecords>(
    core: &Core<S>,
    client: &Client,
    hinted: &OwnIdToken,
) -> Result<Option<SessionRecord>, StoreError> {
    let Some(id) = hinted.sid.as_deref().and_then(|sid| sid::session(core, client, sid)) else { return Ok(None) };
    let session = core.storage.session(&core.issuer, SessionKey::Id(id), core.now()).await?;
    Ok(session.filter(|session| session.clients.contains(client.id())))
}

/// The same request from a page of this server, if another site made the browser post it: then it came without the cookies that are
/// `SameSite=Lax`, and so without saying who is signed in.
fn ask_again<S>(core: &Core<S>, request: &Request<Bytes>, parameters: &Parameters<'_>, action: &str) -> Option<Response<Bytes>> {
    if *request.method() != Method::POST || !is_from_another_site(request.headers(), &core.issuer) {
        return None;
    }
    let pairs: Vec<(&str, &str)> = HANDED_ON.iter().filter_map(|name| Some((*name, parameters.get(name)?))).collect();
    Some(page::post_again(action, &pairs))
}

/// The page that asks. What its form posts can only be made with the cookie that goes with it, which no other site reads.
fn ask<S>(
    core: &Core<S>,
    request: &Request<Bytes>,
    parameters: &Parameters<'_>,
    page: impl FnOnce(&[(&str, &str)]) -> Response<Bytes>,
) -> Result<Response<Bytes>, OAuthError> {
    let mut browser = Browser::of(request, !core.loopback, &core.issuer);
    let confirmation = browser.confirmation()?;
    let handed_on = HANDED_ON.iter().filter_map(|name| Some((*name, parameters.get(name)?)));
    let fields: Vec<(&str, &str)> = handed_on.chain([(CONFIRMATION, confirmation.as_str())]).collect();
    let mut response = page(&fields);
    let cookie: HeaderValue = browser.cookie(!core.loopback, core.interaction_lifetime)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// Does the request come from the form of that page, in the browser that was shown it?
fn is_confirmed<S>(core: &Core<S>, request: &Request<Bytes>, parameters: &Parameters<'_>) -> bool {
    let Some(confirmation) = parameters.get(CONFIRMATION).filter(|_| *request.method() == Method::POST) else { return false };
    let browsers = Browser::of_handle(confirmation, request.headers(), !core.loopback);
    browsers.iter().any(|browser| browser.has_confirmed(confirmation))
}
