//! What came back, and what can be asserted of it.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use super::challenge;

/// A response, of the server or of an API. Its assertions panic where the test called them, and show it.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl<B: AsRef<[u8]>> From<Response<B>> for Answer {
    fn from(response: Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(body.as_ref()).into_owned() }
    }
}

impl Answer {
    /// A header; empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("the body is no JSON ({error}): {self:?}"))
    }

    /// A member of the JSON body, as text.
    ///
    /// # Panics
    ///
    /// If there is no such text.
    #[must_use]
    #[track_caller]
    pub fn member(&self, name: &str) -> String {
        let json = self.json();
        json[name].as_str().unwrap_or_else(|| panic!("the body has no text `{name}`: {self:?}")).to_owned()
    }

    /// Where it redirects to; empty if it does not.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The parameters in the query of the redirect.
    #[must_use]
    pub fn query(&self) -> BTreeMap<String, String> {
        let (before, _) = self.location_at('#');
        pairs(before.split_once('?').map_or("", |(_, query)| query))
    }

    /// The parameters in the fragment of the redirect, which no server sees.
    #[must_use]
    pub fn fragment(&self) -> BTreeMap<String, String> {
        pairs(self.location_at('#').1)
    }

    fn location_at(&self, mark: char) -> (&str, &str) {
        self.location().split_once(mark).unwrap_or((self.location(), ""))
    }

    /// The parameters of the redirect, whether in the query or the fragment; none if it is no redirect.
    #[must_use]
    pub fn redirected(&self) -> BTreeMap<String, String> {
        self.query().into_iter().chain(self.fragment()).collect()
    }

    /// The code with which the client was sent back.
    ///
    /// # Panics
    ///
    /// If it was sent back without one.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> String {
        self.redirected().remove("code").unwrap_or_else(|| panic!("no code came back: {self:?}"))
    }

    /// Asserts a 200 with JSON.
    ///
    /// # Panics
    ///
    /// If it is not.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.status == StatusCode::OK && self.header("content-type") == "application/json", "{self:?}");
    }

    /// Asserts a status.
    ///
    /// # Panics
    ///
    /// If it is another one.
    #[track_caller]
    pub fn assert_status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
    }

    /// Asserts an error of the token endpoint and those like it (RFC 6749 section 5.2): JSON that nobody keeps. With a challenge where it is
    /// 401 and only there, as this server does it, however the client authenticated.
    ///
    /// # Panics
    ///
    /// If it is another one, or none.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), &*self.member("error")), (status, code), "{self:?}");
        let is_kept = self.header("cache-control").split(',').all(|directive| directive.trim() != "no-store");
        assert_eq!((self.header("content-type"), is_kept), ("application/json", false), "{self:?}");
        assert_eq!(self.headers.contains_key(WWW_AUTHENTICATE), status == 401, "{self:?}");
    }

    /// Asserts an error that the person is shown, and that goes to no client (RFC 6749 section 4.1.2.1).
    ///
    /// # Panics
    ///
    /// If it is a redirect, no page, or has another status.
    #[track_caller]
    pub fn assert_page(&self, status: u16) {
        assert_eq!((self.status.as_u16(), self.location()), (status, ""), "{self:?}");
        assert!(self.header("content-type").starts_with("text/html"), "{self:?}");
        assert!(!self.headers.contains_key(WWW_AUTHENTICATE), "{self:?}");
    }

    /// Asserts that the client was sent back with an error (RFC 6749 section 4.1.2.1), and with neither code nor token.
    ///
    /// # Panics
    ///
    /// If it was not.
    #[track_caller]
    pub fn assert_redirected_error(&self, code: &str) {
        let parameters = self.redirected();
        assert_eq!(parameters.get("error").map(String::as_str), Some(code), "{self:?}");
        assert!(!["code", "access_token", "id_token"].iter().any(|name| parameters.contains_key(*name)), "{self:?}");
    }

    /// The challenges in `WWW-Authenticate` (RFC 9110 section 11.6.1), of however many fields: the parameters of each, with the scheme under
    /// the name `scheme`. An API that takes bearer tokens and such that are bound to keys has two.
    #[must_use]
    pub fn challenges(&self) -> Vec<BTreeMap<String, String>> {
        let fields = self.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        fields.fold(Vec::new(), |mut found, field| {
            challenge::read(field, &mut found);
            found
        })
    }

    /// The challenge that says what is wrong (RFC 6750 section 3): the first with an `error`, or else the first; empty if there is none.
    #[must_use]
    pub fn challenge(&self) -> BTreeMap<String, String> {
        let mut challenges = self.challenges();
        let at = challenges.iter().position(|challenge| challenge.contains_key("error")).unwrap_or_default();
        if challenges.is_empty() { BTreeMap::new() } else { challenges.swap_remove(at) }
    }

    /// Does it ask for the request once more, with a nonce (RFC 9449 sections 8 and 9)?
    #[cfg(feature = "jose")]
    pub(super) fn wants_nonce(&self) -> bool {
        let wants = |error: Option<&str>| error == Some("use_dpop_nonce");
        let json: Option<Value> = serde_json::from_str(&self.body).ok();
        wants(json.as_ref().and_then(|json| json["error"].as_str()))
            || self.challenges().iter().any(|challenge| wants(challenge.get("error").map(String::as_str)))
    }

    /// Asserts that an API refused the request with this error (RFC 6750 section 3.1): 401 `invalid_token`, 403
    /// `insufficient_scope`, 400 `invalid_request`; or for `""` that it asked for a token, 401 without an error.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[track_caller]
    pub fn assert_challenge(&self, error: &str) {
        let status = match error {
            "insufficient_scope" => 403,
            "invalid_request" => 400,
            _ => 401,
        };
        let challenge = self.challenge();
        let found = challenge.get("error").map_or("", String::as_str);
        assert_eq!((self.status.as_u16(), found), (status, error), "{self:?}");
        assert!(challenge.contains_key("scheme"), "the response has no challenge: {self:?}");
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Answer");
        text.field("status", &self.status.as_u16()).field("headers", &self.headers).field("body", &self.body).finish()
    }
}

