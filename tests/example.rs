//! The example `authorization_server` does what it prints: every command of its instructions is run exactly as it stands there.
//! And its pages hold against what is not in the instructions. How they do in a browser is in `browser.rs`.

#[path = "common/example_process.rs"]
mod example_process;

use std::collections::BTreeMap;
use std::process::Command;

use example_process::Example;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, RETRY_AFTER, SET_COOKIE};
use serde_json::Value;

/// Between the outputs of two commands.
const SEPARATOR: char = '\u{1e}';

/// The indented lines of the section that begins with `number`, and what each printed.
fn run_section(example: &Example, number: &str) -> Vec<(String, String)> {
    let begin = example.printed.find(&format!("\n{number}. ")).unwrap_or_else(|| panic!("no section {number}")) + 1;
    let section = &example.printed[begin..];
    let end = section.find(&format!("\n{}. ", number.parse::<u32>().expect("a number") + 1)).unwrap_or(section.len());
    let commands: Vec<&str> = section[..end].lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(!commands.is_empty(), "no command in section {number}");

    let script = commands.join("\nprintf '\\036'\n");
    let output = Command::new("bash").args(["-c", &script]).env("NO_PROXY", "127.0.0.1").output().expect("bash runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{script}\n{stderr}");
    let stdout = String::from_utf8(output.stdout).expect("text");
    let outputs: Vec<&str> = stdout.split(SEPARATOR).collect();
    assert_eq!(outputs.len(), commands.len(), "{stdout}");
    commands.into_iter().map(str::to_owned).zip(outputs.into_iter().map(str::to_owned)).collect()
}

/// The outputs of the commands that print something.
fn printed(ran: &[(String, String)]) -> Vec<&str> {
    ran.iter().map(|(_, output)| output.as_str()).filter(|output| !output.is_empty()).collect()
}

fn json(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn assert_token(response: &Value, scope: &str) {
    assert_eq!(response["token_type"], "Bearer", "{response}");
    assert_eq!(response["access_token"].as_str().map(str::len), Some(43), "{response}");
    assert_eq!(response["scope"].as_str().unwrap_or(scope), scope, "{response}");
}

/// Says so if a program is not there.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("left out: {program} not found");
    }
    found
}

#[test]
fn the_commands_for_a_program_end_with_a_token_that_is_introspected_and_revoked() {
    if !has("bash") || !has("curl") {
        return;
    }
    let example = Example::start();
    let ran = run_section(&example, "1");
    let [token, opened, active, revoked, inactive] = printed(&ran)[..] else { panic!("{ran:?}") };
    assert_token(&json(token), "read");
    assert_eq!(opened, "Hello, sample-job!\n");
    let active = json(active);
    assert_eq!((&active["active"], &active["client_id"], &active["scope"]), (&true.into(), &"sample-job".into(), &"read".into()));
    assert_eq!(revoked, "revoked: 200\n");
    assert_eq!(json(inactive), serde_json::json!({"active": false}));
}

