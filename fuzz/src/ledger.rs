//! What was issued, to whom and for what: read off the responses, and each response held against it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, Method, Request, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::credentials::{Proof, prove};
use super::servers::{CLIENTS, Registered, registered};
use super::values::{is_strict_form, may_redirect, pairs};

type Pairs = Vec<(String, String)>;

/// The codes of RFC 6749 sections 4.1.2.1 and 5.2 that are no fault of the server.
const ERRORS: [&str; 8] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "invalid_scope",
    "access_denied",
];

#[derive(Default)]
pub struct Ledger {
    codes: Vec<Code>,
    access: Vec<(String, &'static Registered)>,
    refresh: Vec<(String, &'static Registered)>,
}

struct Code {
    text: String,
    client: &'static Registered,
    redirect_uri: String,
    redirect_uri_was_sent: bool,
    challenge: Option<Challenge>,
    redeemed: bool,
}

struct Challenge {
    value: String,
    plain: bool,
}

/// The one value of a parameter, if it is there and not empty.
fn only(pairs: &Pairs, name: &str) -> Option<String> {
    let mut values = pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value);
    let value = values.next()?;
    assert!(values.next().is_none(), "{name} was repeated, and yet there is a grant or a redirect");
    (!value.is_empty()).then(|| value.clone())
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

fn is_within(scope: &str, limit: &str) -> bool {
    words(scope).iter().all(|word| words(limit).contains(word))
}

/// RFC 6749 section 5.2: `%x20-21 / %x23-5B / %x5D-7E`.
fn assert_error_text(text: &str) {
    assert!(text.bytes().all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{text:?}");
}

fn assert_error(code: &str, description: Option<&str>) {
    assert!(ERRORS.contains(&code), "the error {code:?}");
    assert_error_text(description.unwrap_or_default());
}

impl Ledger {
    /// Something issued, counted from the newest: `{code}`, `{code1}`, `{access}`, `{refresh}` and so on in a script.
    pub fn fill_in(&self, script: &[u8]) -> Vec<u8> {
        let mut filled = script.to_vec();
        let newest = |texts: Vec<&str>, name: &str, filled: &mut Vec<u8>| {
            for (n, text) in texts.into_iter().rev().take(3).enumerate() {
                let mark = if n == 0 { format!("{{{name}}}") } else { format!("{{{name}{n}}}") };
                *filled = replace(filled, mark.as_bytes(), text.as_bytes());
            }
        };
        newest(self.codes.iter().map(|code| code.text.as_str()).collect(), "code", &mut filled);
        newest(self.access.iter().map(|(text, _)| text.as_str()).collect(), "access", &mut filled);
        newest(self.refresh.iter().map(|(text, _)| text.as_str()).collect(), "refresh", &mut filled);
        filled
    }

    pub fn access_owner(&self, token: &str) -> Option<&'static Registered> {
        self.access.iter().find(|(text, _)| text == token).map(|(_, client)| *client)
    }

    /// Holds a response against what is known, and writes down what it issued.
    pub fn witness(&mut self, request: &Request<Bytes>, response: &Response<Bytes>) {
        assert!(!response.status().is_server_error(), "{response:?}");
        match request.uri().path() {
            "/authorize" => self.authorized(request, response),
            "/token" | "/introspect" | "/revoke" => self.answered(request, response),
            _ => assert!(!response.headers().contains_key(LOCATION)),
        }
    }

    // ---- the authorization endpoint --------------------------------------------------------------------------------------

    fn authorized(&mut self, request: &Request<Bytes>, response: &Response<Bytes>) {
        if !matches!(*request.method(), Method::GET | Method::POST) {
            assert!(matches!(response.status().as_u16(), 204 | 405));
            return;
        }
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let location = response.headers().get(LOCATION).map(|location| location.to_str().expect("ASCII"));
        let form = form_of(response.body()).filter(|_| location.is_none());
        let encoded = match *request.method() {
            Method::POST => request.body(),
            _ => request.uri().query().unwrap_or_default().as_bytes(),
        };
        let asked = pairs(encoded);
        match (location, form) {
            (Some(location), _) => {
                let (uri, client) = target(&asked, encoded);
                let rest = location.strip_prefix(&*uri).unwrap_or_else(|| panic!("{location} is not at {uri}"));
                let (query, fragment) = rest.split_once('#').unwrap_or((rest, ""));
                assert!(query.is_empty() || query.starts_with(['?', '&']) || uri.ends_with(['?', '&']), "{location}");
                let (in_query, in_fragment) =
                    (pairs(query.trim_start_matches(['?', '&']).as_bytes()), pairs(fragment.as_bytes()));
                // Multiple Response Types section 5: never in a query, where servers and proxies log it.
                assert!(in_query.iter().all(|(name, _)| name != "access_token"), "{location}");
                self.record(&asked, client, &uri, &[in_query, in_fragment].concat());
            }
            (None, Some((action, inputs))) => {
                let (uri, client) = target(&asked, encoded);
                assert_eq!(action, uri, "the form goes elsewhere");
                self.record(&asked, client, &uri, &inputs);
            }
            // A page that says what is wrong.
            (None, None) => assert_eq!(response.status(), 400, "{response:?}"),
        }
    }

    fn record(&mut self, asked: &Pairs, client: &'static Registered, uri: &str, answer: &Pairs) {
        let get = |name: &str| answer.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        assert_eq!(get("iss"), Some(super::servers::ISSUER), "{answer:?}");
        if let Some(error) = get("error") {
            assert_error(error, get("error_description"));
            assert!(get("code").is_none() && get("access_token").is_none(), "{answer:?}");
            return;
        }
        let response_type = only(asked, "response_type").expect("a response type");
        let mut wanted = words(&response_type);
        wanted.sort_unstable();
        assert!(client.response_types.contains(&wanted.join(" ").as_str()), "{response_type} is not registered");
        assert_eq!(get("code").is_some(), wanted.contains(&"code"), "{answer:?}");
        assert_eq!(get("access_token").is_some(), wanted.contains(&"token"), "{answer:?}");
        assert_eq!(get("state"), only(asked, "state").as_deref(), "{answer:?}");
        let scope = only(asked, "scope");
        assert!(is_within(scope.as_deref().unwrap_or_default(), client.scope), "{scope:?}");
        assert!(is_within(get("scope").unwrap_or_default(), scope.as_deref().unwrap_or(client.scope)), "{answer:?}");
        if let Some(text) = get("code") {
            let plain = only(asked, "code_challenge_method").is_none_or(|method| method == "plain");
            let challenge = only(asked, "code_challenge").map(|value| Challenge { value, plain });
            let redirect_uri_was_sent = only(asked, "redirect_uri").is_some();
            let (text, redirect_uri) = (text.to_owned(), uri.to_owned());
            self.codes.push(Code { text, client, redirect_uri, redirect_uri_was_sent, challenge, redeemed: false });
        }
        if let Some(text) = get("access_token") {
            self.access.push((text.to_owned(), client));
        }
    }

    // ---- the endpoints for programs --------------------------------------------------------------------------------------

    fn answered(&mut self, request: &Request<Bytes>, response: &Response<Bytes>) {
        assert!(!response.headers().contains_key(LOCATION));
        let status = response.status().as_u16();
        if *request.method() != Method::POST {
            assert!(matches!(status, 204 | 405), "{response:?}");
            return;
        }
        if request.uri().path() == "/revoke" && status == 200 {
            assert!(response.body().is_empty());
            caller(request);
            return;
        }
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        let json: Value = serde_json::from_slice(response.body()).expect("JSON");
        let member = |name: &str| json[name].as_str();
        assert_eq!(response.headers().contains_key(WWW_AUTHENTICATE), status == 401);
        if status != 200 {
            let error = member("error").expect("an error");
            assert_error(error, member("error_description"));
            assert_eq!(status, if error == "invalid_client" { 401 } else { 400 });
            self.assert_quiet(response);
        } else if request.uri().path() == "/token" {
            self.granted(request, &json);
        } else {
            self.introspected(request, &json);
            self.assert_quiet(response);
        }
    }

    /// No secret, code or token comes back.
    pub fn assert_quiet(&self, response: &Response<Bytes>) {
        let text = format!("{:?} {}", response.headers(), String::from_utf8_lossy(response.body()));
        let issued = self.codes.iter().map(|code| code.text.as_str()).chain(self.access.iter().map(|(text, _)| text.as_str()));
        let issued = issued.chain(self.refresh.iter().map(|(text, _)| text.as_str()));
        for secret in issued.chain(CLIENTS.iter().filter_map(|client| client.secret)) {
            assert!(!text.contains(secret), "{text}");
        }
    }

    fn granted(&mut self, request: &Request<Bytes>, json: &Value) {
        let (asked, client) = caller(request);
        let grant_type = only(&asked, "grant_type").expect("a grant type");
        assert!(client.grant_types.contains(&&*grant_type), "{} may not use {grant_type}", client.id);
        let (scope, granted) = (only(&asked, "scope").unwrap_or_default(), json["scope"].as_str().unwrap_or_default());
        assert!(is_within(granted, client.scope), "{json}");
        assert!(scope.is_empty() || grant_type == "authorization_code" || is_within(granted, &scope), "{scope} {json}");
        match &*grant_type {
            "authorization_code" => self.redeemed(&asked, client),
            "refresh_token" => {
                let token = only(&asked, "refresh_token").expect("a refresh token");
                let known = self.refresh.iter().find(|(text, _)| *text == token);
                assert!(known.is_some_and(|(_, owner)| owner.id == client.id), "a refresh token of nobody, or of another client");
            }
            "password" => {
                let (username, password) = (only(&asked, "username"), only(&asked, "password"));
                assert_eq!((username.as_deref(), password.as_deref()), (Some("username"), Some("password")));
            }
            "client_credentials" => assert!(client.secret.is_some() && json["refresh_token"].is_null(), "{json}"),
            other => panic!("the grant type {other}"),
        }
        assert_eq!(json["token_type"], "Bearer");
        self.access.push((json["access_token"].as_str().expect("an access token").to_owned(), client));
        if let Some(text) = json["refresh_token"].as_str() {
            assert!(client.grant_types.contains(&"refresh_token"), "{json}");
            self.refresh.push((text.to_owned(), client));
        }
    }

    fn redeemed(&mut self, asked: &Pairs, client: &Registered) {
        let text = only(asked, "code").expect("a code");
        let code = self.codes.iter_mut().find(|code| code.text == text && code.client.id == client.id);
        let code = code.expect("a code that was issued to this client");
        assert!(!code.redeemed, "a code was redeemed twice");
        code.redeemed = true;
        match only(asked, "redirect_uri") {
            Some(uri) => assert_eq!(uri, code.redirect_uri),
            None => assert!(!code.redirect_uri_was_sent),
        }
        match (only(asked, "code_verifier"), &code.challenge) {
            (None, None) => {}
            (Some(verifier), Some(Challenge { value, plain: true })) => assert_eq!(verifier, *value),
            (Some(verifier), Some(Challenge { value, plain: false })) => {
                assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), *value);
            }
            (verifier, _) => panic!("the verifier {verifier:?} does not belong to the request"),
        }
    }