fn pairs(encoded: &str) -> BTreeMap<String, String> {
    encoded.split('&').filter(|pair| !pair.is_empty()).map(decoded).collect()
}

fn decoded(pair: &str) -> (String, String) {
    let text = |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (text(name), text(value))
}

pub(super) fn answer(response: Response<Bytes>) -> Answer {
    response.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_and_challenges_are_read() {
        let response =
            Response::builder().status(302).header("location", "https://app/cb?a=b#code=x%20y&state=a+b&iss=https%3A%2F%2Fas");
        let answer = Answer::from(response.body("").unwrap());
        assert_eq!(
            (answer.code(), &*answer.redirected()["state"], &*answer.redirected()["iss"]),
            ("x y".into(), "a b", "https://as")
        );
        let header = r#"Bearer realm="a, b", error="insufficient_scope", scope="read write""#;
        let answer = Answer::from(Response::builder().status(403).header("www-authenticate", header).body("").unwrap());
        let challenge = answer.challenge();
        let of = |name: &str| challenge[name].clone();
        assert_eq!([of("scheme"), of("realm"), of("scope")], ["Bearer", "a, b", "read write"]);
        answer.assert_challenge("insufficient_scope");
        let bare =
            Answer::from(Response::builder().status(401).header("www-authenticate", r#"Bearer realm="x""#).body("").unwrap());
        bare.assert_challenge("");
    }

    #[test]
    #[should_panic(expected = "the response has no challenge")]
    fn a_refusal_without_a_challenge_is_none() {
        Answer::from(Response::builder().status(401).body("").unwrap()).assert_challenge("");
    }
}
