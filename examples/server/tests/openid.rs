//! The example server with `--openid`: people sign in, see what an application wants to know, and the application gets to know it.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/program.rs"]
mod program;
#[path = "common/section.rs"]
mod section;
#[path = "common/visitor.rs"]
mod visitor;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use example_process::Example;
use program::Program;
use reqwest::header::LOCATION;
use section::{has, printed, run_section};
use serde_json::Value;
use visitor::{Page, Visitor};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Goes to the authorization endpoint with these parameters besides.
async fn begin(visitor: &mut Visitor, more: &[(&str, &str)]) -> Page {
    let query = [
        ("response_type", "code"),
        ("client_id", "sample-app"),
        ("scope", "openid profile"),
        ("nonce", "n"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).extend_pairs(more).finish();
    let url = format!("{}/authorize?{query}", visitor.server);
    visitor.get(&url).await
}

/// The parameters with which the application is answered.
fn answered(page: &Page) -> HashMap<String, String> {
    let location = page.headers.get(LOCATION).unwrap_or_else(|| panic!("no redirect: {}", page.text)).to_str().expect("text");
    let (_, query) = location.split_once('?').expect("a query");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

async fn tokens(program: &Program, code: &str, redirect_uri: &str) -> Value {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", "sample-app"),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    token(program, &fields).await
}

async fn token(program: &Program, fields: &[(&str, &str)]) -> Value {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = program.http.post(format!("{}/token", program.server)).body(body);
    let response = request.header("content-type", "application/x-www-form-urlencoded").send().await.expect("an answer");
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
}

fn claims(tokens: &Value) -> Value {
    let text = tokens["id_token"].as_str().unwrap_or_else(|| panic!("no ID token: {tokens}"));
    let payload = URL_SAFE_NO_PAD.decode(text.split('.').nth(1).expect("a payload")).expect("base64url");
    serde_json::from_slice(&payload).expect("JSON")
}

#[test]
fn the_lines_that_it_prints_show_who_the_person_is_and_name_the_apis() {
    if !(has("curl") && has("bash")) {
        return;
    }
    let example = Example::start_with(&["--openid", "--resource", "https://calendar.example.com=read"]);
    assert!(example.printed.contains("-d resource=https://calendar.example.com\n"), "{}", example.printed);
    let ran = run_section(&example, "2");
    let [tokens, opened, person, _] = printed(&ran)[..] else { panic!("{ran:?}") };
    assert!(tokens.contains("\"id_token\":") && opened.starts_with("Hello, alice!\n"), "{ran:?}");
    let person: Value = serde_json::from_str(person).expect("JSON");
    assert_eq!((&person["sub"], &person["name"]), (&"alice".into(), &"Alice Liddell".into()));
}

#[tokio::test]
async fn an_application_gets_to_know_who_signed_in_and_what_the_person_allows() {
    let example = Example::start_with(&["--openid"]);
    let (mut visitor, program) = (Visitor::of(&example), Program::of(&example));
    let metadata = program.get_json("/.well-known/openid-configuration").await;
    assert_eq!(metadata["scopes_supported"], serde_json::json!(["read", "write", "openid", "profile", "email"]));

    // Nobody is signed in, and nothing may be shown.
    assert_eq!(answered(&begin(&mut visitor, &[("prompt", "none")]).await)["error"], "login_required");
    let wanted = r#"{"userinfo":{"email":{"essential":true},"phone_number":null},"id_token":{"acr":null}}"#;
    begin(&mut visitor, &[("claims", wanted)]).await.assert(200, "Sign in");
    let consent = visitor.sign_in("alice", "wonderland").await;
    consent.assert(200, "Know who you are");
    consent.assert(200, "See your name, your picture and the like");
    consent.assert(200, r#"name="claim" value="email" checked><span>See your e-mail address"#);
    consent.assert(200, r#"name="claim" value="phone_number" checked"#);
    assert!(!consent.text.contains(r#"value="acr""#), "{}", consent.text);
    // The person strikes one out.
    let fields = [("decision", "approve"), ("account", "alice"), ("scope", "openid"), ("scope", "profile"), ("claim", "email")];
    let front = answered(&visitor.post("/consent", &fields).await);
    let tokens_of = tokens(&program, &front["code"], &format!("{}/callback", example.server)).await;
    let id_token = claims(&tokens_of);
    assert_eq!(
        (&id_token["sub"], &id_token["nonce"], &id_token["amr"]),
        (&"alice".into(), &"n".into(), &serde_json::json!(["pwd"]))
    );
    let userinfo = program.get("/userinfo", tokens_of["access_token"].as_str()).await;
    let userinfo: Value = serde_json::from_slice(&userinfo.bytes().await.expect("a body")).expect("JSON");
    assert_eq!((&userinfo["name"], &userinfo["email"]), (&"Alice Liddell".into(), &"alice@example.com".into()));

    // What was allowed in this session is not asked for again where nothing may be shown; something else is refused then.
    let silent = answered(&begin(&mut visitor, &[("prompt", "none")]).await);
    let again = claims(&tokens(&program, &silent["code"], &format!("{}/callback", example.server)).await);
    assert_eq!(again["auth_time"], id_token["auth_time"]);
    let more = begin(&mut visitor, &[("prompt", "none"), ("claims", wanted)]).await;
    assert_eq!(answered(&more)["error"], "consent_required");
    // And a sign-in that is asked for is one. Moments are counted in seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    begin(&mut visitor, &[("prompt", "login")]).await.assert(200, "id=\"login-submit\"");
    begin(&mut visitor, &[("prompt", "select_account")]).await.assert(200, "id=\"login-submit\"");
    begin(&mut visitor, &[("max_age", "3600")]).await.assert(200, "id=\"consent-approve\"");
    // A form of before does not get around it.
    begin(&mut visitor, &[("prompt", "login")]).await;
    visitor.post("/consent", &fields).await.assert(200, "Sign in again to go on.");
}

/// Alice signs in, and allows the application what it asks for: its tokens.
async fn allowed(visitor: &mut Visitor, program: &Program, server: &str) -> Value {
    begin(visitor, &[]).await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "Know who you are");
    let fields = [("decision", "approve"), ("account", "alice"), ("scope", "openid"), ("scope", "profile")];
    let front = answered(&visitor.post("/consent", &fields).await);
    tokens(program, &front["code"], &format!("{server}/callback")).await
}

/// What an application is answered where nothing may be shown.
async fn silently(visitor: &mut Visitor) -> String {
    let mut answer = answered(&begin(visitor, &[("prompt", "none")]).await);
    answer.remove("error").unwrap_or_else(|| answer.remove("code").map(|_| "a code".to_owned()).expect("a code"))
}

#[tokio::test]
async fn what_was_taken_back_does_not_come_back_without_a_question() {
    let example = Example::start_with(&["--openid"]);
    let (mut here, mut there, program) = (Visitor::of(&example), Visitor::of(&example), Program::of(&example));
    for visitor in [&mut here, &mut there] {
        allowed(visitor, &program, &example.server).await;
        assert_eq!(silently(visitor).await, "a code");
    }
    let page = here.get(&format!("{}/account", example.server)).await;
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
    assert_eq!(here.post_form("/account/revoke", &[("csrf", csrf), ("client", "sample-app")]).await.status, 303);
    // In no browser of hers.
    for visitor in [&mut here, &mut there] {
        assert_eq!(silently(visitor).await, "consent_required");
    }
    // Until she is asked, and allows it again: where she did.
    begin(&mut here, &[]).await.assert(200, "id=\"consent-approve\"");
    let fields = [("decision", "approve"), ("account", "alice"), ("scope", "openid"), ("scope", "profile")];
    assert!(answered(&here.post("/consent", &fields).await).contains_key("code"));
    assert_eq!((silently(&mut here).await, silently(&mut there).await), ("a code".to_owned(), "consent_required".to_owned()));
}

#[tokio::test]
async fn an_approval_that_came_to_nothing_is_not_remembered() {
    let example = Example::start_with(&["--openid"]);
    let mut visitor = Visitor::of(&example);
    begin(&mut visitor, &[]).await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "Know who you are");
    let decide = |decision| [("decision", decision), ("account", "alice"), ("scope", "openid"), ("scope", "profile")];
    assert_eq!(answered(&visitor.post("/consent", &decide("deny")).await)["error"], "access_denied");
    // Back, and the other button.
    visitor.post("/consent", &decide("approve")).await.assert(400, "completed before");
    assert_eq!(silently(&mut visitor).await, "consent_required");
    // What goes to the application in a form is an answer, and an error in one is none.
    for (scopes, then) in [(&[][..], "consent_required"), (&[("scope", "openid"), ("scope", "profile")], "a code")] {
        begin(&mut visitor, &[("response_mode", "form_post")]).await.assert(200, "id=\"consent-approve\"");
        let fields = [&[("decision", "approve"), ("account", "alice")], scopes].concat();
        visitor.post("/consent", &fields).await.assert(200, "Returning to the application");
        assert_eq!(silently(&mut visitor).await, then);
    }
}

#[tokio::test]
async fn people_sign_out_of_the_application_and_of_everything() {
    for flags in [&["--openid"][..], &["--openid", "--jwt"]] {
        let example = Example::start_with(flags);
        let (mut visitor, program) = (Visitor::of(&example), Program::of(&example));
        let metadata = program.get_json("/.well-known/openid-configuration").await;
        assert_eq!(metadata["end_session_endpoint"], format!("{}/end_session", example.server));
        let first = allowed(&mut visitor, &program, &example.server).await;
        assert!(claims(&first)["sid"].is_string());

        // Without an ID token they are asked.
        let asked = visitor.get(&format!("{}/end_session", example.server)).await;
        asked.assert(200, "id=\"sign-out\"");
        visitor.get(&format!("{}/account", example.server)).await.assert(200, "Signed in at");
        let hint = first["id_token"].as_str().expect("an ID token");
        let page = visitor.get(&format!("{}/end_session?id_token_hint={hint}", example.server)).await;
        page.assert(200, "id=\"signed-out\"");
        assert_eq!(answered(&begin(&mut visitor, &[("prompt", "none")]).await)["error"], "login_required");
    }
}

#[tokio::test]
async fn people_sign_out_everywhere() {
    let example = Example::start_with(&["--openid"]);
    let (mut here, mut there, program) = (Visitor::of(&example), Visitor::of(&example), Program::of(&example));
    let tokens = [allowed(&mut here, &program, &example.server).await, allowed(&mut there, &program, &example.server).await];
    let page = here.get(&format!("{}/account", example.server)).await;
    page.assert(200, "id=\"sign-out-everywhere\"");
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
    here.post_form("/account/sign-out-everywhere", &[("csrf", csrf)]).await.assert(200, "id=\"signed-out\"");
    for visitor in [&mut here, &mut there] {
        assert_eq!(answered(&begin(visitor, &[("prompt", "none")]).await)["error"], "login_required");
    }
    for tokens in tokens {
        let refresh_token = tokens["refresh_token"].as_str().expect("a refresh token");
        let fields = [("grant_type", "refresh_token"), ("client_id", "sample-app"), ("refresh_token", refresh_token)];
        assert_eq!(token(&program, &fields).await["error"], "invalid_grant");
    }
}

#[test]
fn flags_that_do_not_go_with_it_are_named() {
    for (flags, words) in [
        (&["--openid", "--profile", "rfc6749"][..], "--openid needs the profile oauth21"),
        (&["--openid", "--signing-keys", "key.pem"], "--openid keeps its keys itself"),
        (&["--openid", "--database", "x.db"], "--openid with --database needs --signing-keys store"),
        (&["--openid", "--signing-keys", "store"], "--signing-keys store needs --database"),
    ] {
        let output = Example::output(flags);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{flags:?}: {said}");
    }
}
