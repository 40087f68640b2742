//! A client of a server in another process: plain HTTP/1.1 over a keep-alive connection of its own.

use std::net::SocketAddr;
use std::time::Duration;

use http::header;
use reqwest::redirect::Policy;

use super::{Answer, PKCE, REQUEST, SECRET, basic, form, redemption, refreshing, with};

/// The store waits for five seconds at most, and a request of the server's has at most three operations.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Caller {
    http: reqwest::Client,
    server: String,
}

/// `None` if the connection was lost before the answer was there. No answer at all is a panic.
pub type Reply = Option<Answer>;

impl Caller {
    pub fn of(server: SocketAddr) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE).build();
        Self { http: http.expect("a client"), server: format!("http://{server}") }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = no_hang(request.send().await)?;
        let (status, headers) = (response.status(), response.headers().clone());
        Some(Answer { status, headers, body: no_hang(response.text().await)? })
    }

    pub async fn authorize(&self, pairs: &[(&str, &str)]) -> Reply {
        self.send(self.http.get(format!("{}/authorize?{}", self.server, form(pairs)))).await
    }

    pub async fn post(&self, path: &str, authorization: Option<&str>, pairs: &[(&str, &str)]) -> Reply {
        let mut request = self.http.post(format!("{}{path}", self.server)).body(form(pairs));
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request).await
    }

    pub async fn client_credentials(&self) -> Reply {
        self.post("/token", Some(&basic("conf", SECRET)), &[("grant_type", "client_credentials")]).await
    }

    /// Asks for a code of the public client: [`Answer::query`] has it.
    pub async fn code(&self) -> Reply {
        self.authorize(&with(&REQUEST, &PKCE)).await
    }

    pub async fn redeem(&self, code: &str) -> Reply {
        self.post("/token", None, &redemption(code)).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Reply {
        self.post("/token", None, &refreshing(refresh_token)).await
    }

    /// Revokes a token of the public client or of `conf`.
    pub async fn revoke(&self, client: &str, token: &str) -> Reply {
        match client {
            "conf" => self.post("/revoke", Some(&basic("conf", SECRET)), &[("token", token)]).await,
            public => self.post("/revoke", None, &[("token", token), ("client_id", public)]).await,
        }
    }

    pub async fn introspect(&self, token: &str) -> Reply {
        self.post("/introspect", Some(&basic("rs", SECRET)), &[("token", token)]).await
    }

    /// What `rs` is told, by a server that works.
    pub async fn is_active(&self, token: &str) -> bool {
        let answer = self.introspect(token).await.expect("an answer");
        answer.assert_ok();
        answer.json()["active"].as_bool().expect("a boolean")
    }

    /// Access and refresh token of the public client, from a server that works.
    pub async fn tokens(&self) -> (String, String) {
        let code = self.code().await.expect("an answer").query().remove("code").expect("a code");
        let answer = self.redeem(&code).await.expect("an answer");
        answer.assert_ok();
        (answer.member("access_token"), answer.member("refresh_token"))
    }
}

fn no_hang<T>(result: reqwest::Result<T>) -> Option<T> {
    assert!(!result.as_ref().is_err_and(reqwest::Error::is_timeout), "no answer within {PATIENCE:?}");
    result.ok()
}
