//! Where OAuth meets the application: an authorization request becomes a login page, then a consent page, then a decision.
//!
//! Meanwhile the request lies suspended in the storage, until it is decided: so a double click, a reload and Back do no harm. Its
//! handle, in a hidden field of the forms, is what keeps other sites from posting these on a person's behalf: it cannot be guessed,
//! and it is good only together with the cookie of the browser that was shown the form. So another site has no handle to post: one that it obtains itself
//! belongs to its own browser, and the one of the person's browser stands in a page that it can neither read (same-origin
//! policy) nor frame. No further token against cross-site request forgery is needed, except where somebody signs in without an
//! authorization request, on the way to the page of their authorizations.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRef, State};
use axum::response::Response;
use axum::routing::get;
use grantor::{
    Actor, Approval, AuthorizationRequest, ClientId, Clock as _, Decision, ErasedServer, Interaction, Needs, Prompt, ResumeError,
    Scope, StoreError, Suspended, SystemClock, TokenHash,
};
use http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};

use crate::csrf::{self, Token};
use crate::details;
use crate::form::Fields;
use crate::kept::Kept;
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
    /// Who may act for whoever signs in.
    agent: Option<Actor>,
}

impl SignIn {
    pub fn new(pages: &Pages, users: Arc<Users>, kept: &Kept, sources: SourceFrom, automatic: Option<User>) -> Self {
        let site = pages.site().clone();
        let sessions = Arc::new(Sessions::new(site.clone(), users.clone(), kept.clone()));
        let devices = Arc::new(Devices::new(site.clone(), kept.clone()));
        Self { site, pages: pages.clone(), users, sessions, devices, sources, automatic, agent: None }
    }

    pub fn for_agent(mut self, id: Option<&ClientId>) -> Self {
        self.agent = id.map(|id| Actor::client(id.as_str()));
        self
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

    /// From where a request comes.
    pub fn source(&self, headers: &HeaderMap, peer: SocketAddr) -> Option<IpAddr> {
        self.sources.address(headers, peer)
    }

    async fn visitor(&self, typed: &Typed<'_>) -> Result<Visitor, StoreError> {
        let device = self.devices.known(typed.headers, typed.name()).await?.map(TokenHash::of);
        Ok(Visitor { source: self.sources.read(typed.headers, typed.peer), device })
    }

    /// What becomes of it.
    pub async fn attempt(&self, typed: &Typed<'_>) -> Result<Attempt, StoreError> {
        let Self { users, sessions, devices, .. } = self;
        let visitor = self.visitor(typed).await?;
        Ok(match users.sign_in(typed.name(), typed.fields.get("password"), &visitor).await {
            SignedIn::Yes(user) => {
                let device = devices.remember(typed.headers, &user.name).await?;
                let (session, cookie) = sessions.begin(user).await?;
                Attempt::In(session, [cookie, device])
            }
            SignedIn::No => Attempt::Out("The user name or the password is wrong.".to_owned(), None),
            SignedIn::Refused(refusal) => {
                let (what, retry_after) = match refusal {
                    Refusal::TooManyAttempts { retry_after } => ("Too many attempts to sign in.", retry_after),
                    Refusal::Busy { retry_after } => ("Too many people are signing in.", retry_after),
                };
                let seconds = retry_after.as_secs() + 1;
                Attempt::Out(format!("{what} Try again in {}.", in_words(seconds)), Some(seconds))
            }
        })
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
            let approval = details::all(&request, self.naming_agent(approval.consented()));
            return request.approve(approval);
        }
        let session = match self.sessions.of(http.headers()).await {
            Ok(session) => session,
            Err(error) => return Decision::page(failed(error)),
        };
        if request.prompt().contains(&Prompt::None) {
            return self.silently(request, session).await.unwrap_or_else(|error| Decision::page(failed(error)));
        }
        let application = Application { server: server.clone(), sign_in: self.clone() };
        let chooses = request.prompt().contains(&Prompt::SelectAccount);
        Decision::page(match session.filter(|session| !chooses && !request.must_authenticate(Some(session.since))) {
            Some(session) => application.consent_page(request, &session).await,
            None => application.login_page(request, "", "").await,
        })
    }
}

impl SignIn {
    /// Nothing may be shown: who is signed in, and allowed the same before, gets the same.
    async fn silently(&self, request: AuthorizationRequest, session: Option<Session>) -> Result<Decision, StoreError> {
        let Some(session) = session.filter(|session| !request.must_authenticate(Some(session.since))) else {
            return Ok(request.needs(Needs::Login));
        };
        let may_be_silent = request.client_is_vetted() && request.claims().is_none() && request.authorization_details().is_none();
        let client_id = request.client().id().as_str();
        let allowed = may_be_silent && self.sessions.has_allowed(&session, client_id, request.scope()).await?;
        Ok(if allowed { request.approve(self.approval(&session)) } else { request.needs(Needs::Consent) })
    }

    /// Who signed in with a password, and when.
    pub fn approval(&self, session: &Session) -> Approval {
        let approval = Approval::by(session.user.subject.clone()).username(&session.user.name);
        self.naming_agent(approval.authenticated_at(session.since).amr(["pwd"]).session(&*session.number))
    }

