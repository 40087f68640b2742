//! Whole requests at the endpoints, and at a protected resource.

use bytes::Bytes;
use grantor::{Approval, Authorization, Issuer, LocalVerifier, ResourceServer, Scope, Subject};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};

use super::credentials::{Proof, prove};
use super::ledger::Ledger;
use super::servers::{ISSUER, Running, run};
use super::values::pairs;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// So many requests of a script are sent.
const REQUESTS: usize = 12;

impl Running {
    /// Sends a request and holds the response against the ledger. `None` for one that is slow on purpose.
    async fn send(&self, ledger: &mut Ledger, request: Request<Bytes>) -> Option<Response<Bytes>> {
        if matches!(prove(request.headers(), &pairs(request.body())), Proof::Slow) {
            return None;
        }
        let response = self.service.answer(request.clone()).await;
        ledger.witness(&request, &response);
        Some(response)
    }

    /// A code, an access token and a refresh token for a client, whose redirect URI this is.
    async fn issue(&self, ledger: &mut Ledger, client: &str, redirect_uri: &str) {
        for _ in 0..2 {
            let query = format!(
                "/authorize?response_type=code&client_id={client}&redirect_uri={redirect_uri}&code_challenge={CHALLENGE}&code_challenge_method=S256"
            );
            let request = Request::get(query).body(Bytes::new()).expect("a request");
            self.send(ledger, request).await.expect("a code");
            if client == "app" {
                let body = format!(
                    "grant_type=authorization_code&client_id={client}&redirect_uri={redirect_uri}&code={{code}}&code_verifier={VERIFIER}"
                );
                // The first one is redeemed, the second one is left for the input.
                if ledger.fill_in(b"{refresh}") == b"{refresh}" {
                    self.send(ledger, post("/token", None, ledger.fill_in(body.as_bytes()))).await.expect("tokens");
                }
            }
        }
    }
}

fn post(path: &'static str, authorization: Option<HeaderValue>, body: Vec<u8>) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static(path);
    request.headers_mut().insert(CONTENT_TYPE, FORM);
    if let Some(authorization) = authorization {
        request.headers_mut().insert(AUTHORIZATION, authorization);
    }
    request
}

/// A line, and what follows it.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, b""),
    }
}

/// The parameters of an authorization request, as a query and as a form: the response goes to a registered place or nowhere, and
/// both ways lead to the same.
pub fn authorization(data: &[u8]) {
    let encoded: Vec<u8> = [b"/authorize?", data].concat();
    let uri =
        Uri::try_from(encoded).ok().filter(|uri| uri.path() == "/authorize" && uri.query().map(str::as_bytes) == Some(data));
    run(async {
        let (running, mut ledger) = (Running::new().await, Ledger::default());
        let by_post = running.send(&mut ledger, post("/authorize", None, data.to_vec())).await;
        let Some(uri) = uri else { return };
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        let by_get = running.send(&mut ledger, request).await;
        // Redirects after a POST are 303.
        let kind = |response: Response<Bytes>| match response.status().as_u16() {
            303 => 302,
            status => status,
        };
        if let (Some(by_post), Some(by_get)) = (by_post, by_get) {
            assert_eq!(kind(by_post), kind(by_get));
        }
    });
}

/// A token request: the value of its `Authorization` header, or an empty line, and its body.
pub fn token(data: &[u8]) {
    run(async {
        let (running, mut ledger) = (Running::new().await, Ledger::default());
        running.issue(&mut ledger, "web", "https://client.example/web").await;
        running.issue(&mut ledger, "app", "https://client.example/cb").await;
        let filled = ledger.fill_in(data);
        let (authorization, body) = line(&filled);
        let authorization = (!authorization.is_empty()).then(|| HeaderValue::from_bytes(authorization));
        let Ok(authorization) = authorization.transpose() else { return };
        running.send(&mut ledger, post("/token", authorization, body.to_vec())).await;
    });
}

/// A script of requests, with `---` on a line between them; what was issued is filled in where the script says `{code}` and so on.
pub fn server(data: &[u8]) {
    run(async {
        let (running, mut ledger) = (Running::new().await, Ledger::default());
        let mut rest = data;
        for _ in 0..REQUESTS {
            let end = rest.windows(5).position(|window| window == b"\n---\n");
            let (request, after) = end.map_or((rest, &b""[..]), |end| (&rest[..end], &rest[end + 5..]));
            let Some(request) = read(&ledger.fill_in(request)) else { return };
            running.send(&mut ledger, request).await;
            if after.is_empty() {
                return;
            }
            rest = after;
        }
    });
}

