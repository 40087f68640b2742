//! The example `authorization_server` in a real browser: headless Chromium, driven through chromedriver (W3C WebDriver).
//!
//! Where there is no Chromium this says so and passes, unless `GRANTOR_REQUIRE_CHROMIUM=1`. What the pages look like is left in
//! `target/screenshots`.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/nginx.rs"]
mod nginx;
#[path = "common/webdriver.rs"]
mod webdriver;

use std::collections::HashMap;
use std::path::PathBuf;

use example_process::Example;
use nginx::Nginx;
use serde_json::{Value, json};
use url::Url;
use webdriver::Browser;

/// The example and a browser, or the reason why not.
fn start() -> Option<(Example, Browser)> {
    start_with(&[])
}

/// The example with these flags.
fn start_with(flags: &[&str]) -> Option<(Example, Browser)> {
    match Browser::start() {
        Ok(browser) => Some((Example::start_with(flags), browser)),
        Err(missing) if std::env::var("GRANTOR_REQUIRE_CHROMIUM").is_ok_and(|value| value == "1") => panic!("{missing}"),
        Err(missing) => {
            eprintln!("left out: {missing}");
            None
        }
    }
}

/// The authorization request of the sample app, with these parameters in addition, or in place of its own.
fn authorization_url(example: &Example, browser: &Browser, more: &[(&str, &str)]) -> Url {
    browser.open(&example.server);
    let mut url = Url::parse(&browser.property("#start", "href")).expect("a URL");
    let own: Vec<_> = url.query_pairs().into_owned().filter(|(own, _)| !more.iter().any(|(name, _)| name == own)).collect();
    url.query_pairs_mut().clear().extend_pairs(own).extend_pairs(more);
    url
}

fn query(url: &str) -> HashMap<String, String> {
    Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
}

fn sign_in(browser: &Browser, password: &str) {
    browser.fill("#username", "alice");
    browser.fill("#password", password);
    browser.follow("#login-submit");
}

/// Lets the sample app go on with the code that its page shows; the answer that it got.
fn redeem(browser: &Browser) -> Value {
    browser.follow("#walk-redeem");
    answer(browser)
}

/// The body of the latest response that the sample app shows.
fn answer(browser: &Browser) -> Value {
    let shown = browser.text(".exchange .response");
    let (_, body) = shown.split_once("\n\n").unwrap_or_else(|| panic!("no body in {shown}"));
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {shown}"))
}

#[test]
fn a_code_yields_just_the_scopes_that_were_ticked() {
    let Some((example, browser)) = start() else { return };
    browser.open(&example.server);
    let sent = query(&browser.property("#start", "href"));
    browser.follow("#start");

    sign_in(&browser, "Wonderland");
    assert_eq!(browser.text("#login-message"), "The user name or the password is wrong.");
    assert_eq!(browser.property("#username", "value"), "alice", "nobody has to type it again");
    browser.fill("#password", "wonderland");
    browser.follow("#login-submit");

    assert_eq!(browser.text("#account"), "alice");
    browser.click("input[value=write]");
    browser.follow("#consent-approve");

    let arrived = query(&browser.url());
    assert_eq!((&arrived["state"], arrived["iss"].as_str()), (&sent["state"], example.server.as_str()));
    assert_eq!(browser.text("#code"), arrived["code"]);
    assert!(!browser.has(".alert"), "the sample app recognises the answer to its request");
    let tokens = redeem(&browser);
    assert_eq!(tokens["scope"], "read", "{tokens}");

    // The session goes on: the second time there is only the question.
    browser.open(&example.server);
    browser.follow("#start");
    assert!(browser.has("#consent-approve"));
    browser.follow("#consent-switch");
    assert!(browser.has("#login-submit"), "another account signs in first");
}

