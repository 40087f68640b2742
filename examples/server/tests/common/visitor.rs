//! A person at the pages of the example `authorization_server`.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};

use crate::example_process::Example;

/// As much of a browser as the forms need: cookies, and the handle of the page before.
pub struct Visitor {
    pub http: reqwest::Client,
    /// With the path of the issuer.
    pub server: String,
    pub authorization_url: String,
    pub cookies: BTreeMap<String, String>,
    pub handle: String,
    /// What the proxy says of where it comes from.
    pub forwarded_for: Option<String>,
}

/// What a visitor sees.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Visitor {
    pub fn of(example: &Example) -> Self {
        let query = [
            ("response_type", "code"),
            ("client_id", "sample-app"),
            ("scope", "read write"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        let server = format!("{}{}", example.server, example.path());
        let authorization_url = format!("{server}/authorize?{query}");
        Self { http, server, authorization_url, cookies: BTreeMap::new(), handle: String::new(), forwarded_for: None }
    }

    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = match &self.forwarded_for {
            Some(addresses) => request.header("x-forwarded-for", addresses),
            None => request,
        };
        let response = request.header(COOKIE, cookies.join("; ")).send().await.expect("an answer");
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, value) = cookie.split_once(';').and_then(|(pair, _)| pair.split_once('=')).expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("text");
        if let Some((_, rest)) = text.split_once("name=\"handle\" value=\"") {
            self.handle = rest.split('"').next().unwrap_or_default().to_owned();
        }
        Page { status, headers, text }
    }

    pub async fn get(&mut self, url: &str) -> Page {
        self.send(self.http.get(url)).await
    }

    /// Posts a form as it is.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.server));
        self.send(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    /// Posts a form with the handle of the last page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let handle = self.handle.clone();
        let fields: Vec<_> = std::iter::once(("handle", handle.as_str())).chain(fields.iter().copied()).collect();
        self.post_form(path, &fields).await
    }

    /// Whoever has this cookie is signed in.
    pub fn session(&self) -> Option<(String, String)> {
        let mut cookies = self.cookies.iter();
        cookies.find(|(name, _)| name.contains("session")).map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Takes that cookie away.
    pub fn forget_session(&mut self) -> (String, String) {
        let (name, value) = self.session().expect("a session");
        self.cookies.remove(&name);
        (name, value)
    }

    pub async fn begin(&mut self) -> Page {
        self.get(&self.authorization_url.clone()).await
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Page {
        self.post("/login", &[("username", name), ("password", password)]).await
    }
}

impl Page {
    #[track_caller]
    pub fn assert(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert!(self.text.contains(text), "{text:?} is not in {}", self.text);
        let header = |name: &str| self.headers.get(name).map_or("", |value| value.to_str().expect("text"));
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert_eq!((header("cache-control"), header("referrer-policy")), ("no-store", "no-referrer"));
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("form-action"), "Chromium would apply it to the redirect to the client");
    }
}
