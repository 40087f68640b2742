//! Verification at an introspection endpoint (RFC 7662), for a resource server apart from the authorization server. Answers
//! are remembered for a few seconds under the hash of the token, so the endpoint is not asked once per request.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};

use super::answers::Cache;
use super::possession::JKT;
use super::{Presented, TokenVerifier, VerifierError};
use crate::client::ClientSecret;
use crate::http::parameters::encoded;
use crate::issuers::{HttpClient, MAX_ANSWER, is_secure_url};
use crate::token::claims::TokenClaims;
use crate::values::bearer::TokenHash;
use crate::values::clock::{Clock, SystemClock, Timestamp};

/// How many answers are remembered, unless [`RemoteVerifier::cache`] says otherwise.
const CACHE_CAPACITY: usize = 10_000;
/// For how many seconds, unless [`RemoteVerifier::cache`] says otherwise.
const CACHE_LIFETIME: u64 = 10;

/// Asks an introspection endpoint (RFC 7662 section 2.1), as a confidential client with HTTP Basic authentication.
///
/// # Cache
///
/// An active answer is remembered for at most 10 seconds and never beyond the token's `exp`, an inactive one for at most one
/// second. So **a token is still accepted for up to 10 seconds after it was revoked**. [`cache`](Self::cache) changes that
/// time, or turns the cache off. The cache holds hashes of tokens, not tokens, and takes 20 MiB at most unless told otherwise.
///
/// # What it accepts
///
/// An endpoint also says "active" about refresh tokens, which no resource server may accept. So the answer must have the
/// `token_type` `Bearer`, in any case, or `DPoP` with the key in `cnf`. For an endpoint that leaves this optional member out there is
/// [`accept_untyped_tokens`](Self::accept_untyped_tokens). A token that is bound to a key (the member `cnf`: RFC 8705 section 3.2,
/// RFC 9449 section 6.2) is no bearer token, whatever its type is called: a [`ResourceServer`](crate::ResourceServer) takes it with a
/// proof alone.
pub struct RemoteVerifier<H> {
    http: H,
    endpoint: Uri,
    /// The value of the `Authorization` header; marked sensitive, so that `Debug` hides it.
    credentials: HeaderValue,
    accepts_untyped: bool,
    cache: Mutex<Cache>,
    clock: Arc<dyn Clock>,
}

/// The introspection endpoint of a [`RemoteVerifier`] cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteVerifierError {
    /// The URL would send tokens over an open connection, or is none.
    #[error(
        "the introspection endpoint must be an https URL, or http on a loopback host, without user name and fragment (RFC 7662 section 4)"
    )]
    Endpoint,
}

impl<H: HttpClient> RemoteVerifier<H> {
    /// A verifier that asks `endpoint`, authenticated with `client_secret_basic` (RFC 6749 section 2.3.1).
    ///
    /// # Errors
    ///
    /// [`RemoteVerifierError::Endpoint`] if the endpoint is not an `https` URL or an `http` one on a loopback host, or has a
    /// user name or a fragment.
    pub fn new(endpoint: &str, client_id: &str, secret: &ClientSecret, http: H) -> Result<Self, RemoteVerifierError> {
        if !is_secure_url(endpoint) {
            return Err(RemoteVerifierError::Endpoint);
        }
        let endpoint = Uri::try_from(endpoint).map_err(|_| RemoteVerifierError::Endpoint)?;
        Ok(Self {
            http,
            endpoint,
            credentials: basic(client_id, secret.expose()),
            accepts_untyped: false,
            cache: Mutex::new(Cache::new(CACHE_CAPACITY, CACHE_LIFETIME)),
            clock: Arc::new(SystemClock),
        })
    }

    /// Remembers about `capacity` answers (fewer than twice as many of each kind) for at most `lifetime_secs` seconds, in
    /// place of 10 000 answers for 10 seconds. A 0 for either turns the cache off, so that each request asks the endpoint.
    ///
    /// An answer takes the place of one for each KiB that it needs in memory, so the cache takes less than `2 * capacity` KiB, whatever
    /// the endpoint says about tokens. The usual ones need less than one.
    ///
    /// A revoked token is still accepted for up to `lifetime_secs`.
    #[must_use]
    pub fn cache(mut self, capacity: usize, lifetime_secs: u64) -> Self {
        self.cache = Mutex::new(Cache::new(capacity, lifetime_secs));
        self
    }

    /// Also accepts answers without `token_type`. Only for an endpoint that never says "active" about a refresh token to this
    /// resource server.
    #[must_use]
    pub fn accept_untyped_tokens(mut self) -> Self {
        self.accepts_untyped = true;
        self
    }

