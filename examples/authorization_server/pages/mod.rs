//! The pages: plain HTML, no script, nothing from other hosts. Every value is escaped by [`Text`].

mod account;
mod walk;

use std::fmt;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use grantor::{Suspended, TokenError};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

pub use account::Authorized;

use crate::site::Site;
use crate::users::User;

pub type Page = http::Response<Bytes>;

/// No `form-action`: browsers apply it to the redirects after a form as well, and the consent form ends at the client.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Makes the pages; knows below which path they are.
#[derive(Debug, Clone)]
pub struct Pages(Site);

/// What somebody signs in for.
pub enum LoginFor<'a> {
    Request(&'a Suspended),
    Account { csrf: &'a str },
}

impl Pages {
    pub fn new(site: &Site) -> Self {
        Self(site.clone())
    }

    pub fn login(&self, purpose: &LoginFor<'_>, name: &str, message: &str) -> Page {
        let (path, name) = (self.0.path(), Text(name));
        let (reason, hidden) = match purpose {
            LoginFor::Request(suspended) => {
                let client = Text(suspended.request().client().name());
                let handle = Text(suspended.handle());
                (format!("to continue to <strong>{client}</strong>"), format!(r#"name="handle" value="{handle}""#))
            }
            LoginFor::Account { csrf } => {
                ("to see what you have allowed".to_owned(), format!(r#"name="csrf" value="{}""#, Text(csrf)))
            }
        };
        let alert = match message {
            "" => String::new(),
            message => format!("<p class=\"alert\" id=\"login-message\" role=\"alert\">{}</p>\n", Text(message)),
        };
        // Who has typed a name goes on with the password.
        let (first, second) = if name.0.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
        let described = if message.is_empty() { "" } else { " aria-describedby=\"login-message\"" };
        self.html(
            StatusCode::OK,
            "Sign in",
            &format!(
                r#"<h1>Sign in</h1>
<p>{reason}</p>
{alert}<form method="post" action="{path}/login">
<input type="hidden" {hidden}>
<label for="username">User name</label>
<input id="username" name="username" value="{name}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required{first}{described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required{second}{described}>
<div class="buttons"><button id="login-submit" class="primary">Sign in</button></div>
</form>"#
            ),
        )
    }

    pub fn consent(&self, suspended: &Suspended, user: &User) -> Page {
        let request = suspended.request();
        let (path, handle) = (self.0.path(), Text(suspended.handle()));
        let (client, host) = (Text(request.client().name()), Text(request.redirect_host()));
        let (account, name) = (Text(user.subject.as_str()), Text(&user.name));
        let boxes: String = request.scope().iter().map(scope_box).collect();
        let question = match request.scope().is_empty() {
            true => "<p>It wants to know who you are, and nothing else.</p>".to_owned(),
            false => format!("<fieldset><legend>It asks to</legend>{boxes}</fieldset>"),
        };
        self.html(
            StatusCode::OK,
            "Allow access?",
            &format!(
                r#"<h1>Allow <em>{client}</em>?</h1>
<p>You are signed in as <strong id="account">{name}</strong>.</p>
<form method="post" action="{path}/consent">
<input type="hidden" name="handle" value="{handle}">
<input type="hidden" name="account" value="{account}">
{question}
<div class="buttons">
<button id="consent-approve" class="primary" name="decision" value="approve">Allow</button>
<button id="consent-deny" name="decision" value="deny">Deny</button>
</div>
<p class="note">Either way you return to <strong id="redirect-host">{host}</strong>. <button id="consent-switch" class="link" name="decision" value="switch">Use another account</button></p>
</form>"#
            ),
        )
    }

    /// A page for what went wrong, with the code of the error.
    pub fn error(&self, status: StatusCode, code: &str, message: &str) -> Page {
        let (path, code, message) = (self.0.path(), Text(code), Text(message));
        self.html(
            status,
            "This did not work",
            &format!(
                r#"<h1>This did not work</h1>
<p id="message">{message}</p>
<p>Error code: <code id="error-code">{code}</code></p>
<p class="note"><a href="{path}/">Start again</a></p>"#
            ),
        )
    }

    /// A form whose value against cross-site request forgery is not the browser's.
    pub fn expired_form(&self) -> Page {
        self.error(StatusCode::FORBIDDEN, "access_denied", "This form has expired or is not from this site. Open the page again.")
    }

    /// After a form was posted: the page to go on with, so that loading it again posts nothing.
    pub fn see_other(&self, page: &str) -> Page {
        let mut response = self.html(StatusCode::SEE_OTHER, "See", "");
        *response.body_mut() = Bytes::new();
        // Paths of issuers are made of the characters of URLs.
        if let Ok(location) = HeaderValue::try_from(format!("{}{page}", self.0.path())) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }

    fn html(&self, status: StatusCode, title: &str, content: &str) -> Page {
        let path = self.0.path();
        let body = format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{path}/style.css">
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"#
        );
        let mut page = Page::new(body.into());
        *page.status_mut() = status;
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_FRAME_OPTIONS, "DENY"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // The address of the page that holds the handle or the code stays here.
            (REFERRER_POLICY, "no-referrer"),
        ];
        page.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
        page
    }
}

fn scope_box(token: &str) -> String {
    let meaning = match token {
        "read" => "See your notes",
        "write" => "Change your notes",
        _ => "Use",
    };
    let token = Text(token);
    format!(
        r#"
<label class="choice"><input type="checkbox" name="scope" value="{token}" checked><span>{meaning} <code>{token}</code></span></label>"#
    )
}

/// Errors of the authorization endpoint that cannot be redirected arrive as the library's plain page. The error itself is in the
/// extensions of the response: show it in the looks of this application.
pub async fn restyle(State(pages): State<Pages>, response: Response) -> Response {
    let Some(error) = response.extensions().get::<TokenError>() else { return response };
    let message = format!("This request cannot be answered: {}.", error.description());
    let mut page = pages.error(response.status(), error.code().as_str(), &message);
    if let Some(retry_after) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, retry_after.clone());
    }
    page.map(Body::from)
}

pub async fn not_found(State(pages): State<Pages>) -> Response {
    pages.error(StatusCode::NOT_FOUND, "not_found", "There is nothing here.").map(Body::from)
}

pub async fn style() -> Response {
    let mut response = Response::new(Body::from(include_str!("../style.css")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    response
}

/// A text in HTML, also inside of a quoted attribute.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.split_inclusive(['&', '<', '>', '"', '\'']) {
            let (text, last) = part.split_at(part.len() - usize::from(part.ends_with(['&', '<', '>', '"', '\''])));
            f.write_str(text)?;
            f.write_str(match last {
                "&" => "&amp;",
                "<" => "&lt;",
                ">" => "&gt;",
                "\"" => "&quot;",
                "'" => "&#39;",
                _ => "",
            })?;
        }
        Ok(())
    }
}
