//! Where OAuth meets the application: an authorization request becomes a login page, then a consent page, then a decision.
//!
//! Meanwhile the request lies suspended in the storage, until it is decided: so a double click, a reload and Back do no harm. Its
//! handle, in a hidden field of the forms, is what keeps other sites from posting these on a person's behalf: it cannot be guessed,
//! and it is good only together with the cookie of the browser that was shown the form. So another site has no handle to post: one that it obtains itself
//! belongs to its own browser, and the one of the person's browser stands in a page that it can neither read (same-origin
//! policy) nor frame. No further token against cross-site request forgery is needed, except where somebody signs in without an
//! authorization request, on the way to the page of their authorizations.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRef, State};
use axum::response::Response;
use axum::routing::get;
use grantor::{
    Approval, AuthorizationRequest, Clock as _, Decision, ErasedServer, Interaction, ResumeError, Scope, ServesOAuth as _,
    Suspended, SuspendsRequests as _, SystemClock,
};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};

use crate::csrf::{self, Token};
use crate::form::Fields;
use crate::limits::Refusal;
use crate::pages::{LoginFor, Page, Pages};
use crate::sessions::{Session, Sessions};
use crate::site::Site;
use crate::users::{SignedIn, User, Users};
use crate::visitor::{Devices, SourceFrom, Visitor};

/// Who there is, and who is signed in.
#[derive(Clone)]
pub struct SignIn {
    site: Site,
    pages: Pages,
    users: Arc<Users>,
    sessions: Arc<Sessions>,
    devices: Arc<Devices>,
    sources: SourceFrom,
    /// Who approves everything, without a page.
    automatic: Option<User>,
}

impl SignIn {
    pub fn new(site: &Site, pages: &Pages, users: Arc<Users>, sources: SourceFrom, automatic: Option<User>) -> Self {
        let (sessions, devices) = (Arc::new(Sessions::new(site)), Arc::new(Devices::new(site)));
        Self { site: site.clone(), pages: pages.clone(), users, sessions, devices, sources, automatic }
    }

    pub const fn site(&self) -> &Site {
        &self.site
    }

    pub const fn pages(&self) -> &Pages {
        &self.pages
    }

    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn visitor(&self, headers: &HeaderMap, peer: SocketAddr, name: &str) -> Visitor {
        Visitor { source: self.sources.read(headers, peer), device: self.devices.known(headers, name) }
    }

    /// The login page that leads to the page of the person's authorizations.
    pub fn account_login(&self, headers: &HeaderMap, name: &str, message: &str) -> Page {
        let token = Token::of(&self.site, headers);
        let mut page = self.pages.login(&LoginFor::Account { csrf: &token.value }, name, message);
        page.headers_mut().extend(token.cookie.map(|cookie| (SET_COOKIE, cookie)));
        page
    }
}

/// The authorization endpoint has a valid request, and asks what to do: show the page that is due.
impl Interaction<ErasedServer> for SignIn {
    async fn decide(&self, server: &ErasedServer, http: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        if let Some(user) = &self.automatic {
            let approval = Approval::by(user.subject.clone()).username(&user.name).authenticated_at(SystemClock.now());
            return request.approve(approval);
        }
        let application = Application { server: server.clone(), sign_in: self.clone() };
        Decision::page(match self.sessions.of(http.headers()) {
            Some(session) => application.consent_page(request, &session).await,
            None => application.login_page(request, "", "").await,
        })
    }
}

#[derive(Clone)]
struct Application {
    server: ErasedServer,
    sign_in: SignIn,
}

impl FromRef<Application> for Pages {
    fn from_ref(application: &Application) -> Self {
        application.sign_in.pages.clone()
    }
}

/// Where the forms of the two pages are posted to.
pub fn router(server: ErasedServer, sign_in: SignIn) -> Router {
    let routes = Router::new()
        .route("/login", get(login_for_account).post(login))
        .route("/consent", get(begin_at_the_application).post(consent));
    routes.with_state(Application { server, sign_in })
}

/// Somebody came without an authorization request: there is something to see for them as well.
async fn login_for_account(State(application): State<Application>, headers: HeaderMap) -> Response {
    application.sign_in.account_login(&headers, "", "").map(Body::from)
}

async fn begin_at_the_application(State(pages): State<Pages>) -> Response {
    let message = "To allow an application access, begin at the application that you want to use.";
    pages.error(StatusCode::NOT_FOUND, "not_found", message).map(Body::from)
}

async fn login(
    State(application): State<Application>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visitor = application.sign_in.visitor(&headers, peer, fields.get("username"));
    let page = match fields.get("handle") {
        "" => application.sign_in_to_account(&headers, &visitor, &fields).await,
        handle => match application.server.resume(handle, &headers).await {
            Ok(request) => application.sign_in_to_approve(request, &visitor, &fields).await,
            // The handle has expired, or is another browser's; or the request was decided a while ago.
            Err(error) => error.into_response(),
        },
    };
    page.map(Body::from)
}

