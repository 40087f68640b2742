//! A device: a television that shows a code, and asks until its person has decided (RFC 8628). It would be another program; here it is a
//! page that loads itself again each few seconds. Its requests go through the router of this server as if they came from outside.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use axum::routing::get;
use grantor::{Clock as _, Scope, SystemClock, Timestamp, TokenHash};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, Request};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::csrf::random;
use crate::pages::{Page, Pages};
use crate::samples::TELEVISION;
use crate::walk::encode;

const COOKIE_NAME: &str = "television";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Anybody can switch one on.
const MOST: usize = 1_000;
const LONGEST_ANSWER: usize = 64 * 1024;

/// What a device remembers while it waits.
#[derive(Clone)]
struct Waiting {
    answer: Answer,
    asked_at: Timestamp,
    polled_at: Timestamp,
    /// Seconds between two polls.
    interval: u64,
}

/// The device authorization response (section 3.2).
#[derive(Clone, Deserialize)]
struct Answer {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

#[derive(Clone)]
struct Televisions(Arc<Inner>);

struct Inner {
    pages: Pages,
    scopes: Scope,
    /// The authorization server.
    peer: Router,
    waiting: Mutex<HashMap<TokenHash, Waiting>>,
}

pub fn router(pages: &Pages, scopes: Scope, peer: Router) -> Router {
    let televisions = Televisions(Arc::new(Inner { pages: pages.clone(), scopes, peer, waiting: Mutex::default() }));
    Router::new().route("/sample-device", get(look).post(switch_on)).with_state(televisions)
}

async fn look(
    State(televisions): State<Televisions>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    televisions.seen(&headers, peer).await.map(Body::from)
}

/// It asks for its codes (section 3.1).
async fn switch_on(State(televisions): State<Televisions>, ConnectInfo(peer): ConnectInfo<SocketAddr>) -> Response {
    let Inner { pages, scopes, .. } = &*televisions.0;
    let asked = televisions.send(peer, "/device_authorization", &[("client_id", TELEVISION), ("scope", scopes.as_str())]).await;
    let Ok(answer) = serde_json::from_value::<Answer>(asked) else {
        return pages.sample_device("The server has no code for this television now.").map(Body::from);
    };
    let (key, now) = (random(), SystemClock.now());
    let (expires_in, interval) = (answer.expires_in, answer.interval);
    televisions.keep(TokenHash::of(&key), Waiting { answer, asked_at: now, polled_at: now, interval });
    let mut page = pages.see_other("/sample-device");
    page.headers_mut().extend(pages.site().cookie(COOKIE_NAME, &key, expires_in).ok().map(|cookie| (SET_COOKIE, cookie)));
    page.map(Body::from)
}

impl Televisions {
    async fn seen(&self, headers: &HeaderMap, peer: SocketAddr) -> Page {
        let pages = &self.0.pages;
        let off = || pages.sample_device("This television is switched on, and nobody is signed in.");
        let Some(key) = pages.site().cookie_of(headers, COOKIE_NAME).map(TokenHash::of) else { return off() };
        let Some(mut waiting) = self.lock().get(&key).cloned() else { return off() };
        let now = SystemClock.now();
        if waiting.polled_at.saturating_add_secs(waiting.interval) > now {
            return self.waits(&waiting);
        }
        let code = &waiting.answer.device_code;
        let answer = self.send(peer, "/token", &[("grant_type", GRANT), ("client_id", TELEVISION), ("device_code", code)]).await;
        match answer["error"].as_str() {
            Some("authorization_pending") => {}
            // Section 3.5: from now on.
            Some("slow_down") => waiting.interval += 5,
            error => {
                self.lock().remove(&key);
                return match error {
                    None => pages.sample_device_signed_in(answer["scope"].as_str().unwrap_or(self.0.scopes.as_str())),
                    Some("access_denied") => pages.sample_device("You refused. Nobody is signed in."),
                    Some(_) => pages.sample_device("That took too long. Nobody is signed in."),
                };
            }
        }
        waiting.polled_at = now;
        let page = self.waits(&waiting);
        self.keep(key, waiting);
        page
    }

    fn waits(&self, waiting: &Waiting) -> Page {
        let Answer { user_code, verification_uri, verification_uri_complete, .. } = &waiting.answer;
        let qr = qr(verification_uri_complete);
        let uris = (verification_uri.as_str(), verification_uri_complete.as_str());
        self.0.pages.sample_device_waits(user_code, uris, &qr, Duration::from_secs(waiting.interval))
    }

    /// Sends a form; the body of the answer.
    async fn send(&self, peer: SocketAddr, path: &str, pairs: &[(&str, &str)]) -> Value {
        let path = format!("{}{path}", self.0.pages.site().path());
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        // The television is where the browser is that shows it.
        let Ok(request) = request.extension(ConnectInfo(peer)).body(Body::from(encode(pairs))) else { return Value::Null };
        let body = match self.0.peer.clone().oneshot(request).await {
            Ok(response) => response.into_body(),
            Err(never) => match never {},
        };
        let body = to_bytes(body, LONGEST_ANSWER).await.unwrap_or_default();
        serde_json::from_slice(&body).unwrap_or(Value::Null)
    }

    fn keep(&self, key: TokenHash, waiting: Waiting) {
        let mut all = self.lock();
        if all.len() >= MOST {
            let now = SystemClock.now();
            all.retain(|_, waiting| now < waiting.asked_at.saturating_add_secs(waiting.answer.expires_in));
            if all.len() >= MOST {
                all.clear();
            }
        }
        all.insert(key, waiting);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TokenHash, Waiting>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The URL as a picture in HTML: a QR code.
fn qr(url: &str) -> String {
    let Ok(code) = QrCode::new(url) else { return String::new() };
    let picture = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // What stands before it is for files.
    picture.find("<svg").map_or_else(String::new, |at| picture[at..].to_owned())
}
