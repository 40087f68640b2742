//! The applications that a signed-in person has allowed access, with a button for each that takes it back.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};
use grantor::{
    AuthorizationRecords, AuthorizationServer, ClientId, ClientStore, FeaturesOn, OAuthError, Scope, SessionRecords, StoreError,
    SuspendsRequests,
};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::csrf::{self, Token};
use crate::form::Fields;
use crate::pages::{ConnectedApp, Page, Pages, Place};
use crate::sessions::Session;
use crate::sign_in::{SignIn, with_cookies};

/// For a host that describes a client.
const PATIENCE: Duration = Duration::from_secs(1);

/// The server and who is signed in.
struct Account<Sv> {
    server: Arc<Sv>,
    sign_in: SignIn,
}

type AccountAt<S, G, R, F, P> = Account<AuthorizationServer<S, G, R, F, P>>;

impl<Sv> Clone for Account<Sv> {
    fn clone(&self) -> Self {
        Self { server: self.server.clone(), sign_in: self.sign_in.clone() }
    }
}

impl<Sv> FromRef<Account<Sv>> for Pages {
    fn from_ref(account: &Account<Sv>) -> Self {
        account.sign_in.pages().clone()
    }
}

pub fn router<S, G, R, F, P>(server: Arc<AuthorizationServer<S, G, R, F, P>>, sign_in: SignIn) -> Router
where
    AuthorizationServer<S, G, R, F, P>: SuspendsRequests,
    S: AuthorizationRecords + ClientStore + SessionRecords,
    G: 'static,
    R: 'static,
    F: FeaturesOn<S> + 'static,
    P: 'static,
{
    Router::new()
        .route("/account", get(list::<S, G, R, F, P>))
        .route("/account/revoke", post(revoke::<S, G, R, F, P>))
        .route("/account/sign-out-everywhere", post(sign_out::<true, S, G, R, F, P>))
        .route("/logout", post(sign_out::<false, S, G, R, F, P>))
        .with_state(Account { server, sign_in })
}

async fn list<S, G, R, F, P>(State(Account { server, sign_in }): State<AccountAt<S, G, R, F, P>>, headers: HeaderMap) -> Response
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    shown(&server, &sign_in, &headers).await.unwrap_or_else(|error| failed(sign_in.pages(), error)).map(Body::from)
}

async fn shown<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    sign_in: &SignIn,
    headers: &HeaderMap,
) -> Result<Page, StoreError>
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    let Some(session) = sign_in.sessions().of(headers).await? else { return Ok(sign_in.account_login(headers, "", "")) };
    let apps = connected_apps(server, &session).await?;
    let token = Token::of(sign_in.site(), headers);
    let places = places(server, &session).await?;
    let mut page = sign_in.pages().account(&session.user, &apps, &places, &token.value);
    page.headers_mut().extend(token.cookie.map(|cookie| (SET_COOKIE, cookie)));
    Ok(page)
}

async fn revoke<S, G, R, F, P>(
    State(Account { server, sign_in }): State<AccountAt<S, G, R, F, P>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    let pages = sign_in.pages();
    if !csrf::is_good(sign_in.site(), &headers, fields.get("csrf")) {
        return pages.expired_form("/account").map(Body::from);
    }
    let page = match sign_in.sessions().of(&headers).await {
        Ok(None) => sign_in.account_login(&headers, "", "Your session has ended. Sign in again."),
        // An application that the person has not allowed, or that was taken back already, is not there: the list shows what is.
        Ok(Some(session)) => match revoke_all(&server, &sign_in, &session, fields.get("client")).await {
            Ok(()) => pages.see_other("/account"),
            Err(error) => failed(pages, error),
        },
        Err(error) => failed(pages, error),
    };
    page.map(Body::from)
}

/// Signs out here, or everywhere.
async fn sign_out<const EVERYWHERE: bool, S, G, R, F, P>(
    State(Account { server, sign_in }): State<AccountAt<S, G, R, F, P>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    let pages = sign_in.pages();
    if !csrf::is_good(sign_in.site(), &headers, fields.get("csrf")) {
        return pages.expired_form("/account").map(Body::from);
    }
    let ended = match EVERYWHERE {
        true => end_all(&server, &sign_in, &headers).await,
        false => end_one(&server, &sign_in, &headers).await,
    };
    let page = match ended {
        Ok(cookie) if EVERYWHERE => with_cookies(pages.signed_out(), [cookie]),
        Ok(cookie) => with_cookies(pages.see_other("/"), [cookie]),
        Err(error) => failed(pages, error),
    };
    page.map(Body::from)
}