async fn consent(State(application): State<Application>, headers: HeaderMap, fields: Fields) -> Response {
    let request = match application.server.resume(fields.get("handle"), &headers).await {
        Ok(request) => request,
        Err(error) => return error.into_response().map(Body::from),
    };
    let Application { server, sign_in } = &application;
    let response = match (fields.get("decision"), sign_in.sessions.of(&headers)) {
        ("deny", _) => server.complete(request.deny()).await,
        ("switch", _) => {
            sign_in.sessions.end(&headers);
            application.login_page(request, "", "").await
        }
        (_, None) => application.login_page(request, "", "Your session has ended. Sign in again.").await,
        // Meanwhile somebody else has signed in with this browser, and this somebody was not asked.
        (_, Some(session)) if fields.get("account") != session.user.subject.as_str() => {
            application.consent_page(request, &session).await
        }
        ("approve", Some(session)) => {
            // Unticking everything that was asked for is a refusal, and the library says so to the client.
            let ticked = Scope::from_tokens(fields.all("scope")).unwrap_or_default();
            let approval = Approval::by(session.user.subject).username(&session.user.name);
            let approval = approval.authenticated_at(session.since).scope(ticked);
            server.complete(request.approve(approval)).await
        }
        (_, Some(session)) => application.consent_page(request, &session).await,
    };
    response.map(Body::from)
}

/// What becomes of an attempt to sign in.
enum Attempt {
    /// With the cookies of the session and of the browser.
    In(Session, [HeaderValue; 2]),
    /// With what to tell, and for how many seconds no other attempt is worth it.
    Out(String, Option<u64>),
}

impl Application {
    async fn attempt(&self, visitor: &Visitor, fields: &Fields) -> Attempt {
        let SignIn { users, sessions, devices, .. } = &self.sign_in;
        match users.sign_in(fields.get("username"), fields.get("password"), visitor).await {
            SignedIn::Yes(user) => match (devices.remember(&user.name), sessions.begin(user)) {
                (Ok(device), Ok((session, cookie))) => Attempt::In(session, [cookie, device]),
                // Cannot fail: a cookie is made of base64 and constants.
                _ => Attempt::Out("You could not be signed in.".to_owned(), None),
            },
            SignedIn::No => Attempt::Out("The user name or the password is wrong.".to_owned(), None),
            SignedIn::Refused(refusal) => {
                let (what, retry_after) = match refusal {
                    Refusal::TooManyAttempts { retry_after } => ("Too many attempts to sign in.", retry_after),
                    Refusal::Busy { retry_after } => ("Too many people are signing in.", retry_after),
                };
                let seconds = retry_after.as_secs() + 1;
                Attempt::Out(format!("{what} Try again in {seconds} seconds."), Some(seconds))
            }
        }
    }

    async fn sign_in_to_approve(&self, request: AuthorizationRequest, visitor: &Visitor, fields: &Fields) -> Page {
        match self.attempt(visitor, fields).await {
            Attempt::In(session, cookies) => with_cookies(self.consent_page(request, &session).await, cookies),
            Attempt::Out(message, wait) => refused(self.login_page(request, fields.get("username"), &message).await, wait),
        }
    }

    async fn sign_in_to_account(&self, headers: &HeaderMap, visitor: &Visitor, fields: &Fields) -> Page {
        let SignIn { site, pages, .. } = &self.sign_in;
        if !csrf::is_good(site, headers, fields.get("csrf")) {
            return pages.expired_form();
        }
        match self.attempt(visitor, fields).await {
            Attempt::In(_, cookies) => with_cookies(pages.see_other("/account"), cookies),
            Attempt::Out(message, wait) => refused(self.sign_in.account_login(headers, fields.get("username"), &message), wait),
        }
    }

    async fn login_page(&self, request: AuthorizationRequest, name: &str, message: &str) -> Page {
        let pages = &self.sign_in.pages;
        self.suspended(request, |suspended| pages.login(&LoginFor::Request(suspended), name, message)).await
    }

    async fn consent_page(&self, request: AuthorizationRequest, session: &Session) -> Page {
        let pages = &self.sign_in.pages;
        self.suspended(request, |suspended| pages.consent(suspended, &session.user)).await
    }

    /// Suspends the request and shows a page with its handle.
    async fn suspended(&self, request: AuthorizationRequest, page: impl FnOnce(&Suspended) -> Page) -> Page {
        match self.server.suspend(request).await {
            Ok(suspended) => with_cookies(page(&suspended), [suspended.set_cookie().clone()]),
            Err(error) => ResumeError::from(error).into_response(),
        }
    }
}

fn with_cookies(mut page: Page, cookies: impl IntoIterator<Item = HeaderValue>) -> Page {
    for cookie in cookies {
        page.headers_mut().append(SET_COOKIE, cookie);
    }
    page
}

/// 200 and not 401, which would have to name a scheme of HTTP authentication (RFC 9110 section 15.5.2).
fn refused(mut page: Page, wait: Option<u64>) -> Page {
    if let Some(seconds) = wait {
        *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}
