//! Where OAuth meets the application: an authorization request becomes a login page, then a consent page, then a decision.
//!
//! Between two pages the request lies suspended in the storage. Its handle, in a hidden field of the form, is what keeps other
//! sites from posting these forms on a person's behalf: it cannot be guessed, it is good once, and it is good only together
//! with the cookie of the browser that was shown the form. So another site has no handle to post: one that it obtains itself
//! belongs to its own browser, and the one of the person's browser stands in a page that it can neither read (same-origin
//! policy) nor frame. No further token against cross-site request forgery is needed.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, State};
use axum::response::Response;
use axum::routing::post;
use grantor::{Approval, AuthorizationRequest, Decision, Interaction, RedirectUri, ResumeError, Scope};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};

use crate::Server;
use crate::pages::{self, Asked, Page};
use crate::sessions::{Session, Sessions};
use crate::users::{SignedIn, Users};

/// Who there is, and who is signed in.
#[derive(Clone)]
pub struct SignIn {
    users: Arc<Users>,
    sessions: Arc<Sessions>,
}

impl SignIn {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self { users: Arc::new(Users::sample()?), sessions: Arc::default() })
    }
}

/// The authorization endpoint has a valid request, and asks what to do: show the page that is due.
impl Interaction<Server> for SignIn {
    async fn decide(&self, server: &Server, http: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let page = match self.sessions.of(http.headers()) {
            Some(session) => consent_page(server, request, &session).await,
            None => login_page(server, request, "", "").await,
        };
        Decision::page(page)
    }
}

#[derive(Clone)]
struct Application {
    server: Arc<Server>,
    sign_in: SignIn,
}

/// Where the forms of the two pages are posted to.
pub fn router(server: Arc<Server>, sign_in: SignIn) -> Router {
    let routes = Router::new()
        .route("/login", post(login).get(pages::begin_at_the_application))
        .route("/consent", post(consent).get(pages::begin_at_the_application));
    routes.with_state(Application { server, sign_in })
}

async fn login(State(application): State<Application>, headers: HeaderMap, fields: Fields) -> Response {
    let Application { server, sign_in } = application;
    let request = match server.authorization().resume(fields.get("handle"), &headers).await {
        Ok(request) => request,
        Err(error) => return gone(error).map(Body::from),
    };
    let name = fields.get("username");
    let page = match sign_in.users.sign_in(name, fields.get("password")).await {
        // Cannot fail: a cookie is made of base64 and constants.
        SignedIn::Yes(user) => match sign_in.sessions.begin(user) {
            Ok((session, cookie)) => {
                let mut page = consent_page(&server, request, &session).await;
                page.headers_mut().append(SET_COOKIE, cookie);
                page
            }
            Err(_) => pages::error(StatusCode::INTERNAL_SERVER_ERROR, "You could not be signed in."),
        },
        // 200 and not 401, which would have to name a scheme of HTTP authentication (RFC 9110 section 15.5.2).
        SignedIn::No => login_page(&server, request, name, "The user name or the password is wrong.").await,
        SignedIn::TooManyAttempts { retry_after } => {
            let seconds = retry_after.as_secs() + 1;
            let message = format!("Too many attempts for this user name. Try again in {seconds} seconds.");
            let mut page = login_page(&server, request, name, &message).await;
            *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            page
        }
    };
    page.map(Body::from)
}

async fn consent(State(application): State<Application>, headers: HeaderMap, fields: Fields) -> Response {
    let Application { server, sign_in } = application;
    let request = match server.authorization().resume(fields.get("handle"), &headers).await {
        Ok(request) => request,
        Err(error) => return gone(error).map(Body::from),
    };
    let response = match (fields.get("decision"), sign_in.sessions.of(&headers)) {
        ("deny", _) => server.authorization().complete(request.deny()).await,
        ("switch", _) => {
            sign_in.sessions.end(&headers);
            login_page(&server, request, "", "").await
        }
        (_, None) => login_page(&server, request, "", "Your session has ended. Sign in again.").await,
        // Meanwhile somebody else has signed in with this browser, and this somebody was not asked.
        (_, Some(session)) if fields.get("account") != session.user.subject.as_str() => {
            consent_page(&server, request, &session).await
        }
        ("approve", Some(session)) => {
            // Unticking everything that was asked for is a refusal, and the library says so to the client.
            let ticked = Scope::from_tokens(fields.all("scope")).unwrap_or_default();
            let approval = Approval::by(session.user.subject).username(&session.user.name);
            let approval = approval.authenticated_at(session.since).scope(ticked);
            server.authorization().complete(request.approve(approval)).await
        }
        (_, Some(session)) => consent_page(&server, request, &session).await,
    };
    response.map(Body::from)
}

async fn login_page(server: &Server, request: AuthorizationRequest, name: &str, message: &str) -> Page {
    suspended(server, request, |asked, handle| pages::login(asked, handle, name, message)).await
}

async fn consent_page(server: &Server, request: AuthorizationRequest, session: &Session) -> Page {
    suspended(server, request, |asked, handle| pages::consent(asked, handle, &session.user)).await
}

/// Suspends the request and shows a page with its handle.
async fn suspended(server: &Server, request: AuthorizationRequest, page: impl FnOnce(&Asked, &str) -> Page) -> Page {
    let asked = Asked {
        client: request.client().name().to_owned(),
        host: RedirectUri::parse(request.redirect_uri()).map_or_else(|_| String::new(), |uri| uri.host_for_display().to_owned()),
        scope: request.scope().clone(),
    };
    match server.authorization().suspend(request).await {
        Ok(suspended) => {
            let mut page = page(&asked, suspended.handle());
            page.headers_mut().append(SET_COOKIE, suspended.set_cookie().clone());
            page
        }
        Err(error) => ResumeError::from(error).into_response(),
    }
}

/// The handle was used before, by a double click for instance, has expired, or is another browser's.
fn gone(error: ResumeError) -> Page {
    match error {
        ResumeError::Store(_) => error.into_response(),
        error => pages::error(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

/// The fields of a posted form. `scope` may occur several times; of the others the first counts.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Response> {
        match Form::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(pages::error(rejection.status(), "The form could not be read.").map(Body::from)),
        }
    }
}