#[test]
fn a_denial_arrives_with_its_state() {
    let Some((example, browser)) = start() else { return };
    let url = authorization_url(&example, &browser, &[]);
    browser.open(url.as_str());
    sign_in(&browser, "wonderland");
    browser.follow("#consent-deny");
    let arrived = query(&browser.url());
    assert_eq!((arrived["error"].as_str(), &arrived["state"]), ("access_denied", &query(url.as_str())["state"]));
    assert_eq!(browser.text("#error"), "access_denied");

    // Allowing nothing of what was asked for is a denial too.
    browser.open(url.as_str());
    browser.click("input[value=read]");
    browser.click("input[value=write]");
    browser.follow("#consent-approve");
    assert_eq!(query(&browser.url())["error"], "access_denied");
}

/// Chromium applies the `form-action` of a page also to where the answer to its form redirects: ours must not have one.
#[test]
fn the_answer_reaches_an_application_at_another_origin() {
    let Some((example, browser)) = start() else { return };
    let other = Example::start();
    let url = authorization_url(&example, &browser, &[]);
    // Any port of a loopback address will do (RFC 8252 section 7.3).
    let [here, there] = [&example, &other].map(|example| example.server.replace("http://", "").replace(':', "%3A"));
    browser.open(&url.as_str().replace(&format!("%2F%2F{here}%2Fcallback"), &format!("%2F%2F{there}%2Fcallback")));
    sign_in(&browser, "wonderland");
    browser.follow("#consent-approve");
    assert!(!browser.text("#code").is_empty());
    assert!(browser.url().starts_with(&format!("{}/callback?", other.server)), "{}", browser.url());
    assert!(browser.has(".alert"), "the other sample app did not ask for it");
}

#[test]
fn form_post_brings_the_code_in_a_form() {
    let Some((example, browser)) = start() else { return };
    let url = authorization_url(&example, &browser, &[("response_mode", "form_post")]);
    browser.open(url.as_str());
    sign_in(&browser, "wonderland");
    browser.follow("#consent-approve");
    assert_eq!(browser.text("#state"), query(url.as_str())["state"]);
    assert_eq!(browser.url(), format!("{}/callback", example.server), "nothing in the address");
    assert_eq!(redeem(&browser)["scope"], "read write");
}

/// The sample app shows each step, up to the end of the access.
#[test]
fn a_person_walks_through_the_flow_and_takes_the_access_back() {
    let Some((example, browser)) = start() else { return };
    browser.open(&example.server);
    assert!(browser.text("#authorization-request").contains("code_challenge_method=S256"));
    browser.follow("#start");
    sign_in(&browser, "wonderland");
    browser.follow("#consent-approve");
    assert!(browser.text("#authorization-response").contains("code="));
    assert!(browser.text("#redeem").contains("code_verifier="));
    let first = redeem(&browser);
    browser.follow("#walk-echo");
    assert_eq!(answer(&browser)["username"], "alice");
    browser.follow("#walk-refresh");
    assert_ne!(answer(&browser)["access_token"], first["access_token"]);
    browser.follow("#walk-echo");
    assert_eq!(answer(&browser)["sub"], "alice");

    browser.follow("#to-account");
    assert!(browser.text(".app").contains("Sample app"));
    assert_eq!(browser.label(".revoke"), "Revoke access of Sample app");
    browser.follow(".revoke");
    assert_eq!(browser.text("#no-apps"), "No application has access to your account.");
    assert!(browser.url().ends_with("/account"), "loading it again posts nothing");
    browser.open(&format!("{}/walk", example.server));
    browser.follow("#walk-echo");
    assert!(browser.text(".exchange .response").contains("401"), "{}", browser.text(".exchange .response"));

    browser.open(&format!("{}/account", example.server));
    browser.follow("#logout");
    browser.follow("#to-account");
    sign_in(&browser, "wonderland");
    assert_eq!(browser.text("#account"), "alice");
}

