//! The pages: plain HTML, no script, nothing from other hosts. Every value is escaped by [`Text`].

use std::fmt;

use axum::body::{Body, Bytes};
use axum::response::Response;
use grantor::{Scope, TokenError};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use crate::users::User;

pub type Page = http::Response<Bytes>;

/// No `form-action`: browsers apply it to the redirects after a form as well, and the consent form ends at the client.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What a person is told about an authorization request.
pub struct Asked {
    pub client: String,
    /// Where the answer goes: the part of the redirect URI that a person can judge.
    pub host: String,
    pub scope: Scope,
}

pub fn login(asked: &Asked, handle: &str, name: &str, message: &str) -> Page {
    let (client, handle, name) = (Text(&asked.client), Text(handle), Text(name));
    let alert = match message {
        "" => String::new(),
        message => format!("<p class=\"alert\" id=\"login-message\" role=\"alert\">{}</p>", Text(message)),
    };
    // Who has typed a name goes on with the password.
    let (first, second) = if name.0.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    let described = if message.is_empty() { "" } else { " aria-describedby=\"login-message\"" };
    html(
        StatusCode::OK,
        "Sign in",
        &format!(
            r#"<h1>Sign in</h1>
<p>to continue to <strong>{client}</strong></p>
{alert}
<form method="post" action="/login">
<input type="hidden" name="handle" value="{handle}">
<label for="username">User name</label>
<input id="username" name="username" value="{name}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required{first}{described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required{second}{described}>
<div class="buttons"><button id="login-submit" class="primary">Sign in</button></div>
</form>"#
        ),
    )
}

pub fn consent(asked: &Asked, handle: &str, user: &User) -> Page {
    let (client, host, handle) = (Text(&asked.client), Text(&asked.host), Text(handle));
    let (account, name) = (Text(user.subject.as_str()), Text(&user.name));
    let boxes: String = asked.scope.iter().map(scope_box).collect();
    let question = match asked.scope.is_empty() {
        true => "<p>It wants to know who you are, and nothing else.</p>".to_owned(),
        false => format!("<fieldset><legend>It asks to</legend>{boxes}</fieldset>"),
    };
    html(
        StatusCode::OK,
        "Allow access?",
        &format!(
            r#"<h1>Allow <em>{client}</em>?</h1>
<p>You are signed in as <strong id="account">{name}</strong>.</p>
<form method="post" action="/consent">
<input type="hidden" name="handle" value="{handle}">
<input type="hidden" name="account" value="{account}">
{question}
<div class="buttons">
<button id="consent-approve" class="primary" name="decision" value="approve">Allow</button>
<button id="consent-deny" name="decision" value="deny">Deny</button>
</div>
<p class="note">Either way you return to <strong>{host}</strong>. <button id="consent-switch" class="link" name="decision" value="switch">Use another account</button></p>
</form>"#
        ),
    )
}

fn scope_box(token: &str) -> String {
    let meaning = match token {
        "read" => "See your notes",
        "write" => "Change your notes",
        _ => "",
    };
    let token = Text(token);
    format!(
        r#"
<label class="choice"><input type="checkbox" name="scope" value="{token}" checked><span>{meaning} <code>{token}</code></span></label>"#
    )
}

/// The first page of the sample application.
pub fn start(authorization_url: &str) -> Page {
    html(
        StatusCode::OK,
        "Sample app",
        &format!(
            r#"<h1>Sample app</h1>
<p>An application that wants to see the notes of somebody who has an account at the authorization server.</p>
<div class="buttons"><a id="start" class="button primary" href="{}">Sign in</a></div>
<p class="note">User name and password are in the terminal.</p>"#,
            Text(authorization_url)
        ),
    )
}

/// The sample application got a code.
pub fn code(code: &str, state: &str, ours: bool, command: &str) -> Page {
    html(
        StatusCode::OK,
        "Signed in",
        &format!(
            r#"<h1>The sample app has a code</h1>
{}
<dl><dt>code</dt><dd id="code">{}</dd><dt>state</dt><dd id="state">{}</dd></dl>
<p>It gets tokens for it, within a minute and once. Paste this into a terminal:</p>
<pre id="redeem" tabindex="0">{}</pre>
<p class="note"><a href="/">Start again</a></p>"#,
            warning(ours),
            Text(code),
            Text(state),
            Text(command)
        ),
    )
}

/// The sample application got an error.
pub fn refused(error: &str, description: &str, state: &str, ours: bool) -> Page {
    html(
        StatusCode::OK,
        "Not signed in",
        &format!(
            r#"<h1>The sample app was refused</h1>
{}
<p>{}</p>
<dl><dt>error</dt><dd id="error">{}</dd><dt>state</dt><dd id="state">{}</dd></dl>
<p class="note"><a href="/">Start again</a></p>"#,
            warning(ours),
            Text(description),
            Text(error),
            Text(state)
        ),
    )
}

fn warning(ours: bool) -> &'static str {
    match ours {
        true => "",
        false => {
            "<p class=\"alert\">This does not answer a request of the sample app: <code>state</code> or <code>iss</code> is not what \
             it expects. A real application stops here.</p>"
        }
    }
}

/// A page for what went wrong.
pub fn error(status: StatusCode, message: &str) -> Page {
    html(
        status,
        "This did not work",
        &format!(
            "<h1>This did not work</h1>\n<p id=\"message\">{}</p>\n<p class=\"note\"><a href=\"/\">Start again</a></p>",
            Text(message)
        ),
    )
}

/// Errors of the authorization endpoint that cannot be redirected arrive as the library's plain page. The error itself is in the
/// extensions of the response: show it in the looks of this application.
pub async fn restyle(response: Response) -> Response {
    let Some(error) = response.extensions().get::<TokenError>() else { return response };
    let (what, code) = (error.description(), error.code());
    let message = format!("The application that sent you here made a request that cannot be answered: {what} ({code}).");
    let mut page = self::error(response.status(), &message);
    if let Some(retry_after) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, retry_after.clone());
    }
    page.map(Body::from)
}

/// Somebody came to a form's address without the form: by a bookmark, say.
pub async fn begin_at_the_application() -> Response {
    error(StatusCode::NOT_FOUND, "To sign in, begin at the application that you want to use.").map(Body::from)
}

pub async fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "There is nothing here.").map(Body::from)
}

pub async fn style() -> Response {
    let mut response = Response::new(Body::from(include_str!("style.css")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    response
}

fn html(status: StatusCode, title: &str, content: &str) -> Page {
    let body = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
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