#[test]
fn the_commands_for_a_person_walk_through_the_pages_and_end_with_a_refreshed_token() {
    if !has("bash") || !has("curl") {
        return;
    }
    let example = Example::start();
    let ran = run_section(&example, "2");
    let [tokens, opened, refreshed] = printed(&ran)[..] else { panic!("{ran:?}") };
    let (tokens, refreshed) = (json(tokens), json(refreshed));
    assert_token(&tokens, "read write");
    assert_eq!(opened, "Hello, alice!\n");
    assert_token(&refreshed, "read write");
    assert_ne!(tokens["access_token"], refreshed["access_token"]);
    assert_ne!(tokens["refresh_token"], refreshed["refresh_token"]);
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_when_asked_to() {
    let example = Example::start();
    let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", example.pid())]).status().expect("sh runs");
    assert!(killed.success());
    assert!(example.wait().success());
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let refused = Example::output(&["--listen", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("0.0.0.0:0 is not a loopback address"), "{refused:?}");
}

/// As much of a browser as the forms need: cookies, and the handle of the page before.
struct Visitor {
    http: reqwest::Client,
    server: String,
    authorization_url: String,
    cookies: BTreeMap<String, String>,
    handle: String,
}

/// What a visitor sees.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Visitor {
    fn of(example: &Example) -> Self {
        let url = example.printed.split('\'').find(|word| word.contains("/authorize?")).expect("an authorization request");
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        let (server, authorization_url) = (example.server.clone(), url.to_owned());
        Self { http, server, authorization_url, cookies: BTreeMap::new(), handle: String::new() }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
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

    async fn get(&mut self, url: &str) -> Page {
        self.send(self.http.get(url)).await
    }

    /// Posts a form with the handle of the last page.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let handle = self.handle.clone();
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("handle", &handle).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.server));
        self.send(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    async fn begin(&mut self) -> Page {
        self.get(&self.authorization_url.clone()).await
    }

    async fn sign_in(&mut self, name: &str, password: &str) -> Page {
        self.post("/login", &[("username", name), ("password", password)]).await
    }
}

impl Page {
    #[track_caller]
    fn assert(&self, status: u16, text: &str) {
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

#[tokio::test]
async fn a_form_is_good_once_and_only_in_its_browser() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    let handle = visitor.handle.clone();

    let mut other = Visitor::of(&example);
    other.begin().await.assert(200, "Sign in");
    other.handle.clone_from(&handle);
    other.sign_in("alice", "wonderland").await.assert(400, "This did not work");
    assert!(!other.cookies.contains_key("session"));

    // That took nothing from the one it belongs to.
    visitor.sign_in("alice", "wonderland").await.assert(200, "Allow <em>Sample app</em>?");
    assert_ne!(visitor.handle, handle);
    visitor.handle = handle;
    visitor.sign_in("alice", "wonderland").await.assert(400, "This did not work");
}

#[tokio::test]
async fn attempts_are_limited_for_each_user_name() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    for name in ["alice", "nobody"] {
        for _ in 0..5 {
            visitor.sign_in(name, "guess").await.assert(200, "The user name or the password is wrong.");
        }
        let refused = visitor.sign_in(name, "wonderland").await;
        refused.assert(429, "Too many attempts");
        assert!(refused.headers.contains_key(RETRY_AFTER));
    }
    assert!(!visitor.cookies.contains_key("session"));
}

#[tokio::test]
async fn what_a_person_types_is_shown_as_text() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    let markup = r#""><script>alert('&')</script>"#;
    let page = visitor.sign_in(markup, "guess").await;
    page.assert(200, r#"value="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;""#);
    let page = visitor.get(&format!("{}/callback?error=%3Cscript%3E&state=%22%3E", visitor.server.clone())).await;
    page.assert(200, r#"<dd id="error">&lt;script&gt;</dd><dt>state</dt><dd id="state">&quot;&gt;</dd>"#);
}

#[tokio::test]
async fn consent_counts_for_the_person_who_was_asked() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    visitor.post("/consent", &[("account", "bob"), ("decision", "approve"), ("scope", "read")]).await.assert(200, "signed in as");

    let session = visitor.cookies.remove("session").expect("a session");
    visitor.post("/consent", &[("account", "alice"), ("decision", "approve"), ("scope", "read")]).await.assert(200, "Sign in");
    visitor.cookies.insert("session".to_owned(), session);

    visitor.begin().await.assert(200, "signed in as");
    let answer = visitor.post("/consent", &[("account", "alice"), ("decision", "approve"), ("scope", "read")]).await;
    assert_eq!(answer.status, 303);
    assert!(answer.headers[LOCATION].to_str().expect("text").contains("/callback?code="));
}

#[tokio::test]
async fn what_cannot_be_answered_is_a_page() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    let server = visitor.server.clone();
    for (path, status) in [
        ("/authorize", 400),
        ("/authorize?client_id=unknown", 400),
        ("/authorize?client_id=sample-app&redirect_uri=https%3A%2F%2Fevil.example", 400),
        ("/callback", 400),
        ("/callback?code=$(touch%20it)", 400),
        ("/callback?code=%ff", 400),
        ("/login", 404),
        ("/consent", 404),
        ("/nothing", 404),
    ] {
        visitor.get(&format!("{server}{path}")).await.assert(status, "This did not work");
    }
    for path in ["/login", "/consent"] {
        visitor.post(path, &[]).await.assert(400, "This did not work");
        let request = visitor.http.post(format!("{server}{path}")).body("{}");
        visitor.send(request).await.assert(415, "could not be read");
        let too_long = "a".repeat(20_000);
        visitor.post(path, &[("username", &too_long)]).await.assert(413, "could not be read");
    }
}