    /// Reads the time from this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn request(&self, token: &str) -> Request<Bytes> {
        let form = format!("token={}&token_type_hint=access_token", encoded(token));
        let mut request = Request::new(Bytes::from(form));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.clone();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(AUTHORIZATION, self.credentials.clone());
        request
    }

    async fn ask(&self, token: &str) -> Result<Option<TokenClaims>, VerifierError> {
        let response = self.http.send(self.request(token)).await.map_err(unreachable_endpoint)?;
        let claims = read(&response)?;
        let now = self.clock.now();
        Ok(claims.filter(|claims| is_current(claims, now) && self.accepts_type(claims)))
    }

    fn accepts_type(&self, claims: &TokenClaims) -> bool {
        let is_bound = || claims.confirmation().is_some_and(|keys| keys.get(JKT).is_some());
        let accepted = claims.token_type().map_or(self.accepts_untyped, |kind| {
            kind.eq_ignore_ascii_case("bearer") || (kind.eq_ignore_ascii_case("dpop") && is_bound())
        });
        if !accepted {
            let token_type = claims.token_type();
            tracing::warn!(token_type, "refused an active token that introspection does not call a Bearer token");
        }
        accepted
    }

    fn with_cache<T>(&self, access: impl FnOnce(&mut Cache) -> T) -> T {
        // A panic of another thread leaves the maps usable: each change to them is one insertion.
        access(&mut self.cache.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<H: HttpClient> TokenVerifier for RemoteVerifier<H> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        let token = presented.token();
        // The lifetime counts from before the question, since the answer may be as old as that.
        let (hash, asked_at) = (TokenHash::of(token), self.clock.now());
        if let Some(known) = self.with_cache(|cache| cache.get(&hash, asked_at)) {
            return Ok(known);
        }
        let claims = self.ask(token).await?;
        self.with_cache(|cache| cache.insert(hash, claims.clone(), asked_at));
        Ok(claims)
    }
}

impl<H> fmt::Debug for RemoteVerifier<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteVerifier").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

fn is_current(claims: &TokenClaims, now: Timestamp) -> bool {
    claims.expires_at().is_none_or(|exp| now < exp)
}

/// `Basic` with both parts form-encoded first (RFC 6749 section 2.3.1 and appendix B).
fn basic(client_id: &str, secret: &str) -> HeaderValue {
    let pair = format!("{}:{}", encoded(client_id), encoded(secret));
    // Base64 is always a header value; without credentials the endpoint refuses.
    let header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)));
    let mut header = header.unwrap_or(HeaderValue::from_static("Basic"));
    header.set_sensitive(true);
    header
}

fn unreachable_endpoint(error: Box<dyn Error + Send + Sync>) -> VerifierError {
    let detail: &dyn Error = &*error;
    tracing::warn!(detail, "the introspection endpoint did not answer");
    VerifierError::Unavailable { retry_after: None }
}

/// What a response says. Everything that is not a well-formed answer is an error: no token is accepted, none refused by it.
fn read(response: &Response<Bytes>) -> Result<Option<TokenClaims>, VerifierError> {
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        tracing::warn!(%status, "the introspection endpoint is unavailable");
        return Err(VerifierError::Unavailable { retry_after: retry_after(response.headers()) });
    }
    match status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(VerifierError::failed(AnswerFault::Refused(status))),
        _ => return Err(VerifierError::failed(AnswerFault::Status(status))),
    }
    if !is_json(response.headers()) {
        return Err(VerifierError::failed(AnswerFault::ContentType));
    }
    if response.body().len() > MAX_ANSWER {
        return Err(VerifierError::failed(AnswerFault::TooLong));
    }
    TokenClaims::from_introspection_json(response.body()).map_err(VerifierError::failed)
}

