//! A single-page app at another site, by the package `oidc-client-ts`, in a real browser: people sign in with PKCE, the page reads userinfo
//! and renews its tokens over CORS, and signs them out again. What it needs is Chromium, and what `.ci/peers` installs; where one of them
//! is not there this says so and passes, unless `GRANTOR_REQUIRE_CHROMIUM` or `GRANTOR_REQUIRE_PEERS` is set.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/webdriver.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod webdriver;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::{env, fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use example_process::Example;
use serde_json::{Value, json};
use webdriver::Browser;

const PAGE: &str = include_str!("common/spa.html");
const PACKAGE: &str = "target/peers/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js";

/// The script of the package, or the reason why not.
fn package() -> Result<String, String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = own.ancestors().find(|folder| folder.join("tests/peers").is_dir()).expect("the repository");
    fs::read_to_string(root.join(PACKAGE)).map_err(|_| "oidc-client-ts is not installed (.ci/peers)".to_owned())
}

fn left_out<T>(found: Result<T, String>, required: &str) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(missing) if env::var_os(required).is_some() => panic!("{missing}"),
        Err(missing) => {
            eprintln!("left out: {missing}");
            None
        }
    }
}

/// The host of the app: its page at every path, and the package.
fn host(listener: TcpListener, page: String, package: String) {
    let shared = Arc::new((page, package));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let shared = shared.clone();
            std::thread::spawn(move || answer(&stream, &shared.0, &shared.1));
        }
    });
}

fn answer(mut stream: &TcpStream, page: &str, package: &str) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let (kind, body) = match first.split(' ').nth(1) {
        Some("/oidc-client-ts.min.js") => ("text/javascript", package),
        _ => ("text/html; charset=utf-8", page),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

fn shown(browser: &Browser, id: &str) -> Value {
    // Whatever comes first: what is waited for, or the reason why not.
    let text = browser.text(&format!("#{id}, #failed"));
    assert!(!browser.has("#failed"), "{}", browser.text("#failed"));
    serde_json::from_str(&text).expect("JSON")
}

fn id_token(user: &Value) -> Value {
    let payload = user["id_token"].as_str().and_then(|token| token.split('.').nth(1)).expect("an ID token");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("claims")
}

#[test]
fn a_single_page_app_signs_people_in_and_out() {
    let Some(package) = left_out(package(), "GRANTOR_REQUIRE_PEERS") else { return };
    let Some(browser) = left_out(Browser::start(), "GRANTOR_REQUIRE_CHROMIUM") else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    // Another name is another site: no cookie of the server goes with what the page sends.
    let app = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
    let clients = json!([{
        "client_id": "notes",
        "client_name": "Notes",
        "token_endpoint_auth_method": "none",
        "redirect_uris": [format!("{app}/callback")],
        "post_logout_redirect_uris": [format!("{app}/signed-out")],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email",
    }]);
    let (_directory, clients) = files::file("clients.json", &clients);
    let example = Example::start_with(&["--openid", "--samples", "--clients", &clients]);
    host(listener, PAGE.replace("AUTHORITY", &example.server), package);

    browser.open(&app);
    browser.follow("#sign-in");
    browser.fill("#username", "alice");
    browser.fill("#password", "wonderland");
    browser.follow("#login-submit");
    browser.follow("#consent-approve");
    let user = shown(&browser, "signed-in");
    let said = id_token(&user);
    assert_eq!((&said["iss"], &said["aud"], &said["sub"]), (&json!(example.server), &json!("notes"), &json!("alice")));
    assert!(said["name"].is_null() && said["sid"].is_string(), "{said}");
    // From userinfo.
    let profile = &user["profile"];
    assert_eq!((&profile["name"], &profile["email"]), (&json!("Alice Liddell"), &json!("alice@example.com")), "{user}");

    browser.click("#renew");
    let renewed = shown(&browser, "renewed");
    for name in ["access_token", "refresh_token", "id_token"] {
        assert!(renewed[name].is_string() && renewed[name] != user[name], "{name}: {renewed}");
    }
    let again = id_token(&renewed);
    assert_eq!((&again["sub"], &again["auth_time"], &again["sid"]), (&said["sub"], &said["auth_time"], &said["sid"]));

    browser.follow("#sign-out");
    let out = shown(&browser, "signed-out");
    assert_eq!((&out["user"], &out["state"], &out["error"]), (&Value::Null, &json!("bye"), &Value::Null));
    assert!(browser.url().starts_with(&format!("{app}/signed-out?state=")), "{}", browser.url());
    assert_eq!(shown(&browser, "left")["error"], "invalid_grant");
    // Nobody is signed in at the server either.
    browser.follow("#sign-in");
    assert!(browser.has("#login-submit"), "{}", browser.url());
}