    fn naming_agent(&self, approval: Approval) -> Approval {
        match &self.agent {
            Some(agent) => approval.may_act(agent.clone()),
            None => approval,
        }
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
    pages.not_found(message).map(Body::from)
}

async fn login(
    State(application): State<Application>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let typed = Typed { headers: &headers, peer, fields: &fields };
    let page = match fields.get("handle") {
        "" => application.sign_in_to_account(&typed).await,
        handle => match application.server.resume(handle, &headers).await {
            Ok(request) => application.sign_in_to_approve(request, &typed).await,
            // The handle has expired, or is another browser's; or the request was decided a while ago.
            Err(error) => Ok(error.into_response()),
        },
    };
    page.unwrap_or_else(failed).map(Body::from)
}

async fn consent(State(application): State<Application>, headers: HeaderMap, fields: Fields) -> Response {
    let request = match application.server.resume(fields.get("handle"), &headers).await {
        Ok(request) => request,
        Err(error) => return error.into_response().map(Body::from),
    };
    application.decided(request, &headers, &fields).await.unwrap_or_else(failed).map(Body::from)
}

/// The database does not say who is signed in.
fn failed(error: StoreError) -> Page {
    ResumeError::from(error).into_response()
}

/// What somebody typed who wants to sign in, and with what it came.
pub struct Typed<'r> {
    pub headers: &'r HeaderMap,
    pub peer: SocketAddr,
    pub fields: &'r Fields,
}

impl Typed<'_> {
    fn name(&self) -> &str {
        self.fields.get("username")
    }
}

/// What becomes of an attempt to sign in.
pub enum Attempt {
    /// With the cookies of the session and of the browser.
    In(Session, [HeaderValue; 2]),
    /// With what to tell, and for how many seconds no other attempt is worth it.
    Out(String, Option<u64>),
}

impl Application {
    /// What becomes of a request whose person has pressed a button.
    async fn decided(&self, request: AuthorizationRequest, headers: &HeaderMap, fields: &Fields) -> Result<Page, StoreError> {
        let Application { server, sign_in } = self;
        Ok(match (fields.get("decision"), sign_in.sessions.of(headers).await?) {
            ("deny", _) => server.complete(request.deny()).await,
            ("switch", _) => {
                sign_in.sessions.end(headers).await?;
                with_cookies(self.login_page(request, "", "").await, [sign_in.sessions.no_cookie()?])
            }
            (_, None) => self.login_page(request, "", "Your session has ended. Sign in again.").await,
            // The application asks for a sign-in that is not as old as this one.
            (_, Some(session)) if request.must_authenticate(Some(session.since)) => {
                self.login_page(request, &session.user.name, "Sign in again to go on.").await
            }
            // Meanwhile somebody else has signed in with this browser, and this somebody was not asked.
            (_, Some(session)) if fields.get("account") != session.user.subject.as_str() => {
                self.consent_page(request, &session).await
            }
            ("approve", Some(session)) => {
                // Unticking everything that was asked for is a refusal, and the library says so to the client.
                let ticked = Scope::from_tokens(fields.all("scope")).unwrap_or_default();
                let claims = fields.all("claim").map(str::to_owned).collect::<Vec<_>>();
                let approval = self.sign_in.approval(&session).scope(ticked.clone()).claims(claims).consented();
                let approval = details::ticked(&request, fields, approval);
                let remembering = sign_in.sessions.remembering(&session, request.client().id().as_str()).await?;
                let page = server.complete(request.approve(approval)).await;
                if is_granted(&page)
                    && let Err(error) = sign_in.sessions.remember(remembering, &ticked).await
                {
                    // They have their answer, and are asked again.
                    tracing::warn!(error = &error as &dyn std::error::Error, "what was allowed could not be remembered");
                }
                page
            }
            (_, Some(session)) => self.consent_page(request, &session).await,
        })
    }

    async fn sign_in_to_approve(&self, request: AuthorizationRequest, typed: &Typed<'_>) -> Result<Page, StoreError> {
        Ok(match self.sign_in.attempt(typed).await? {
            Attempt::In(session, cookies) => with_cookies(self.consent_page(request, &session).await, cookies),
            Attempt::Out(message, wait) => refused(self.login_page(request, typed.name(), &message).await, wait),
        })
    }

    async fn sign_in_to_account(&self, typed: &Typed<'_>) -> Result<Page, StoreError> {
        let SignIn { site, pages, .. } = &self.sign_in;
        if !csrf::is_good(site, typed.headers, typed.fields.get("csrf")) {
            return Ok(pages.expired_form("/account"));
        }
        Ok(match self.sign_in.attempt(typed).await? {
            Attempt::In(_, cookies) => with_cookies(pages.see_other("/account"), cookies),
            Attempt::Out(message, wait) => refused(self.sign_in.account_login(typed.headers, typed.name(), &message), wait),
        })
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

/// Did the application get what it asked for? Else the person sees a page that says why not, or the application is told an error: in its URL, or
/// in the form that the browser posts.
fn is_granted(page: &Page) -> bool {
    match page.headers().get(LOCATION).map(HeaderValue::to_str) {
        Some(Ok(location)) => !location.split(['?', '&', '#']).any(|pair| pair.starts_with("error=")),
        Some(Err(_)) => false,
        None => page.status() == StatusCode::OK && !page.body().windows(12).any(|text| text == b"name=\"error\""),
    }
}

/// Nobody counts three thousand seconds.
fn in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

pub fn with_cookies(mut page: Page, cookies: impl IntoIterator<Item = HeaderValue>) -> Page {
    for cookie in cookies {
        page.headers_mut().append(SET_COOKIE, cookie);
    }
    page
}

/// 200 and not 401, which would have to name a scheme of HTTP authentication (RFC 9110 section 15.5.2).
pub fn refused(mut page: Page, wait: Option<u64>) -> Page {
    if let Some(seconds) = wait {
        *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}