/// What the operator reads of an answer that is none.
#[derive(Debug, thiserror::Error)]
enum AnswerFault {
    #[error(
        "the introspection endpoint answered {0}: check the client identifier and secret of this resource server, and its right to introspect"
    )]
    Refused(StatusCode),
    #[error("the introspection endpoint answered {0}: check its URL")]
    Status(StatusCode),
    #[error("the introspection endpoint did not answer with application/json (RFC 7662 section 2.2)")]
    ContentType,
    #[error("the answer of the introspection endpoint is longer than {MAX_ANSWER} bytes")]
    TooLong,
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// `Retry-After` in seconds; its other form, a date, is left out.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{now, presented};
    use super::*;
    use crate::values::clock::ManualClock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const ENDPOINT: &str = "https://auth.example.com/introspect";

    /// Answers each request the same, and counts them.
    struct Canned {
        status: u16,
        content_type: &'static str,
        body: String,
        asked: AtomicUsize,
    }

    impl Canned {
        fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Arc<Self> {
            Arc::new(Self { status, content_type, body: body.into(), asked: AtomicUsize::new(0) })
        }

        fn json(body: &str) -> Arc<Self> {
            Self::new(200, "application/json", body)
        }
    }

    impl HttpClient for Canned {
        async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            assert_eq!((request.method(), request.uri().to_string().as_str()), (&Method::POST, ENDPOINT));
            if self.status == 0 {
                return Err("connection refused".into());
            }
            let response = Response::builder().status(self.status).header(CONTENT_TYPE, self.content_type);
            Ok(response.header(RETRY_AFTER, "9").body(self.body.clone().into())?)
        }
    }

    fn verifier(http: &Arc<Canned>, clock: &ManualClock) -> RemoteVerifier<Arc<Canned>> {
        let secret = secret();
        RemoteVerifier::new(ENDPOINT, "rs", &secret, http.clone()).unwrap().clock(clock.clone())
    }

    fn clock() -> ManualClock {
        ManualClock::new(Timestamp::from_unix(1_000))
    }

    #[test]
    fn the_endpoint_must_protect_what_is_sent() {
        let http = || Canned::json("");
        for (url, accepted) in [
            (ENDPOINT, true),
            ("https://auth.example.com:8443/introspect?tenant=1", true),
            ("http://localhost:8080/introspect", true),
            ("http://127.0.0.1/introspect", true),
            ("http://[::1]:1/introspect", true),
            ("http://auth.example.com/introspect", false),
            ("http://localhost.example.com/introspect", false),
            ("https://user@auth.example.com/introspect", false),
            ("https://:pw@auth.example.com/introspect", false),
            ("https://auth.example.com/introspect#x", false),
            ("/introspect", false),
            ("ftp://localhost/introspect", false),
        ] {
            assert_eq!(RemoteVerifier::new(url, "rs", &secret(), http()).is_ok(), accepted, "{url}");
        }
    }

    #[test]
    fn the_question_is_that_of_rfc_7662() {
        let verifier = verifier(&Canned::json(""), &clock());
        let request = verifier.request("a+b/c==");
        assert_eq!(request.body(), "token=a%2Bb%2Fc%3D%3D&token_type_hint=access_token");
        assert_eq!(request.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
        assert_eq!(request.headers()[ACCEPT], "application/json");
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        // RFC 6749 appendix B: a space is a plus sign, everything else is percent-encoded UTF-8.
        let expected = format!("Basic {}", STANDARD.encode("a%3Ab:s+%25%26%2B%C3%A9"));
        assert_eq!(basic("a:b", "s %&+\u{e9}"), expected);
    }

    #[test]
    fn an_answer_is_claims_or_inactive_or_an_error() {
        let long = format!(r#"{{"active":true,"token_type":"Bearer","x":"{}"}}"#, "a".repeat(MAX_ANSWER));
        let json = "application/json";
        for (status, content_type, body, expected) in [
            (200, json, r#"{"active":true,"token_type":"bearer"}"#, "active"),
            (200, "Application/JSON; charset=utf-8", r#"{"active":true,"token_type":"Bearer","exp":1001}"#, "active"),
            (200, json, r#"{"active":true,"token_type":"Bearer","exp":1000}"#, "inactive"),
            (200, json, r#"{"active":true,"token_type":"DPoP"}"#, "inactive"),
            (200, json, r#"{"active":true,"token_type":"dpop","cnf":{"jkt":"x"}}"#, "active"),
            (200, json, r#"{"active":true,"token_type":"DPoP","cnf":{"x5t#S256":"x"}}"#, "inactive"),
            (200, json, r#"{"active":true}"#, "inactive"),
            (200, json, r#"{"active":false}"#, "inactive"),
            (200, json, r#"{"active":"yes"}"#, "failed"),
            (200, json, "", "failed"),
            (200, json, long.as_str(), "failed"),
            (200, "text/html", r#"{"active":true,"token_type":"Bearer"}"#, "failed"),
            (200, "", r#"{"active":true,"token_type":"Bearer"}"#, "failed"),
            (201, json, r#"{"active":true,"token_type":"Bearer"}"#, "failed"),
            // Whether that may be used is asked by the resource server.
            (200, json, r#"{"active":true,"token_type":"Bearer","cnf":{"jkt":"x"}}"#, "active"),
            (200, json, r#"{"active":true,"token_type":"Bearer","exp":"never"}"#, "inactive"),
            (302, json, "", "failed"),
            (400, json, r#"{"error":"invalid_request"}"#, "failed"),
            (401, json, r#"{"error":"invalid_client"}"#, "failed"),
            (429, json, "", "unavailable 9"),
            (500, json, "", "unavailable 9"),
            (503, json, r#"{"active":true,"token_type":"Bearer"}"#, "unavailable 9"),
            (0, json, "", "unavailable"),
        ] {
            let answer = now(verifier(&Canned::new(status, content_type, body), &clock()).verify(&presented("token")));
            let answer = match answer {
                Ok(Some(_)) => "active".to_owned(),
                Ok(None) => "inactive".to_owned(),
                Err(VerifierError::Unavailable { retry_after: Some(after) }) => format!("unavailable {}", after.as_secs()),
                Err(VerifierError::Unavailable { retry_after: None }) => "unavailable".to_owned(),
                Err(VerifierError::Failed(_)) => "failed".to_owned(),
            };
            assert_eq!(answer, expected, "{status} {content_type} {}", &body[..body.len().min(80)]);
        }
        let untyped = verifier(&Canned::json(r#"{"active":true}"#), &clock()).accept_untyped_tokens();
        assert!(now(untyped.verify(&presented("token"))).unwrap().is_some());
    }

    // shows: RFC7662-2.2-18, RFC7662-4-16, RFC7662-4-18
    #[test]
    fn answers_are_remembered_for_a_while() {
        let active = r#"{"active":true,"token_type":"Bearer"}"#;
        let expiring = r#"{"active":true,"token_type":"Bearer","exp":1003}"#;
        let inactive = r#"{"active":false}"#;
        for (body, cache, after, asked) in [
            (active, None, 0, 1),
            (active, None, 9, 1),
            (active, None, 10, 2),
            (active, Some((10, 60)), 59, 1),
            (active, Some((10, 60)), 60, 2),
            (active, Some((0, 60)), 0, 2),
            (active, Some((10, 0)), 0, 2),
            (expiring, None, 2, 1),
            (expiring, None, 3, 2),
            (inactive, None, 0, 1),
            (inactive, None, 1, 2),
            (inactive, Some((10, 0)), 0, 2),
        ] {
            let (http, clock) = (Canned::json(body), clock());
            let mut verifier = verifier(&http, &clock);
            if let Some((capacity, lifetime)) = cache {
                verifier = verifier.cache(capacity, lifetime);
            }
            let first = now(verifier.verify(&presented("token"))).unwrap();
            clock.advance(after);
            let second = now(verifier.verify(&presented("token"))).unwrap();
            assert_eq!(http.asked.load(Ordering::SeqCst), asked, "{body} {cache:?} after {after} s");
            assert!(second.is_none() || first == second);
            assert_eq!(second.is_some(), body == active || (body == expiring && after < 3), "{body} after {after} s");
        }
    }

    #[test]
    fn a_clock_set_back_prolongs_nothing() {
        let (http, clock) = (Canned::json(r#"{"active":true,"token_type":"Bearer"}"#), clock());
        let verifier = verifier(&http, &clock);
        now(verifier.verify(&presented("token"))).unwrap();
        let began = clock.now();
        clock.set(Timestamp::from_unix(500));
        now(verifier.verify(&presented("another"))).unwrap();
        // Its time comes again, and nobody knows how long that took.
        clock.set(began);
        now(verifier.verify(&presented("token"))).unwrap();
        assert_eq!(http.asked.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn errors_and_other_tokens_are_not_remembered() {
        for (body, tokens) in [("", ["a", "a"]), (r#"{"active":false}"#, ["a", "b"])] {
            let http = Canned::json(body);
            let verifier = verifier(&http, &clock());
            for token in tokens {
                let _ = now(verifier.verify(&presented(token)));
            }
            assert_eq!(http.asked.load(Ordering::SeqCst), 2, "{body}");
        }
    }

    #[test]
    fn made_up_tokens_do_not_push_out_good_ones() {
        let mut cache = Cache::new(2, 60);
        let (good, at) = (TokenHash::of("good"), Timestamp::from_unix(1));
        cache.insert(good, serde_json::from_str("{}").ok(), at);
        for made_up in 0..100 {
            cache.insert(TokenHash::of(&made_up.to_string()), None, at);
        }
        assert!(matches!(cache.get(&good, at), Some(Some(_))));
    }

    #[test]
    fn debug_shows_no_secret() {
        let text = format!("{:?}", verifier(&Canned::json(""), &clock()));
        assert!(text.contains(ENDPOINT) && !text.contains("Basic"), "{text}");
    }

    fn secret() -> ClientSecret {
        ClientSecret::parse("correct horse battery staple, twice over").unwrap()
    }
}