/// A browser asks before it sends headers that pages could not always send, such as those that MCP and tracing add.
#[test]
fn a_page_elsewhere_calls_the_endpoints_with_headers_of_its_own() {
    let Some((example, browser)) = start() else { return };
    // The same process under another name is another site.
    browser.open(&format!("{}/style.css", example.server.replace("127.0.0.1", "localhost")));
    for (path, status) in [("/.well-known/oauth-authorization-server", 200), ("/token", 405)] {
        let headers = r#"{"MCP-Protocol-Version": "2025-11-25", "traceparent": "00-1-1-00", "Authorization": "Basic eA=="}"#;
        let url = format!("{}{path}", example.server);
        let fetched = browser.script(&format!("return fetch('{url}', {{headers: {headers}}}).then(answer => answer.status)"));
        assert_eq!(fetched, status, "{path}");
    }
}

// shows: RFC9700-4.16-01, RFC9700-4.16-02
#[test]
fn the_pages_refuse_to_be_framed() {
    let Some((example, browser)) = start() else { return };
    let url = authorization_url(&example, &browser, &[]);
    for signed_in in [false, true] {
        if signed_in {
            browser.open(url.as_str());
            sign_in(&browser, "wonderland");
        }
        // The same process under another name is another site. Its style sheet may frame and be framed, so frames work as such.
        let style = format!("{}/style.css", example.server);
        browser.open(&style.replace("127.0.0.1", "localhost"));
        let account = format!("{}/account", example.server);
        for (framed, content) in [(style.as_str(), "pre"), (url.as_str(), "form"), (account.as_str(), "form")] {
            browser.add_frame("framed", framed);
            browser.enter_frame("#framed");
            assert_eq!(browser.has(content), content == "pre", "{framed}");
            browser.leave_frame();
        }
    }
}

#[test]
fn forms_work_by_keyboard_and_their_fields_have_names() {
    let Some((example, browser)) = start() else { return };
    browser.open(authorization_url(&example, &browser, &[]).as_str());
    assert_eq!(browser.label("#username"), "User name");
    assert_eq!(browser.label("#password"), "Password");
    browser.fill("#username", "alice");
    browser.fill("#password", "wonderland");
    browser.press_enter("#password");
    assert!(browser.label("input[value=read]").starts_with("See your notes"));
    browser.press_enter("#consent-approve");
    assert_eq!(redeem(&browser)["scope"], "read write");
}

/// The page fits the screen, in light and dark, on phone and desktop; and a picture of each.
#[track_caller]
fn fits(browser: &Browser, page: &str) {
    for scheme in ["light", "dark"] {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
        for (screen, width, height) in [("desktop", 1280, 800), ("phone", 360, 740)] {
            let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": screen == "phone"});
            browser.devtools("Emulation.setDeviceMetricsOverride", metrics);
            let overflow = browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(overflow, 0, "{page} is wider than the {screen}");
            let file = screenshots().join(format!("{page}-{scheme}-{screen}.png"));
            std::fs::write(file, browser.screenshot()).expect("a screenshot");
        }
    }
}

/// Has the browser post a form with the parameters of this authorization request, from another site.
fn post_from_another_site(browser: &Browser, server: &str, url: &Url) {
    // Another name is another site.
    browser.open(&format!("{}/nothing", server.replace("127.0.0.1", "localhost")));
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let script = format!(
        "const form = document.createElement('form'); form.method = 'post'; form.action = '{server}/authorize'; form.id = 'foreign'; \
         for (const [name, value] of {}) {{ const field = document.createElement('input'); field.name = name; field.value = value; \
         form.append(field); }} document.body.append(form); HTMLFormElement.prototype.submit.call(form)",
        json!(fields)
    );
    browser.script(&script);
}

/// A form that another site has the browser post comes with what the browser knows, and stays a form.
#[test]
fn a_form_of_another_site_finds_who_is_signed_in() {
    let Some((example, browser)) = start() else { return };
    let url = authorization_url(&example, &browser, &[]);
    browser.open(url.as_str());
    sign_in(&browser, "wonderland");
    assert!(browser.has("#consent-approve"));
    post_from_another_site(&browser, &example.server, &url);
    assert_eq!(browser.text("#account"), "alice");
    assert_eq!(browser.url(), format!("{}/authorize", example.server), "nothing in the address");
}