    fn introspected(&self, request: &Request<Bytes>, json: &Value) {
        let (asked, client) = caller(request);
        assert!(client.secret.is_some(), "introspection by a public client");
        if json["active"] == false {
            assert_eq!(json.as_object().map(serde_json::Map::len), Some(1), "{json}");
            return;
        }
        let token = only(&asked, "token").expect("a token");
        let owner = self.access.iter().chain(&self.refresh).find(|(text, _)| *text == token).map(|(_, owner)| owner.id);
        let owner = owner.expect("active, but never issued");
        assert_eq!(json["client_id"], owner);
        assert!(client.introspects_any || client.id == owner, "{} sees a token of {owner}", client.id);
    }
}

fn replace(text: &[u8], mark: &[u8], with: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(with);
        rest = &rest[at + mark.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let first = types.next().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default();
    let media_type = first.split(';').next().unwrap_or_default().trim();
    types.next().is_none() && media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Who made a request that was granted: it must be well-formed, and prove a client.
fn caller(request: &Request<Bytes>) -> (Pairs, &'static Registered) {
    assert!(is_form(request.headers()) && is_strict_form(request.body()), "{request:?}");
    let asked = pairs(request.body());
    match prove(request.headers(), &asked) {
        Proof::Client(client) => (asked, client),
        Proof::Nothing | Proof::Slow => panic!("granted to nobody: {request:?}"),
    }
}

/// Where the response to an authorization request may go. There must be such a place.
fn target(asked: &Pairs, encoded: &[u8]) -> (String, &'static Registered) {
    assert!(is_strict_form(encoded));
    let client = only(asked, "client_id").and_then(|id| registered(&id)).expect("a redirect for an unknown client");
    let uri = match (only(asked, "redirect_uri"), client.redirect_uris) {
        (Some(uri), all) if all.iter().any(|own| may_redirect(own, &uri)) => uri,
        (None, [single]) => (*single).to_owned(),
        (uri, _) => panic!("a redirect, but {uri:?} is not registered"),
    };
    (uri, client)
}

/// Action and inputs of the page's form, if it has one.
fn form_of(page: &[u8]) -> Option<(String, Pairs)> {
    let page = str::from_utf8(page).expect("UTF-8");
    let (_, form) = page.split_once("<form ")?;
    let attribute = |text: &str, name: &str| {
        let (_, value) = text.split_once(&format!("{name}=\""))?;
        Some(unescape(value.split_once('"')?.0))
    };
    let inputs = form
        .split("<input ")
        .skip(1)
        .map(|input| (attribute(input, " name").expect("a name"), attribute(input, " value").expect("a value")));
    Some((attribute(form, "action").expect("an action"), inputs.collect()))
}

fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    for (entity, c) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#13;", "\r"), ("&#10;", "\n"), ("&amp;", "&")]
    {
        text = text.replace(entity, c);
    }
    text
}
