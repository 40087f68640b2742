//! The pages: plain HTML, no script, nothing from other hosts. Every value is escaped by [`Text`].

mod account;
mod device;
mod walk;

use std::fmt;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use grantor::{AuthorizationRequest, DeviceRequest, LocalizedMember, OAuthError, Suspended};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

pub use account::{ConnectedApp, Place};
pub use walk::People;

use crate::details::{Accounts, Payment};
use crate::openid;
use crate::site::Site;
use crate::users::User;
use crate::walk as app;

pub type Page = http::Response<Bytes>;

/// No `form-action`: browsers apply it to the redirects after a form as well, and the consent form ends at the client.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Makes the pages; knows below which path they are, and how to call the server. Cloning does not copy.
#[derive(Debug, Clone)]
pub struct Pages(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    site: Site,
    name: String,
}

/// What somebody signs in for.
pub enum LoginFor<'a> {
    Request(&'a Suspended),
    Account { csrf: &'a str },
    Device { request: &'a DeviceRequest, handle: &'a str },
}

/// Where to go from a page that says what went wrong.
enum Way<'a> {
    /// To a page of this server.
    To { path: &'a str, words: &'a str },
    /// To where the person came from. That is no link: a page of an error must not lead to other sites (RFC 9700 section 4.2.4).
    Application,
}

impl Pages {
    pub fn new(site: &Site, name: Option<&str>) -> Self {
        let name = name.unwrap_or_else(|| site.host_and_path()).to_owned();
        Self(Arc::new(Inner { site: site.clone(), name }))
    }

    pub fn site(&self) -> &Site {
        &self.0.site
    }

    fn path(&self) -> &str {
        self.0.site.path()
    }

