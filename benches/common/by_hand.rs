//! Three operations written by hand, with plain maps and the crates that everybody takes: what the RFCs demand of a request that is
//! well-formed, and nothing else. One client authentication method, one thread, no storage to choose, no events, no word on what was
//! wrong. Beside the floor it shows which part of an operation nobody can leave out.

#![allow(dead_code, reason = "each bench uses its part")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderMap, HeaderValue, Request, Response};
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq as _;

use crate::common::{CALLBACK, CHALLENGE, ISSUER, IntrospectionBody, SECRET, hash, random, random_text};

type Hash = [u8; 32];
type FamilyId = [u8; 16];
type Parameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

const LIFETIME: u64 = 3_600;

#[derive(Clone)]
struct Client {
    id: Arc<str>,
    secret: Hash,
    scope: Arc<str>,
}

struct Code {
    client: Arc<str>,
    family: FamilyId,
    challenge: &'static str,
    redirect_uri: &'static str,
    scope: Arc<str>,
    expires_at: u64,
    redeemed: bool,
}

struct Token {
    client: Arc<str>,
    /// None if the client acts for itself: nothing else descends from that.
    family: Option<FamilyId>,
    scope: Arc<str>,
    issued_at: u64,
    expires_at: u64,
}

/// An authorization server and its rows.
pub struct ByHand {
    clients: HashMap<String, Client>,
    /// Is it revoked?
    families: HashMap<FamilyId, bool>,
    codes: HashMap<Hash, Code>,
    access_tokens: HashMap<Hash, Token>,
    refresh_tokens: HashMap<Hash, Token>,
}

#[derive(serde::Serialize)]
struct TokenBody<'a> {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: &'a str,
}

impl ByHand {
    pub fn new() -> Self {
        let client = Client { id: "client".into(), secret: hash(SECRET), scope: "read write".into() };
        Self {
            clients: HashMap::from([("client".to_owned(), client)]),
            families: HashMap::new(),
            codes: HashMap::new(),
            access_tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
        }
    }

    /// A code, as if somebody had approved a request.
    pub fn authorize(&mut self) -> String {
        let (code, family) = (random_text(), random());
        let code_row = Code {
            client: "client".into(),
            family,
            challenge: CHALLENGE,
            redirect_uri: CALLBACK,
            scope: "read write".into(),
            expires_at: now() + 60,
            redeemed: false,
        };
        self.families.insert(family, false);
        self.codes.insert(hash(&code), code_row);
        code
    }

    /// The token endpoint (RFC 6749 section 3.2).
    pub fn token(&mut self, request: Request<Bytes>) -> Response<Bytes> {
        let answer = self.answer(&request).expect("a request of these benches");
        respond(serde_json::to_vec(&answer).expect("JSON"))
    }

    fn answer(&mut self, request: &Request<Bytes>) -> Option<TokenBody<'static>> {
        let (parameters, now) = (form(request)?, now());
        let client = self.authenticate(request.headers())?;
        match parameter(&parameters, "grant_type")? {
            "client_credentials" => {
                let scope = parameter(&parameters, "scope")?;
                if !scope.split(' ').all(|token| client.scope.split(' ').any(|own| own == token)) {
                    return None;
                }
                let access_token = issue(&mut self.access_tokens, &client.id, None, scope.into(), now);
                Some(body(access_token, None, "read"))
            }
            "authorization_code" => {
                let code = self.codes.get_mut(&hash(parameter(&parameters, "code")?))?;
                let proof = URL_SAFE_NO_PAD.encode(hash(parameter(&parameters, "code_verifier")?));
                let revoked = self.families.get_mut(&code.family)?;
                if code.redeemed {
                    *revoked = true;
                }
                let proven = bool::from(proof.as_bytes().ct_eq(code.challenge.as_bytes()));
                let ours = code.client == client.id && parameter(&parameters, "redirect_uri")? == code.redirect_uri;
                if *revoked || !proven || !ours || now >= code.expires_at {
                    return None;
                }
                code.redeemed = true;
                let (family, scope) = (Some(code.family), &code.scope);
                let access_token = issue(&mut self.access_tokens, &client.id, family, scope.clone(), now);
                let refresh_token = issue(&mut self.refresh_tokens, &client.id, family, scope.clone(), now);
                Some(body(access_token, Some(refresh_token), "read write"))
            }
            _ => None,
        }
    }

    /// The introspection endpoint (RFC 7662 section 2), whose section 2.1 has the caller authenticate.
    pub fn introspect(&self, request: Request<Bytes>) -> Response<Bytes> {
        let json = self.introspection(&request).expect("a request of these benches");
        respond(json)
    }

    fn introspection(&self, request: &Request<Bytes>) -> Option<Vec<u8>> {
        let parameters = form(request)?;
        let client = self.authenticate(request.headers())?;
        let hash = hash(parameter(&parameters, "token")?);
        let token = self.access_tokens.get(&hash)?;
        let revoked = token.family.is_some_and(|family| self.families.get(&family).is_none_or(|revoked| *revoked));
        if token.client != client.id || now() >= token.expires_at || revoked {
            return None;
        }
        let body = IntrospectionBody {
            active: true,
            scope: &token.scope,
            client_id: &token.client,
            token_type: "Bearer",
            iss: ISSUER,
            jti: URL_SAFE_NO_PAD.encode(&hash[..16]),
            exp: token.expires_at,
            iat: token.issued_at,
            nbf: token.issued_at,
        };
        serde_json::to_vec(&body).ok()
    }

    /// RFC 6749 section 2.3.1: the Basic scheme, its halves percent-encoded; the secret kept as a hash.
    fn authenticate(&self, headers: &HeaderMap) -> Option<Client> {
        let basic = headers.get(AUTHORIZATION)?.as_bytes().strip_prefix(b"Basic ")?;
        let basic = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
        let (id, secret) = basic.split_once(':')?;
        let (id, secret) = (percent_decode_str(id).decode_utf8().ok()?, percent_decode_str(secret).decode_utf8().ok()?);
        let client = self.clients.get(&*id)?;
        bool::from(hash(&secret).ct_eq(&client.secret)).then(|| client.clone())
    }
}

/// The parameters, each at most once (RFC 6749 section 3.2).
fn form(request: &Request<Bytes>) -> Option<Parameters<'_>> {
    if request.headers().get(CONTENT_TYPE)? != "application/x-www-form-urlencoded" {
        return None;
    }
    let parameters: Parameters<'_> = form_urlencoded::parse(request.body()).collect();
    let is_first = |(at, (name, _)): (usize, &(Cow<'_, str>, Cow<'_, str>))| parameters[..at].iter().all(|(own, _)| own != name);
    parameters.iter().enumerate().all(is_first).then_some(parameters)
}

fn parameter<'a>(parameters: &'a Parameters<'_>, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
}

fn issue(tokens: &mut HashMap<Hash, Token>, client: &Arc<str>, family: Option<FamilyId>, scope: Arc<str>, now: u64) -> String {
    let token = random_text();
    let row = Token { client: client.clone(), family, scope, issued_at: now, expires_at: now + LIFETIME };
    tokens.insert(hash(&token), row);
    token
}

fn body(access_token: String, refresh_token: Option<String>, scope: &str) -> TokenBody<'_> {
    TokenBody { access_token, token_type: "Bearer", expires_in: LIFETIME, refresh_token, scope }
}

/// RFC 6749 section 5.1.
fn respond(json: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