/// Browsers apply the policy that a proxy adds beside that of the page: no script runs, and the form has a button.
#[test]
fn a_policy_of_the_proxy_leaves_people_a_button() {
    if !nginx::is_installed() {
        return;
    }
    let port = nginx::free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let Some((example, browser)) = start_with(&["--issuer", &issuer]) else { return };
    let site = format!(
        "server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {}; add_header Content-Security-Policy \"default-src 'self'\" always; }} }}",
        example.server
    );
    let _proxy = Nginx::start(&site, port, &[]);
    let url = authorization_url(&example, &browser, &[("response_mode", "form_post")]);
    assert!(url.as_str().starts_with(&issuer), "{url}");
    browser.open(url.as_str());
    sign_in(&browser, "wonderland");
    browser.follow("#consent-approve");
    assert_eq!(browser.text("h1"), "Returning to the application");
    browser.follow("form button");
    assert_eq!(browser.text("#state"), query(url.as_str())["state"]);
    assert_eq!(redeem(&browser)["scope"], "read write");

    post_from_another_site(&browser, &issuer, &url);
    assert_eq!(browser.text("h1"), "One moment");
    browser.follow("form button");
    assert_eq!(browser.text("#account"), "alice");
    assert_eq!(browser.url(), format!("{issuer}/authorize"), "nothing in the address");
}

#[test]
fn pages_of_openid_connect_fit_the_screen() {
    let Some((example, browser)) = start_with(&["--openid"]) else { return };
    let claims = r#"{"userinfo":{"phone_number":{"essential":true},"address":null,"given_name#de":null,"groups":null}}"#;
    let scope = [("scope", "openid profile email read"), ("claims", claims), ("nonce", "n")];
    let url = authorization_url(&example, &browser, &scope);
    browser.open(url.as_str());
    sign_in(&browser, "wonderland");
    for words in ["See your phone number", "See your postal address", "See your name"] {
        assert!(browser.text("form").contains(words), "{}", browser.text("form"));
    }
    fits(&browser, "consent-with-claims");
    browser.follow("#consent-approve");
    assert!(!browser.text("#code").is_empty());
    browser.open(&format!("{}/account", example.server));
    fits(&browser, "account-signed-in-at");
    browser.open(&format!("{}/end_session", example.server));
    fits(&browser, "sign-out");
    browser.follow("#sign-out");
    assert!(browser.has("#signed-out"));
    fits(&browser, "signed-out");
}

#[test]
fn pages_fit_the_screen_in_light_and_dark_on_phone_and_desktop() {
    let Some((example, browser)) = start() else { return };
    let url = authorization_url(&example, &browser, &[]);
    let check = |page: &str| fits(&browser, page);
    check("start");
    browser.open(url.as_str());
    check("login");
    sign_in(&browser, "Wonderland");
    check("login-again");
    browser.fill("#password", "wonderland");
    browser.follow("#login-submit");
    check("consent");
    browser.follow("#consent-approve");
    check("callback");
    browser.follow("#walk-redeem");
    browser.follow("#walk-echo");
    check("walk");
    browser.follow("#to-account");
    check("account");
    browser.follow(".revoke");
    check("account-empty");
    browser.open(&format!("{}/authorize?client_id=unknown", example.server));
    check("error");
    browser.open(&format!("{}/nothing", example.server));
    check("not-found");
    browser.open(url.as_str());
    browser.follow("#consent-deny");
    check("denied");
    browser.open(&format!("{}/login", example.server));
    check("login-to-account");
}

fn screenshots() -> PathBuf {
    // target/<profile>/deps/<this test>
    let test = std::env::current_exe().expect("the path of this test");
    let directory = test.ancestors().nth(3).expect("target").join("screenshots");
    std::fs::create_dir_all(&directory).expect("a directory");
    directory
}
