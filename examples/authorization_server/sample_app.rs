//! The client: what an application does that sends people to the authorization server. It would be another program on another
//! host, with the `oauth2` crate; here it is two pages, and the last step is left to curl.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use crate::pages;

pub const CLIENT_ID: &str = "sample-app";

/// What the application remembers while a person is away. A real one makes `state` and `verifier` anew for each request and
/// keeps them with the person's session; here there is one of each, so that the commands in the terminal can name them.
pub struct SampleApp {
    pub server: String,
    pub state: String,
    pub verifier: String,
}

impl SampleApp {
    pub fn new(server: &str) -> Arc<Self> {
        let random = || URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        Arc::new(Self { server: server.to_owned(), state: random(), verifier: random() })
    }

    /// In real life not on the host of the authorization server.
    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.server)
    }

    /// The authorization request (RFC 6749 section 4.1.1) with PKCE (RFC 7636 section 4.3).
    pub fn authorization_url(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        let parameters = [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", &self.redirect_uri()),
            ("scope", crate::SCOPES),
            ("state", &self.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("{}/authorize?{query}", self.server)
    }

    /// The command that redeems a code (RFC 6749 section 4.1.3). `code` has to be safe in a shell.
    pub fn redeem_command(&self, code: &str) -> String {
        let Self { server, verifier, .. } = self;
        let redirect_uri = self.redirect_uri();
        format!(
            "curl -sS -w '\\n' -d grant_type=authorization_code -d client_id={CLIENT_ID} -d 'redirect_uri={redirect_uri}' \
             -d 'code_verifier={verifier}' -d \"code={code}\" {server}/token"
        )
    }
}

pub fn router(app: Arc<SampleApp>) -> Router {
    Router::new().route("/", get(start)).route("/callback", get(callback).post(callback_by_form)).with_state(app)
}

async fn start(State(app): State<Arc<SampleApp>>) -> Response {
    pages::start(&app.authorization_url()).map(Body::from)
}

type Parameters = HashMap<String, String>;

async fn callback(app: State<Arc<SampleApp>>, query: Result<Query<Parameters>, QueryRejection>) -> Response {
    arrived(app, query.map(|Query(parameters)| parameters).unwrap_or_default())
}

/// With `response_mode=form_post` the response comes as a form.
async fn callback_by_form(app: State<Arc<SampleApp>>, form: Result<Form<Parameters>, FormRejection>) -> Response {
    arrived(app, form.map(|Form(parameters)| parameters).unwrap_or_default())
}

/// The person is back, with a code or an error (RFC 6749 sections 4.1.2 and 4.1.2.1).
fn arrived(State(app): State<Arc<SampleApp>>, parameters: Parameters) -> Response {
    let get = |name: &str| parameters.get(name).map_or("", String::as_str);
    // Anybody can send a person here with anything: RFC 9207 and `state` tell whether it is an answer to our own request.
    let ours = get("iss") == app.server && get("state") == app.state;
    let page = match (get("code"), get("error")) {
        (code, "") if is_shell_safe(code) => pages::code(code, get("state"), ours, &app.redeem_command(code)),
        ("", error) if !error.is_empty() => pages::refused(error, get("error_description"), get("state"), ours),
        _ => pages::error(StatusCode::BAD_REQUEST, "This is not the answer of an authorization server."),
    };
    page.map(Body::from)
}

/// The code is put into a command that people paste.
fn is_shell_safe(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
