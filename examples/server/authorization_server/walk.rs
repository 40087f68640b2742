//! The client: what an application does that sends people to the authorization server. It would be another program on another
//! host, with the `oauth2` crate; here it is a few pages that show each request and each response. Its requests go through
//! the router of this server as if they came from outside.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, FromRef, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{Clock as _, Scope, SystemClock, Timestamp, TokenHash};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use crate::csrf::{self, Token, random};
use crate::form::Fields;
use crate::pages::{Page, Pages, People};
use crate::site::Site;

const COOKIE_NAME: &str = "walk";
const LIFETIME_SECS: u64 = 60 * 60;
/// Anybody can begin one.
const MOST_WALKS: usize = 10_000;
const MOST_EXCHANGES: usize = 20;
const LONGEST_ANSWER: usize = 64 * 1024;

/// What the application remembers while a person is away. Each instance remembers its own: tokens in the clear are nothing for the
/// database of an authorization server.
#[derive(Clone)]
struct Walk {
    begun: Timestamp,
    state: String,
    verifier: String,
    code: String,
    access_token: Option<String>,
    refresh_token: Option<String>,
    exchanges: Vec<Exchange>,
}

/// A request and its response, as text.
#[derive(Clone)]
pub struct Exchange {
    pub title: &'static str,
    pub request: String,
    pub response: String,
}

/// What the application can do once it has a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Redeem,
    Echo,
    Refresh,
    Revoke,
}

impl Step {
    const ALL: [Self; 4] = [Self::Redeem, Self::Echo, Self::Refresh, Self::Revoke];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Redeem => "redeem",
            Self::Echo => "echo",
            Self::Refresh => "refresh",
            Self::Revoke => "revoke",
        }
    }

    /// On its button, and over what it did.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Redeem => "Get tokens",
            Self::Echo => "Use the access token",
            Self::Refresh => "Refresh",
            Self::Revoke => "Give the access back",
        }
    }
}

/// The application: one public client of the server.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    site: Site,
    pages: Pages,
    redirect_uri: String,
    /// `None` if no client is registered that comes back here.
    client_id: Option<String>,
    people: People,
    scopes: Scope,
    /// What it asks for in detail.
    details: Option<String>,
    /// The authorization server, and the protected resource.
    peer: Router,
    walks: Mutex<HashMap<TokenHash, Walk>>,
}

impl FromRef<App> for Pages {
    fn from_ref(app: &App) -> Self {
        app.0.pages.clone()
    }
}

pub fn router(
    pages: &Pages,
    client_id: Option<String>,
    people: People,
    scopes: Scope,
    details: Option<String>,
    peer: Router,
) -> Router {
    let (site, redirect_uri) = (pages.site().clone(), pages.site().url("/callback"));
    let pages = pages.clone();
    let app =
        App(Arc::new(Inner { site, pages, redirect_uri, client_id, people, scopes, details, peer, walks: Mutex::default() }));
    Router::new()
        .route("/", get(start))
        .route("/callback", get(callback).post(callback_by_form))
        .route("/walk", post(step).get(show))
        .with_state(app)
}

/// Did the person come from the start page?
pub fn is_under_way(site: &Site, headers: &HeaderMap) -> bool {
    headers.contains_key(COOKIE) && site.cookie_of(headers, COOKIE_NAME).is_some()
}

