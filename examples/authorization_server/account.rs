//! What a signed-in person has authorized, with a button for each that takes it back.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};
use grantor::storage::FamilyId;
use grantor::{AuthorizationRecords, AuthorizationServer, ClientStore, FeatureList, StoreError, SuspendsRequests, TokenError};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};

use crate::csrf::{self, Token};
use crate::form::Fields;
use crate::pages::{Authorized, Page, Pages};
use crate::sessions::Session;
use crate::sign_in::SignIn;

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
    S: AuthorizationRecords + ClientStore,
    G: 'static,
    R: 'static,
    F: FeatureList + 'static,
    P: 'static,
{
    Router::new()
        .route("/account", get(list::<S, G, R, F, P>))
        .route("/account/revoke", post(revoke::<S, G, R, F, P>))
        .route("/logout", post(sign_out::<AuthorizationServer<S, G, R, F, P>>))
        .with_state(Account { server, sign_in })
}

async fn list<S, G, R, F, P>(State(Account { server, sign_in }): State<AccountAt<S, G, R, F, P>>, headers: HeaderMap) -> Response
where
    S: AuthorizationRecords + ClientStore,
    F: FeatureList,
{
    let Some(session) = sign_in.sessions().of(&headers) else {
        return sign_in.account_login(&headers, "", "").map(Body::from);
    };
    let page = match authorizations(&server, &session).await {
        Ok(authorizations) => {
            let token = Token::of(sign_in.site(), &headers);
            let mut page = sign_in.pages().account(&session.user, &authorizations, &token.value);
            page.headers_mut().extend(token.cookie.map(|cookie| (SET_COOKIE, cookie)));
            page
        }
        Err(error) => failed(sign_in.pages(), error),
    };
    page.map(Body::from)
}

async fn revoke<S, G, R, F, P>(
    State(Account { server, sign_in }): State<AccountAt<S, G, R, F, P>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response
where
    S: AuthorizationRecords + ClientStore,
    F: FeatureList,
{
    let pages = sign_in.pages();
    if !csrf::is_good(sign_in.site(), &headers, fields.get("csrf")) {
        return pages.expired_form().map(Body::from);
    }
    let Some(session) = sign_in.sessions().of(&headers) else {
        return sign_in.account_login(&headers, "", "Your session has ended. Sign in again.").map(Body::from);
    };
    let page = match fields.get("authorization").parse::<FamilyId>() {
        // One that is somebody else's, or was taken back already, is not there: the list shows what is.
        Ok(id) => match server.revoke_authorization(&session.user.subject, &id).await {
            Ok(_) => pages.see_other("/account"),
            Err(error) => failed(pages, error),
        },
        Err(error) => pages.error(StatusCode::BAD_REQUEST, "invalid_request", &error.to_string()),
    };
    page.map(Body::from)
}

async fn sign_out<Sv>(State(account): State<Account<Sv>>, headers: HeaderMap, fields: Fields) -> Response {
    let sign_in = account.sign_in;
    if !csrf::is_good(sign_in.site(), &headers, fields.get("csrf")) {
        return sign_in.pages().expired_form().map(Body::from);
    }
    sign_in.sessions().end(&headers);
    sign_in.pages().see_other("/").map(Body::from)
}

async fn authorizations<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    session: &Session,
) -> Result<Vec<Authorized>, StoreError>
where
    S: AuthorizationRecords + ClientStore,
    F: FeatureList,
{
    let mut all = Vec::new();
    for record in server.authorizations(&session.user.subject).await? {
        let client = server.storage().client(server.issuer(), record.client_id.as_str()).await?;
        // A client that was removed has no name any more, and its tokens are of no use to it.
        let name = client.map_or_else(|| record.client_id.to_string(), |client| client.name().to_owned());
        let (since, scope) = (record.created_at, record.scope().clone());
        all.push(Authorized { id: record.id.to_string(), client: name, since, scope });
    }
    Ok(all)
}

fn failed(pages: &Pages, error: StoreError) -> Page {
    let error = TokenError::from(error);
    pages.error(error.status(), error.code().as_str(), "Your authorizations cannot be looked up now. Try again later.")
}
