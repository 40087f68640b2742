//! The pages that the library itself shows: an error that must not be redirected (RFC 6749 section 4.1.2.1), the form of the `form_post`
//! response mode, one that is posted again, and those of signing out. None loads anything, and none can be framed.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, PRAGMA, REFERRER_POLICY, RETRY_AFTER, X_FRAME_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use sha2::{Digest, Sha256};

use crate::http::transport::ErrorUri;
use crate::values::error::OAuthError;

/// The only script of the library. Its hash is in the policy of the page. Called on the prototype, because a parameter of the
/// name `submit` would hide the form's own method.
const SUBMIT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// The look of all, light and dark. It is in the page, and its hash in the policy.
const STYLE: &str = include_str!("page.css");

/// What all permit besides: their own style.
static POLICY: LazyLock<String> =
    LazyLock::new(|| format!("default-src 'none'; style-src '{}'; frame-ancestors 'none'; base-uri 'none'", hash(STYLE)));

/// The page of an error that has no place to be redirected to.
pub(crate) fn error(error_uri: Option<&ErrorUri>, error: &OAuthError) -> Response<Bytes> {
    tracing::debug!(code = %error.code(), description = error.description(), "authorization request refused on a page");
    let error_uri = error_uri.map(|base| base.of(error.code().as_str()));
    let mut response = message(error.status(), error.code().as_str(), error.description(), error_uri.as_deref());
    if let Some(after) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(crate::http::answer::whole_seconds(after)));
    }
    // For applications that show their own page.
    response.extensions_mut().insert(error.clone());
    response
}

/// An error page: the code, the description in words, and where it is explained. That is not a link: RFC 9700 section 4.2.4
/// wants none to other sites.
pub(crate) fn message(status: StatusCode, code: &str, description: &str, error_uri: Option<&str>) -> Response<Bytes> {
    let (code, description) = (escape(code), escape(description));
    let explained = error_uri.map(|uri| format!("<p>Explained at <code>{}</code></p>", escape(uri))).unwrap_or_default();
    let content = format!(
        "<h1>This request cannot be completed</h1>\
         <p>Go back to the application that sent you here. If this happens again, tell the people who run it:</p>\
         <p><strong>{description}</strong></p><p>Error code: <code>{code}</code></p>{explained}"
    );
    html(status, "This request cannot be completed", &content, &POLICY)
}

/// Form Post Response Mode section 2: the parameters as hidden inputs of a form that submits itself.
///
/// The policy names no `form-action`: browsers apply it to the redirects that follow the post as well, and where the client
/// sends the browser next is not known here.
pub(crate) fn form_post(action: &str, pairs: &[(&str, &str)]) -> Response<Bytes> {
    submitted(action, pairs, "Returning to the application", "Continue to the application")
}

/// The form that another site made the browser post, to be posted once more from here, with the cookies that the browser has. Not as a
/// redirect: what was in a form would be in a URL then, and so in logs and histories (OpenID Connect RP-Initiated Logout section 2).
pub(crate) fn post_again(action: &str, pairs: &[(&str, &str)]) -> Response<Bytes> {
    let mut response = submitted(action, pairs, "One moment", "Continue");
    // Without a referrer there would be no origin either, by which browsers without `Sec-Fetch-Site` say that the form is our own.
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// A page with a form that submits itself, or by its button: where there are no scripts, and where a proxy has added a policy of its own.
/// Browsers apply every policy of a page, and show no `<noscript>` while scripts are on. The look lets it wait for a second, in which the
/// script is done.
fn submitted(action: &str, pairs: &[(&str, &str)], title: &str, button: &str) -> Response<Bytes> {
    let mut content = format!("<h1>{title}</h1><form method=\"post\" action=\"{}\">", escape(action));
    for (name, value) in pairs {
        let _ = write!(content, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value));
    }
    let _ = write!(content, "<button class=\"later\">{button}</button></form><script>{SUBMIT}</script>");
    html(StatusCode::OK, title, &content, &format!("{}; script-src '{}'", *POLICY, hash(SUBMIT)))
}

/// Asks whether to sign out (OpenID Connect RP-Initiated Logout section 2). As with [`form_post`], where the browser is sent next is not
/// known here.
#[cfg(feature = "jose")]
pub(crate) fn ask_to_sign_out(action: &str, fields: &[(&str, &str)], client: Option<&str>) -> Response<Bytes> {
    const TITLE: &str = "Sign out?";
    let from = client.map(|name| format!("<p>You come from <strong>{}</strong>.</p>", escape(name))).unwrap_or_default();
    let mut content = format!(
        "<h1>{TITLE}</h1>{from}<p>You will be signed out here, and of the applications to which you signed in with this account. To stay \
         signed in, close this page.</p><form method=\"post\" action=\"{}\">",
        escape(action)
    );
    for (name, value) in fields {
        let _ = write!(content, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value));
    }
    content.push_str("<button>Sign out</button></form>");
    html(StatusCode::OK, TITLE, &content, &POLICY)
}

/// Says that nobody is signed in any more.
#[cfg(feature = "jose")]
pub(crate) fn signed_out() -> Response<Bytes> {
    const TITLE: &str = "You are signed out";
    html(StatusCode::OK, TITLE, &format!("<h1>{TITLE}</h1><p>You can close this page.</p>"), &POLICY)
}

/// What a policy calls a script or a style in the page.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn html(status: StatusCode, title: &str, content: &str, policy: &str) -> Response<Bytes> {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style><main>{content}</main>"
    );
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // A form may hold a code or a token: RFC 6749 section 5.1 asks for both.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // A bare carriage return or newline would be normalised in the value of an input.
            '\r' => escaped.push_str("&#13;"),
            '\n' => escaped.push_str("&#10;"),
            c => escaped.push(c),
        }
    }
    escaped
}