/// The authorization request (RFC 6749 section 4.1.1) with PKCE (RFC 7636 section 4.3).
pub fn authorization_request<'a>(
    client_id: &'a str,
    redirect_uri: &'a str,
    scopes: &'a Scope,
    state: &'a str,
    challenge: &'a str,
) -> [(&'static str, &'a str); 7] {
    [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("scope", scopes.as_str()),
        ("state", state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

/// The challenge of a verifier (RFC 7636 section 4.2).
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn start(State(app): State<App>, headers: HeaderMap) -> Response {
    let Inner { site, pages, redirect_uri, client_id, people, scopes, details, .. } = &*app.0;
    let Some(client_id) = client_id else { return pages.start_without_app(redirect_uri).map(Body::from) };
    // Anew for each request; kept for the browser that the answer has to come from.
    let (state, verifier) = (random(), random());
    let challenge = challenge(&verifier);
    let mut parameters = authorization_request(client_id, redirect_uri, scopes, &state, &challenge).to_vec();
    parameters.extend(details.as_deref().map(|details| ("authorization_details", details)));
    let request = format!("GET {}/authorize\n{}", site.path(), in_lines(&parameters, "?"));
    let url = site.url(&format!("/authorize?{}", encode(&parameters)));
    let key = match site.cookie_of(&headers, COOKIE_NAME) {
        Some(key) if key.len() == 43 => key.to_owned(),
        _ => random(),
    };
    let walk = Walk {
        begun: SystemClock.now(),
        state: state.clone(),
        verifier,
        code: String::new(),
        access_token: None,
        refresh_token: None,
        exchanges: vec![Exchange { title: "Authorization", request: request.clone(), response: String::new() }],
    };
    app.keep(TokenHash::of(&key), walk);
    let mut page = pages.start(&request, &url, *people);
    page.headers_mut().extend(site.cookie(COOKIE_NAME, &key, LIFETIME_SECS).ok().map(|cookie| (SET_COOKIE, cookie)));
    page.map(Body::from)
}

type Parameters = Vec<(String, String)>;

async fn callback(app: State<App>, headers: HeaderMap, query: Result<Query<Parameters>, QueryRejection>) -> Response {
    app.arrived("GET", &headers, &query.map(|Query(parameters)| parameters).unwrap_or_default()).map(Body::from)
}

/// With `response_mode=form_post` the response comes as a form.
async fn callback_by_form(app: State<App>, headers: HeaderMap, form: Result<Form<Parameters>, FormRejection>) -> Response {
    app.arrived("POST", &headers, &form.map(|Form(parameters)| parameters).unwrap_or_default()).map(Body::from)
}

async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    let Inner { site, pages, .. } = &*app.0;
    let page = match app.walk_of(&headers) {
        Some((_, walk)) => pages.walk(&walk.exchanges, &walk.next(), &Token::of(site, &headers).value),
        None => app.lost(),
    };
    page.map(Body::from)
}

async fn step(State(app): State<App>, headers: HeaderMap, fields: Fields) -> Response {
    let Inner { site, pages, .. } = &*app.0;
    if !csrf::is_good(site, &headers, fields.get("csrf")) {
        return pages.expired_form("/walk").map(Body::from);
    }
    let Some((key, mut walk)) = app.walk_of(&headers) else { return app.lost().map(Body::from) };
    let asked = Step::ALL.into_iter().find(|step| step.name() == fields.get("step"));
    if let Some(step) = asked.filter(|step| walk.next().contains(step)) {
        app.take(step, &mut walk).await;
        app.keep(key, walk);
    }
    pages.see_other("/walk").map(Body::from)
}

impl App {
    /// The person is back, with a code or an error (RFC 6749 sections 4.1.2 and 4.1.2.1).
    fn arrived(&self, method: &str, headers: &HeaderMap, parameters: &[(String, String)]) -> Page {
        let Inner { site, pages, .. } = &*self.0;
        let get = |name: &str| parameters.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        // Anybody can send a person here with anything: RFC 9207 and `state` tell whether it is an answer to our own request.
        let walk = self.walk_of(headers).filter(|(_, walk)| get("iss") == site.issuer() && get("state") == walk.state);
        match (get("code"), get("error")) {
            (code, "") if is_code(code) => {
                let borrowed: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let response = format!("{method} {}/callback\n{}", site.path(), in_lines(&borrowed, "?"));
                let Some((key, mut walk)) = walk else { return pages.code(code, get("state"), &response, None) };
                code.clone_into(&mut walk.code);
                if let Some(first) = walk.exchanges.first_mut() {
                    first.response.clone_from(&response);
                }
                let request = self.token_request(&self.redemption(&walk));
                self.keep(key, walk);
                let token = Token::of(site, headers);
                let mut page = pages.code(code, get("state"), &response, Some((&request.shown(), &token.value)));
                page.headers_mut().extend(token.cookie.map(|cookie| (SET_COOKIE, cookie)));
                page
            }
            ("", error) if !error.is_empty() => pages.refused(error, get("error_description"), get("state"), walk.is_some()),
            _ => {
                let message = "This is not the answer of an authorization server.";
                pages.failed(StatusCode::BAD_REQUEST, message, "/")
            }
        }
    }

    /// Does what the person asked to see, and notes it down.
    async fn take(&self, step: Step, walk: &mut Walk) {
        let client_id = self.0.client_id.as_deref().unwrap_or_default();
        let (access_token, refresh_token) = (walk.access_token.clone(), walk.refresh_token.clone());
        let request = match step {
            Step::Redeem => self.token_request(&self.redemption(walk)),
            Step::Refresh => self.token_request(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token.as_deref().unwrap_or_default()),
                ("client_id", client_id),
            ]),
            Step::Revoke => {
                // Of either token: with a refresh token all others that descend from the authorization go as well.
                let token = refresh_token.as_deref().or(access_token.as_deref()).unwrap_or_default();
                Outgoing::form(format!("{}/revoke", self.0.site.path()), &[("token", token), ("client_id", client_id)])
            }
            Step::Echo => Outgoing {
                method: "GET",
                path: format!("{}/api/echo", self.0.site.path()),
                header: Some((AUTHORIZATION, format!("Bearer {}", access_token.as_deref().unwrap_or_default()))),
                pairs: Vec::new(),
            },
        };
        let shown = request.shown();
        let (response, answer) = self.send(request).await;
        if matches!(step, Step::Redeem | Step::Refresh) {
            let token = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
            if let Some(access_token) = token("access_token") {
                walk.access_token = Some(access_token);
                walk.refresh_token = token("refresh_token").or_else(|| walk.refresh_token.take());
            }
        }
        if walk.exchanges.len() < MOST_EXCHANGES {
            walk.exchanges.push(Exchange { title: step.words(), request: shown, response });
        }
    }

    fn token_request(&self, pairs: &[(&'static str, &str)]) -> Outgoing {
        Outgoing::form(format!("{}/token", self.0.site.path()), pairs)
    }

    /// RFC 6749 section 4.1.3 with RFC 7636 section 4.5.
    fn redemption<'w>(&'w self, walk: &'w Walk) -> [(&'static str, &'w str); 5] {
        [
            ("grant_type", "authorization_code"),
            ("code", &walk.code),
            ("redirect_uri", &self.0.redirect_uri),
            ("client_id", self.0.client_id.as_deref().unwrap_or_default()),
            ("code_verifier", &walk.verifier),
        ]
    }

    /// Sends a request; returns the response as text, and its body as JSON if it is.
    async fn send(&self, request: Outgoing) -> (String, Value) {
        let Ok(request) = request.build() else { return ("This request cannot be sent.".to_owned(), Value::Null) };
        let (parts, body) = match self.0.peer.clone().oneshot(request).await {
            Ok(response) => response.into_parts(),
            Err(never) => match never {},
        };
        let body = to_bytes(body, LONGEST_ANSWER).await.unwrap_or_default();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let mut text = format!("{}\n", parts.status);
        for name in [CONTENT_TYPE, CACHE_CONTROL, WWW_AUTHENTICATE] {
            if let Some(value) = parts.headers.get(&name).and_then(|value| value.to_str().ok()) {
                text.push_str(&format!("{name}: {value}\n"));
            }
        }
        let shown = match &json {
            Value::Null => String::from_utf8_lossy(&body).into_owned(),
            json => serde_json::to_string_pretty(json).unwrap_or_default(),
        };
        (format!("{text}\n{shown}").trim_end().to_owned(), json)
    }

    /// A walk that nobody knows: it is an hour old, or was begun in another browser.
    fn lost(&self) -> Page {
        self.0.pages.failed(StatusCode::BAD_REQUEST, "This walk is over. Begin a new one.", "/")
    }

    fn walk_of(&self, headers: &HeaderMap) -> Option<(TokenHash, Walk)> {
        let key = TokenHash::of(self.0.site.cookie_of(headers, COOKIE_NAME)?);
        let walk = self.lock().get(&key).cloned()?;
        walk.is_alive(SystemClock.now()).then_some((key, walk))
    }

    fn keep(&self, key: TokenHash, walk: Walk) {
        let mut walks = self.lock();
        if walks.len() >= MOST_WALKS {
            let now = SystemClock.now();
            walks.retain(|_, walk| walk.is_alive(now));
            if walks.len() >= MOST_WALKS {
                walks.clear();
            }
        }
        walks.insert(key, walk);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenHash, Walk>> {
        self.0.walks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Walk {
    fn is_alive(&self, now: Timestamp) -> bool {
        now < self.begun.saturating_add_secs(LIFETIME_SECS)
    }

    fn next(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if !self.code.is_empty() && self.access_token.is_none() {
            steps.push(Step::Redeem);
        }
        if self.access_token.is_some() {
            steps.push(Step::Echo);
            steps.extend(self.refresh_token.is_some().then_some(Step::Refresh));
            steps.push(Step::Revoke);
        }
        steps
    }
}

/// A request that the application is about to send.
struct Outgoing {
    method: &'static str,
    path: String,
    header: Option<(http::HeaderName, String)>,
    pairs: Vec<(&'static str, String)>,
}

impl Outgoing {
    fn form(path: String, pairs: &[(&'static str, &str)]) -> Self {
        let header = Some((CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned()));
        let pairs = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { method: "POST", path, header, pairs }
    }

    fn borrowed(&self) -> Vec<(&str, &str)> {
        self.pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn shown(&self) -> String {
        let header = self.header.as_ref().map(|(name, value)| format!("\n{name}: {value}")).unwrap_or_default();
        let text = format!("{} {}{header}\n\n{}", self.method, self.path, in_lines(&self.borrowed(), ""));
        text.trim_end().to_owned()
    }

    fn build(self) -> http::Result<Request<Body>> {
        let body = encode(&self.borrowed());
        let request = Request::builder().method(self.method).uri(&self.path);
        let request = match self.header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        request.body(Body::from(body))
    }
}

/// Parameters for people: not encoded, one in a line.
fn in_lines(pairs: &[(&str, &str)], first: &str) -> String {
    let mut text = String::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        text.push_str(&format!("{}{name}={value}\n", if index == 0 { first } else { "&" }));
    }
    text.trim_end().to_owned()
}

/// The characters of the codes that this server makes.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
