//! A program at the endpoints of the example `authorization_server`.

#![allow(dead_code, reason = "each test binary uses its part")]

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use crate::example_process::Example;

/// Of each client that has one.
pub const SECRET: &str = "a-secret-of-more-than-thirty-two-characters";

/// A job with the scopes `read` and `write`, an app, and an API.
pub fn clients() -> Value {
    serde_json::json!([
        {"client_id": "job", "client_secret": SECRET, "grant_types": ["client_credentials"], "logo_uri": "https://client.example/logo"},
        {"client_id": "app", "client_secret": SECRET, "redirect_uris": ["https://client.example/cb"],
         "grant_types": ["authorization_code", "refresh_token"]},
        {"client_id": "api", "client_secret": SECRET, "introspection": "any"},
    ])
}

/// What a program sends and gets.
pub struct Program {
    pub http: reqwest::Client,
    pub server: String,
}

impl Program {
    pub fn of(example: &Example) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        Self { http, server: example.server.clone() }
    }

    pub async fn post(&self, path: &str, client: (&str, &str), fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.server)).basic_auth(client.0, Some(client.1));
        let response =
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send().await.expect("an answer");
        let (status, body) = (response.status(), response.bytes().await.expect("a body"));
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> reqwest::Response {
        let request = self.http.get(format!("{}{path}", self.server));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.expect("an answer")
    }

    pub async fn get_json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path, None).await.bytes().await.expect("a body")).expect("JSON")
    }
}