/// A method and a target on a line, headers on a line each, an empty line, and a body. POST has a form unless it says otherwise.
fn read(text: &[u8]) -> Option<Request<Bytes>> {
    let (first, mut rest) = line(text);
    let space = first.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::from_bytes(&first[..space]).ok()?;
    *request.uri_mut() = Uri::try_from(&first[space + 1..]).ok()?;
    loop {
        let (header, after) = line(rest);
        rest = after;
        if header.is_empty() {
            break;
        }
        let colon = header.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&header[..colon]).ok()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(header[colon + 1..].trim_ascii()).ok()?);
    }
    if *request.method() == Method::POST && !request.headers().contains_key(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, FORM);
    }
    *request.body_mut() = Bytes::copy_from_slice(rest);
    Some(request)
}

/// The handle of a suspended request and a `Cookie` header, on a line each: the request comes back for the right pair alone, and
/// no wrong one takes it away. Decided twice it gets one answer. In the input `{handle}` and `{cookie}` are the right ones.
pub fn interaction(data: &[u8]) {
    run(async {
        let running = Running::new().await;
        let uri = "/authorize?response_type=code&client_id=few";
        let request = Request::get(uri).body(Bytes::new()).expect("a request");
        let Authorization::Interact(request) = running.server.authorization().handle(request).await else {
            panic!("a valid request")
        };
        let suspended = running.server.authorization().suspend(request).await.expect("a handle");
        let (handle, cookie) = (suspended.handle().to_owned(), suspended.set_cookie().to_str().expect("ASCII").to_owned());
        let cookie = cookie.split(';').next().unwrap_or_default();
        let filled = String::from_utf8_lossy(data).replace("{handle}", &handle).replace("{cookie}", cookie);
        let (own_handle, own_cookie) = line(filled.as_bytes());
        let (own_handle, mut headers) = (String::from_utf8_lossy(own_handle), HeaderMap::new());
        let Ok(value) = HeaderValue::from_bytes(own_cookie) else { return };
        headers.insert(COOKIE, value);
        let back = running.server.authorization().resume(&own_handle, &headers).await;
        let has_cookie = own_cookie.split(|byte| *byte == b';').any(|pair| pair.trim_ascii() == cookie.as_bytes());
        headers.insert(COOKIE, HeaderValue::from_str(cookie).expect("a cookie"));
        let again = running.server.authorization().resume(&handle, &headers).await;
        assert!(again.is_ok(), "the request was lost");
        assert!(back.is_err() || (own_handle == handle && has_cookie), "the request came back to another browser");
        let mut locations = Vec::new();
        for request in [again, back].into_iter().flatten() {
            let decision = request.approve(Approval::by(Subject::new("alice").expect("a subject")));
            let response = running.server.authorization().complete(decision).await;
            locations.push(response.headers()[LOCATION].clone());
        }
        locations.dedup();
        assert_eq!(locations.len(), 1, "two answers");
    });
}

/// A required scope and the value of an `Authorization` header at a protected resource. `{access}` is a good token.
pub fn bearer(data: &[u8]) {
    run(async {
        let (running, mut ledger) = (Running::new().await, Ledger::default());
        let body = b"grant_type=password&username=username&password=password&client_id=app&scope=read";
        running.send(&mut ledger, post("/token", None, body.to_vec())).await.expect("a token");
        let (scope, header) = line(data);
        let header = &*ledger.fill_in(header);
        let Some(required) = str::from_utf8(scope).ok().and_then(|scope| Scope::parse(scope).ok()) else { return };
        let Ok(value) = HeaderValue::from_bytes(header) else { return };
        let (mut request, ()) = Request::new(()).into_parts();
        request.headers.insert(AUTHORIZATION, value);
        let issuer = Issuer::parse(ISSUER).expect("an issuer");
        let resource = ResourceServer::new(LocalVerifier::new(running.store.clone(), issuer).clock(running.clock.clone()));
        let outcome = resource.authenticate(&request, &required).await;

        let header = str::from_utf8(header).unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        let owner = ledger.access_owner(token.trim_start_matches(' '));
        let good = scheme.eq_ignore_ascii_case("bearer") && owner.is_some() && required.iter().all(|token| token == "read");
        assert_eq!(outcome.is_ok(), good);
        if let Err(challenge) = outcome {
            let response = challenge.to_response();
            assert!(matches!(response.status().as_u16(), 400 | 401 | 403), "{response:?}");
            ledger.assert_quiet(&response);
        }
    });
}