    pub fn login(&self, purpose: &LoginFor<'_>, name: &str, message: &str) -> Page {
        let (path, name) = (self.path(), Text(name));
        let (reason, hidden) = match purpose {
            LoginFor::Request(suspended) => {
                let client = suspended.request().client_name();
                let (client, handle) = (Text(&client), Text(suspended.handle()));
                (format!("to continue to <strong>{client}</strong>"), format!(r#"name="handle" value="{handle}""#))
            }
            LoginFor::Device { request, handle } => {
                let client = request.request().client_name();
                let (client, handle) = (Text(&client), Text(handle));
                (format!("to let in <strong>{client}</strong>"), format!(r#"name="handle" value="{handle}""#))
            }
            LoginFor::Account { csrf } => {
                ("to see which apps have access to your account".to_owned(), format!(r#"name="csrf" value="{}""#, Text(csrf)))
            }
        };
        let action = if matches!(purpose, LoginFor::Device { .. }) { "/device/sign-in" } else { "/login" };
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
{alert}<form method="post" action="{path}{action}">
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
        let (path, handle) = (self.path(), Text(suspended.handle()));
        let (name_of_client, stranger, read) = (request.client_name(), stranger(request), pages_of_client(request));
        let (client, host) = (Text(&name_of_client), Text(request.redirect_host()));
        let (account, name) = (Text(user.subject.as_str()), Text(&user.name));
        let boxes: String = request.scope().iter().map(scope_box).collect();
        let claims: String = claims_of(request).iter().map(|name| claim_box(name)).collect();
        let details = details_boxes(request);
        let question = match request.scope().is_empty() && claims.is_empty() && details.is_empty() {
            true => "<p>It wants to know who you are, and nothing else.</p>".to_owned(),
            false => format!("<fieldset><legend>It asks to</legend>{boxes}{claims}{details}</fieldset>"),
        };
        let apis: String = request.resources().map(|name| format!("<li>{}</li>", Text(name))).collect();
        let apis = match apis.is_empty() {
            true => String::new(),
            false => format!("\n<p>It wants to use:</p>\n<ul id=\"resources\">{apis}</ul>"),
        };
        self.html(
            StatusCode::OK,
            "Allow access?",
            &format!(
                r#"<h1>Allow <em>{client}</em>?</h1>{stranger}
<p>You are signed in as <strong id="account">{name}</strong>.</p>
<form method="post" action="{path}/consent">
<input type="hidden" name="handle" value="{handle}">
<input type="hidden" name="account" value="{account}">
{question}{apis}
<div class="buttons">
<button id="consent-approve" class="primary" name="decision" value="approve">Allow</button>
<button id="consent-deny" name="decision" value="deny">Deny</button>
</div>
<p class="note">Either way you return to <strong id="redirect-host">{host}</strong>. <button id="consent-switch" class="link" name="decision" value="switch">Use another account</button></p>{read}
</form>"#
            ),
        )
    }

    /// What went wrong: with the code of the error, if a specification has one that tells people who ask for help about it.
    fn problem(&self, status: StatusCode, title: &str, message: &str, code: Option<&str>, way: &Way<'_>) -> Page {
        let message = Text(message);
        let code = code.map(|code| format!("\n<p>Error code: <code id=\"error-code\">{}</code></p>", Text(code)));
        let way = match way {
            Way::To { path, words } => format!("<a id=\"on\" href=\"{}{path}\">{words}</a>", self.path()),
            Way::Application => "Go back to the application that sent you here, and start again there.".to_owned(),
        };
        let code = code.unwrap_or_default();
        let content = format!("<h1>{title}</h1>\n<p id=\"message\">{message}</p>{code}\n<p class=\"note\">{way}</p>");
        self.html(status, title, &content)
    }

    /// There is no such page, or nothing to do on it.
    pub fn not_found(&self, message: &str) -> Page {
        self.problem(StatusCode::NOT_FOUND, "Page not found", message, None, &Way::To { path: "/", words: "Start page" })
    }

    /// A form whose value against cross-site request forgery is not the browser's. It is on the page to go back to.
    pub fn expired_form(&self, page: &str) -> Page {
        let message = "It was open for too long, or it is not from this site.";
        let way = Way::To { path: page, words: "Open the page again" };
        self.problem(StatusCode::FORBIDDEN, "This form has expired", message, None, &way)
    }

    /// What may work again, on this page.
    pub fn failed(&self, status: StatusCode, message: &str, page: &str) -> Page {
        self.problem(status, "This did not work", message, None, &Way::To { path: page, words: "Try again" })
    }

    pub fn unreadable_form(&self, status: StatusCode) -> Page {
        self.problem(status, "This did not work", "The form could not be read.", None, &Way::Application)
    }

    /// After a form was posted: the page to go on with, so that loading it again posts nothing.
    pub fn see_other(&self, page: &str) -> Page {
        let mut response = self.html(StatusCode::SEE_OTHER, "See", "");
        *response.body_mut() = Bytes::new();
        // Paths of issuers are made of the characters of URLs.
        if let Ok(location) = HeaderValue::try_from(format!("{}{page}", self.path())) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }

    fn html(&self, status: StatusCode, title: &str, content: &str) -> Page {
        let (path, name) = (self.path(), Text(&self.0.name));
        let body = format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · {name}</title>
<link rel="stylesheet" href="{path}/style.css">
</head>
<body>
<main>
<p class="server">{name}</p>
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

/// What people have to know of an application that nobody vetted: whence it comes, and who else may pose as it.
fn stranger(request: &AuthorizationRequest) -> String {
    if request.client_is_vetted() {
        return String::new();
    }
    let whence = match request.document_host().map(Text) {
        Some(host) if request.client().document_host_is_known() => {
            format!("It comes from <strong id=\"document-host\">{host}</strong>.")
        }
        Some(host) => format!("It comes from <strong id=\"document-host\">{host}</strong>, which nobody here knows."),
        None => format!(
            "Nobody here knows it: its name is what it says itself. Allow it only if you came from it, and know <strong>{}</strong>.",
            Text(request.redirect_host())
        ),
    };
    let warning = match request.may_be_another_program() {
        true => {
            " It runs on your device, and any program there can say that it is this one: go on only if you have just started it."
        }
        false => "",
    };
    format!("\n<p id=\"stranger\" class=\"alert\">{whence}{warning}</p>")
}

/// What the application wants people to read first (OpenID Connect Dynamic Client Registration section 2). Its image is not shown: it would
/// come from another host, which learns of each visit.
fn pages_of_client(request: &AuthorizationRequest) -> String {
    let link = |(member, id, words): (LocalizedMember, &str, &str)| {
        let url = Text(request.client().localized(member).plain()?);
        Some(format!(r#"<a id="{id}" href="{url}" target="_blank" rel="noopener noreferrer nofollow">{words}</a>"#))
    };
    let pages = [
        (LocalizedMember::PolicyUri, "client-policy", "What it does with your data"),
        (LocalizedMember::TosUri, "client-terms", "Its terms of service"),
    ];
    let links: Vec<String> = pages.into_iter().filter_map(link).collect();
    if links.is_empty() { String::new() } else { format!("\n<p class=\"note\">{}</p>", links.join(" · ")) }
}

fn scope_box(token: &str) -> String {
    let (words, token) = (meaning(token).unwrap_or("Use"), Text(token));
    format!(
        r#"
<label class="choice"><input type="checkbox" name="scope" value="{token}" checked><span>{words} <code>{token}</code></span></label>"#
    )
}

/// The claims that are asked for one by one, each once.
fn claims_of(request: &AuthorizationRequest) -> Vec<String> {
    let mut names = Vec::new();
    for claim in request.claims().into_iter().flat_map(|claims| claims.userinfo().chain(claims.id_token())) {
        if openid::meaning(claim.name()).is_some() && !names.iter().any(|name| name == claim.name()) {
            names.push(claim.name().to_owned());
        }
    }
    names
}

fn claim_box(name: &str) -> String {
    let (words, name) = (openid::meaning(name).unwrap_or("See"), Text(name));
    format!(
        r#"
<label class="choice"><input type="checkbox" name="claim" value="{name}" checked><span>{words} <code>{name}</code></span></label>"#
    )
}

/// What is asked for in detail: each to be left out, and accounts to be chosen.
fn details_boxes(request: &AuthorizationRequest) -> String {
    let payment_box = |(number, payment): (usize, &Payment)| {
        let payment = payment.to_string();
        let words = Text(&payment);
        format!(
            r#"
<label class="choice"><input type="checkbox" name="payment" value="{number}" checked><span>{words}</span></label>"#
        )
    };
    let account_box = |number: usize, what: &str, account: &str| {
        let (what, account) = (Text(what), Text(account));
        format!(
            r#"
<label class="choice"><input type="checkbox" name="accounts-{number}" value="{account}"><span>See {what} of <code>{account}</code></span></label>"#
        )
    };
    let payments: String = request.details::<Payment>().enumerate().map(payment_box).collect();
    let accounts = request.details::<Accounts>().enumerate().flat_map(|(number, accounts)| {
        let what = accounts.actions.join(" and ");
        accounts.offered().map(move |account| account_box(number, &what, account)).collect::<Vec<_>>()
    });
    payments + &accounts.collect::<String>()
}

/// What is asked for in detail, as HTML.
fn details_in_words(request: &AuthorizationRequest) -> impl Iterator<Item = String> {
    let payments = request.details::<Payment>().map(|payment| Text(&payment.to_string()).to_string());
    let accounts = request.details::<Accounts>().map(|accounts| {
        let what = accounts.actions.join(" and ");
        format!("See {} of accounts", Text(&what))
    });
    payments.chain(accounts)
}

/// What a scope permits, where this server has words for it.
fn meaning(token: &str) -> Option<&'static str> {
    match token {
        "read" => Some("See your notes"),
        "write" => Some("Change your notes"),
        "openid" => Some("Know who you are"),
        "profile" => Some("See your name, your picture and the like"),
        "email" => Some("See your e-mail address"),
        "address" => Some("See your postal address"),
        "phone" => Some("See your phone number"),
        "offline_access" => Some("Go on while you are away"),
        _ => None,
    }
}

/// What a scope permits, as HTML.
fn in_words(token: &str) -> String {
    meaning(token).map_or_else(|| format!("Use <code>{}</code>", Text(token)), str::to_owned)
}

/// Errors of the authorization endpoint that cannot be redirected arrive as the library's plain page. The error itself is in the
/// extensions of the response: show it in the looks of this application. Who came from the sample app goes back there.
pub async fn restyle(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let from_sample_app = app::is_under_way(pages.site(), request.headers());
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<OAuthError>() else { return response };
    let message = format!("This request cannot be answered: {}.", error.description());
    let way = if from_sample_app { Way::To { path: "/", words: "Start again" } } else { Way::Application };
    let code = Some(error.code().as_str());
    let mut page = pages.problem(response.status(), "This did not work", &message, code, &way);
    if let Some(retry_after) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, retry_after.clone());
    }
    page.map(Body::from)
}

pub async fn not_found(State(pages): State<Pages>) -> Response {
    pages.not_found("There is nothing at this address.").map(Body::from)
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

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::future::Future;
    use std::net::{IpAddr, SocketAddr};
    use std::pin::Pin;
    use std::time::Duration;

    use grantor::{
        Authorization, AuthorizationCode, AuthorizationServer, ClientHosts, ClientMetadataDocuments, Code, Development,
        DocumentBody, DocumentTransport, Fetcher, MemoryStore, OAuth21, issuer,
    };
    use http::Response;

    use super::*;

    const CLIENT: &str = "https://app.example.com/client.json";
    const WARNING: &str = "any program there can say that it is this one";

    /// A network with one document, whose client is sent back there.
    struct Network(&'static str);

    struct Rest(Option<Bytes>);

    impl DocumentBody for Rest {
        async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
            Ok(self.0.take())
        }
    }

    impl DocumentTransport for Network {
        type Body = Rest;

        async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
            Ok(vec![IpAddr::from([93, 184, 215, 14])])
        }

        async fn send(&self, _: http::Request<Bytes>, _: &[SocketAddr]) -> Result<Response<Rest>, Box<dyn Error + Send + Sync>> {
            let document = serde_json::json!({"client_id": CLIENT, "client_name": "App", "redirect_uris": [self.0]});
            Ok(Response::builder().header(CONTENT_TYPE, "application/json").body(Rest(Some(document.to_string().into())))?)
        }

        async fn sleep(&self, time: Duration) {
            tokio::time::sleep(time).await;
        }

        fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
            tokio::spawn(work);
        }
    }

    /// What people are told of the client.
    async fn told(hosts: ClientHosts, redirect_uri: &'static str) -> String {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://auth.example.com"))
            .storage(MemoryStore::new())
            .fetcher(Fetcher::with(Network(redirect_uri)))
            .grant(AuthorizationCode::new())
            .response_type(Code)
            .enable(ClientMetadataDocuments::new(hosts))
            .build();
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("response_type", "code"), ("client_id", CLIENT), ("redirect_uri", redirect_uri)])
            .append_pair("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .append_pair("code_challenge_method", "S256")
            .finish();
        let request = http::Request::get(format!("/authorize?{query}")).body(Bytes::new()).expect("a request");
        match server.authorization().handle(request).await {
            Authorization::Interact(request) => stranger(&request),
            Authorization::Respond(response) => panic!("{response:?}"),
        }
    }

    #[tokio::test]
    async fn people_are_told_whence_a_client_comes_and_who_may_pose_as_it() {
        let host = "It comes from <strong id=\"document-host\">app.example.com</strong>";
        let known = || ClientHosts::any().allow("app.example.com").expect("a host");
        let unknown = told(ClientHosts::any(), "https://app.example.com/callback").await;
        assert!(unknown.contains(&format!("{host}, which nobody here knows.")) && !unknown.contains(WARNING), "{unknown}");
        let known_one = told(known(), "https://app.example.com/callback").await;
        assert!(known_one.contains(&format!("{host}.")) && !known_one.contains(WARNING), "{known_one}");
        for hosts in [ClientHosts::any(), known()] {
            let local = told(hosts, "http://localhost/callback").await;
            assert!(local.contains(host) && local.contains(WARNING), "{local}");
        }
    }
}