/// What was authorized in the session, and then the session; with what takes its cookie away.
async fn end_one<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    sign_in: &SignIn,
    headers: &HeaderMap,
) -> Result<HeaderValue, StoreError>
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    if let Some(session) = sign_in.sessions().of(headers).await? {
        server.end_session_named(&session.user.subject, &session.number).await?;
    }
    sign_in.sessions().end(headers).await?;
    sign_in.sessions().no_cookie()
}

async fn end_all<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    sign_in: &SignIn,
    headers: &HeaderMap,
) -> Result<HeaderValue, StoreError>
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    let Some(session) = sign_in.sessions().of(headers).await? else { return sign_in.sessions().no_cookie() };
    // First, so that nobody approves in their name meanwhile.
    sign_in.sessions().end_all(&session.user).await?;
    server.end_sessions(&session.user.subject).await?;
    sign_in.sessions().no_cookie()
}

/// Where the person is signed in, as far as an application was told.
async fn places<S, G, R, F, P>(server: &AuthorizationServer<S, G, R, F, P>, session: &Session) -> Result<Vec<Place>, StoreError>
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    let mut places = Vec::new();
    for record in server.sessions(&session.user.subject).await? {
        let mut apps = Vec::new();
        for id in &record.clients {
            apps.push(named(server, id).await?.0.unwrap_or_else(|| id.to_string()));
        }
        places.push(Place { since: record.opened_at, apps });
    }
    Ok(places)
}

/// One entry for each application, however often it was allowed; what was allowed last comes first.
async fn connected_apps<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    session: &Session,
) -> Result<Vec<ConnectedApp>, StoreError>
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    let mut apps: Vec<ConnectedApp> = Vec::new();
    for record in server.authorizations(&session.user.subject).await? {
        match apps.iter_mut().find(|app| app.client_id == record.client_id.as_str()) {
            Some(app) => {
                let both = app.scope.iter().chain(record.scope().iter());
                app.scope = Scope::from_tokens(both).map_err(StoreError::failed)?;
            }
            None => {
                let (name, host) = named(server, &record.client_id).await?;
                apps.push(ConnectedApp {
                    client_id: record.client_id.to_string(),
                    name,
                    host,
                    since: record.created_at,
                    scope: record.scope().clone(),
                });
            }
        }
    }
    Ok(apps)
}

/// The name of a client, and the host that describes it. Nobody waits long for that host: what it may is taken back without it.
async fn named<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    id: &ClientId,
) -> Result<(Option<String>, Option<String>), StoreError>
where
    S: ClientStore,
    F: FeaturesOn<S>,
{
    let Ok(found) = tokio::time::timeout(PATIENCE, server.find_client(id)).await else { return Ok(unreached(id)) };
    match found {
        Ok(Some(client)) => Ok((Some(client.shown_name().into_owned()), client.document_host().map(str::to_owned))),
        Ok(None) => Ok((None, None)),
        Err(StoreError::Unavailable { .. }) if id.as_str().starts_with("https://") => Ok(unreached(id)),
        Err(error) => Err(error),
    }
}

/// What its identifier says of a client whose host says nothing.
fn unreached(id: &ClientId) -> (Option<String>, Option<String>) {
    let host = id.as_str().strip_prefix("https://").and_then(|rest| rest.split('/').next()).map(str::to_owned);
    (host.clone(), host)
}

async fn revoke_all<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    sign_in: &SignIn,
    session: &Session,
    client_id: &str,
) -> Result<(), StoreError>
where
    S: AuthorizationRecords + ClientStore + SessionRecords,
    F: FeaturesOn<S>,
{
    // First, so that nobody gets anew what ends here without a question.
    sign_in.sessions().take_back(session, client_id).await?;
    let subject = &session.user.subject;
    for record in server.authorizations(subject).await? {
        if record.client_id.as_str() == client_id {
            server.revoke_authorization(subject, &record.id).await?;
        }
    }
    Ok(())
}

fn failed(pages: &Pages, error: StoreError) -> Page {
    let error = OAuthError::from(error);
    pages.failed(error.status(), "Your connected apps cannot be looked up now. Try again later.", "/account")
}
