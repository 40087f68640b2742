//! The pages of the sample application: the code flow step by step, each request and response as it travels.

use http::StatusCode;

use super::{Page, Pages, Text};
use crate::walk::{Exchange, Step};

const WARNING: &str = "<p class=\"alert\">This does not answer a request of the sample app: <code>state</code> or <code>iss</code> \
                       is not what it expects. A real application stops here.</p>\n";

/// Who can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// The sample user, whom the terminal names, and perhaps others.
    Sample,
    OfTheFile,
    Nobody,
}

impl Pages {
    /// The first page.
    pub fn start(&self, request: &str, authorization_url: &str, people: People) -> Page {
        let (path, request, url) = (self.path(), Text(request), Text(authorization_url));
        let note = self.start_note(people);
        self.html(
            StatusCode::OK,
            "Sample app",
            &format!(
                r#"<h1>Sample app</h1>
<p>An application that wants to see the notes of somebody who has an account at this authorization server. Walk through the authorization code flow with it, and see each request and response.</p>
<h2>1. The application sends your browser here</h2>
<pre id="authorization-request" tabindex="0">{request}</pre>
<div class="buttons"><a id="start" class="button primary" href="{url}">Sign in</a></div>
{note}
<p class="note"><a id="to-account" href="{path}/account">Connected apps</a></p>"#
            ),
        )
    }

    fn start_note(&self, people: People) -> String {
        let path = self.path();
        let who = match people {
            People::Sample => "The name and the password of the sample user are in the terminal.",
            People::OfTheFile => "Sign in with your account at this server.",
            People::Nobody => "Nobody can sign in: this server knows no users.",
        };
        format!(
            r#"<p class="note">{who} What this server can do stands in its <a href="/.well-known/oauth-authorization-server{path}">metadata</a>.</p>"#
        )
    }

    /// No client is registered with which this server could play the application.
    pub fn start_without_app(&self, redirect_uri: &str) -> Page {
        let (path, redirect_uri) = (self.path(), Text(redirect_uri));
        // Who develops here can do something about it.
        let hint = format!(
            r#"
<p>To walk through the authorization code flow on this page, register a public client that comes back here:</p>
<pre tabindex="0">{{"client_id": "walk", "token_endpoint_auth_method": "none",
 "grant_types": ["authorization_code", "refresh_token"],
 "redirect_uris": ["{redirect_uri}"]}}</pre>"#
        );
        let hint = if self.site().is_secure() { "" } else { &hint };
        self.html(
            StatusCode::OK,
            "Authorization server",
            &format!(
                r#"<h1>Authorization server</h1>
<p>What it can do stands in its <a href="/.well-known/oauth-authorization-server{path}">metadata</a>.</p>{hint}
<p class="note"><a id="to-account" href="{path}/account">Connected apps</a></p>"#
            ),
        )
    }

    /// The sample application got a code. Where it answers its own request, it can go on.
    pub fn code(&self, code: &str, state: &str, response: &str, redeem: Option<(&str, &str)>) -> Page {
        let (code, state, response, warning) = (Text(code), Text(state), Text(response), warning(redeem.is_some()));
        let next = redeem.map(|(request, csrf)| {
            format!(
                r#"<h2>3. It gets tokens for the code</h2>
<p>Directly, without your browser, within a minute and once:</p>
<pre id="redeem" tabindex="0">{}</pre>
{}"#,
                Text(request),
                self.buttons(&[Step::Redeem], csrf)
            )
        });
        let (next, again) = (next.unwrap_or_default(), self.again());
        self.html(
            StatusCode::OK,
            "Signed in",
            &format!(
                r#"<h1>The sample app has a code</h1>
{warning}<h2>2. Your browser brings the response</h2>
<pre id="authorization-response" tabindex="0">{response}</pre>
<dl><dt>code</dt><dd id="code">{code}</dd><dt>state</dt><dd id="state">{state}</dd></dl>
{next}
{again}"#
            ),
        )
    }

    /// The sample application got an error.
    pub fn refused(&self, error: &str, description: &str, state: &str, ours: bool) -> Page {
        let (error, description, state, warning) = (Text(error), Text(description), Text(state), warning(ours));
        let again = self.again();
        let title = if error.0 == "access_denied" { "Access denied" } else { "The sample app got an error" };
        self.html(
            StatusCode::OK,
            title,
            &format!(
                r#"<h1>{title}</h1>
{warning}<p>{description}</p>
<dl><dt>error</dt><dd id="error">{error}</dd><dt>state</dt><dd id="state">{state}</dd></dl>
{again}"#
            ),
        )
    }

    /// All that was sent and answered so far, the latest first.
    pub fn walk(&self, exchanges: &[Exchange], next: &[Step], csrf: &str) -> Page {
        let list: String = exchanges.iter().rev().map(shown).collect();
        let (buttons, again) = (self.buttons(next, csrf), self.again());
        self.html(StatusCode::OK, "The walk so far", &format!("<h1>What the sample app did</h1>\n{buttons}{list}\n{again}"))
    }

    fn buttons(&self, steps: &[Step], csrf: &str) -> String {
        if steps.is_empty() {
            return String::new();
        }
        let (path, csrf) = (self.path(), Text(csrf));
        let button = |(index, step): (usize, &Step)| {
            let (name, words, class) = (step.name(), step.words(), if index == 0 { " class=\"primary\"" } else { "" });
            format!("<button id=\"walk-{name}\"{class} name=\"step\" value=\"{name}\">{words}</button>\n")
        };
        let buttons: String = steps.iter().enumerate().map(button).collect();
        format!(
            r#"<form method="post" action="{path}/walk">
<input type="hidden" name="csrf" value="{csrf}">
<div class="buttons">
{buttons}</div>
</form>
"#
        )
    }

    fn again(&self) -> String {
        let path = self.path();
        format!(
            r#"<p class="note"><a href="{path}/">Start again</a> · <a id="to-account" href="{path}/account">Connected apps</a></p>"#
        )
    }
}

fn shown(exchange: &Exchange) -> String {
    let Exchange { title, request, response } = exchange;
    format!(
        r#"
<section class="exchange">
<h2>{title}</h2>
<h3>Request</h3>
<pre class="request" tabindex="0">{}</pre>
<h3>Response</h3>
<pre class="response" tabindex="0">{}</pre>
</section>"#,
        Text(request),
        Text(response)
    )
}

fn warning(ours: bool) -> &'static str {
    if ours { "" } else { WARNING }
}
