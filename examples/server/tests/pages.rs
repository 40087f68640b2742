//! What the pages of the example `authorization_server` say.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/visitor.rs"]
mod visitor;

use std::collections::BTreeMap;

use example_process::Example;
use files::file;
use serde_json::{Value, json};
use visitor::{Page, Visitor};

const APPROVE: [(&str, &str); 2] = [("account", "alice"), ("decision", "approve")];

async fn allow(visitor: &mut Visitor, scopes: &[&str]) {
    visitor.begin().await.assert(200, "signed in as");
    let scopes = scopes.iter().map(|scope| ("scope", *scope));
    let fields: Vec<_> = APPROVE.into_iter().chain(scopes).collect();
    assert_eq!(visitor.post("/consent", &fields).await.status, 303);
}

async fn account(visitor: &mut Visitor) -> Page {
    visitor.get(&format!("{}/account", visitor.server.clone())).await
}

#[tokio::test]
async fn an_application_that_was_allowed_twice_is_one_entry_with_all_that_it_may_in_words() {
    let example = Example::start_with(&["--scopes", "read,write,mail"]);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    allow(&mut visitor, &["read"]).await;
    visitor.authorization_url = visitor.authorization_url.replace("read+write", "write+mail");
    allow(&mut visitor, &["write", "mail"]).await;
    let page = account(&mut visitor).await;
    page.assert(200, "<h1>Connected apps</h1>");
    assert_eq!(page.text.matches("Revoke access</button>").count(), 1, "{}", page.text);
    for may in ["<li>See your notes</li>", "<li>Change your notes</li>", "<li>Use <code>mail</code></li>"] {
        assert!(page.text.contains(may), "{may}: {}", page.text);
    }
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
    assert_eq!(visitor.post_form("/account/revoke", &[("csrf", csrf), ("client", "sample-app")]).await.status, 303);
    account(&mut visitor).await.assert(200, "No application has access");
}

#[tokio::test]
async fn an_application_that_is_gone_can_still_be_taken_off_the_list() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("auth.db").to_str().expect("text").to_owned();
    let (_directory, clients) = file("clients.json", &json!([]));
    let (_directory, users) = file("users.json", &json!([{"username": "alice", "password": "wonderland"}]));
    let common = ["--database", &database, "--issuer", "http://localhost:8080"];
    let example = Example::start_with(&common);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    allow(&mut visitor, &["read"]).await;
    example.stop();

    let example = Example::start_with(&[&common[..], &["--clients", &clients, "--users", &users]].concat());
    visitor.server.clone_from(&example.server);
    let page = account(&mut visitor).await;
    page.assert(200, "<strong>sample-app</strong><p>This application is not registered here any more.</p>");
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value");
    assert_eq!(visitor.post_form("/account/revoke", &[("csrf", csrf), ("client", "sample-app")]).await.status, 303);
    account(&mut visitor).await.assert(200, "No application has access");
}

#[tokio::test]
async fn the_consent_page_says_where_the_answer_goes_with_the_port() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    let host = example.server.replace("http://", "");
    visitor.sign_in("alice", "wonderland").await.assert(200, &format!("<strong id=\"redirect-host\">{host}</strong>"));
}

#[tokio::test]
async fn the_consent_page_leads_to_what_the_application_wants_people_to_read() {
    let (_directory, clients) = file(
        "clients.json",
        &json!([{"client_id": "notes", "token_endpoint_auth_method": "none", "redirect_uris": ["https://client.example/cb"],
            "scope": "read", "policy_uri": "https://client.example/privacy?a=1&b=2", "logo_uri": "https://client.example/logo"}]),
    );
    let (_directory, users) = file("users.json", &json!([{"username": "alice", "password": "wonderland"}]));
    let example = Example::start_with(&["--clients", &clients, "--users", &users]);
    let mut visitor = Visitor::of(&example);
    let pkce = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    visitor.get(&format!("{}/authorize?response_type=code&client_id=notes&{pkce}", example.server)).await.assert(200, "Sign in");
    let page = visitor.sign_in("alice", "wonderland").await;
    page.assert(
        200,
        "<a id=\"client-policy\" href=\"https://client.example/privacy?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener",
    );
    assert!(!page.text.contains("client-terms") && !page.text.contains("logo"), "{}", page.text);
}

#[tokio::test]
async fn pages_say_whose_they_are() {
    for (flags, name) in [(&[][..], None), (&["--name", "Notes & Co"], Some("Notes &amp; Co"))] {
        let example = Example::start_with(flags);
        let mut visitor = Visitor::of(&example);
        let name = name.map_or_else(|| example.server.replace("http://", ""), str::to_owned);
        let server = visitor.server.clone();
        for (path, title) in [
            ("/", "Sample app"),
            ("/login", "Sign in"),
            ("/account", "Sign in"),
            ("/nothing", "Page not found"),
            ("/callback?error=access_denied", "Access denied"),
            ("/authorize?client_id=unknown", "This did not work"),
        ] {
            let page = visitor.get(&format!("{server}{path}")).await;
            assert!(page.text.contains(&format!("<title>{title} · {name}</title>")), "{path}: {}", page.text);
            assert!(page.text.contains(&format!("<p class=\"server\">{name}</p>")), "{path}: {}", page.text);
        }
    }
}

/// There is no way on that leads somewhere else.
#[tokio::test]
async fn the_way_on_leads_where_the_person_came_from() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    let server = visitor.server.clone();
    let on = |page: &Page| {
        let link = page.text.split("<a id=\"on\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        link.map(str::to_owned)
    };
    // From an application: its page is not ours to link to.
    let page = visitor.get(&format!("{server}/authorize?client_id=unknown")).await;
    page.assert(400, "Go back to the application that sent you here");
    assert_eq!(on(&page), None);
    let page = visitor.post_form("/account/revoke", &[]).await;
    assert_eq!(on(&page).as_deref(), Some("/account"));
    let page = visitor.post_form("/login", &[]).await;
    assert_eq!(on(&page).as_deref(), Some("/account"));
    let page = visitor.get(&format!("{server}/walk")).await;
    assert_eq!(on(&page).as_deref(), Some("/"));
    // From the sample app, which is here.
    visitor.get(&format!("{server}/")).await.assert(200, "Sample app");
    let page = visitor.get(&format!("{server}/authorize?client_id=unknown")).await;
    page.assert(400, "Start again</a>");
    assert_eq!(on(&page).as_deref(), Some("/"));
}

/// The colours of a style sheet: light ones first, then the dark ones.
fn colours(style: &str) -> [BTreeMap<&str, &str>; 2] {
    let (light, dark) = style.split_once("prefers-color-scheme: dark").expect("both");
    let dark = dark.split("\n}").next().expect("a block");
    [light, dark].map(|block| {
        let pairs = block.split(['{', ';', '}']).filter_map(|pair| pair.trim().strip_prefix("--")?.split_once(": "));
        pairs.map(|(name, colour)| (name, colour.trim())).collect()
    })
}

#[tokio::test]
async fn the_librarys_own_pages_look_as_these_do() {
    let library = colours(include_str!("../../../src/http/page.css"));
    let example = Example::start();
    let visitor = Visitor::of(&example);
    let style = visitor.http.get(format!("{}/style.css", visitor.server)).send().await.expect("an answer");
    let style = style.text().await.expect("text");
    for (ours, own) in library.iter().zip(colours(&style)) {
        assert!(ours.len() >= 7, "{ours:?}");
        for (name, colour) in ours {
            assert_eq!(own.get(name), Some(colour), "{name}");
        }
    }
}

/// Who clicks twice, or loads the page again, sees what the first click did.
#[tokio::test]
async fn a_device_that_was_let_in_by_a_double_click_is_connected() {
    let example = Example::start_with(&["--device"]);
    let mut visitor = Visitor::of(&example);
    let asked = async |visitor: &mut Visitor| {
        let asks = [("client_id", "sample-tv"), ("scope", "read")];
        let codes: Value = serde_json::from_str(&visitor.post_form("/device_authorization", &asks).await.text).expect("JSON");
        let user_code = codes["user_code"].as_str().expect("a code");
        visitor.post_form("/device", &[("user_code", user_code)]).await.assert(200, "Is this your device?");
    };
    asked(&mut visitor).await;
    visitor.post("/device/continue", &[("decision", "continue")]).await.assert(200, "Sign in</button>");
    let page = visitor.post("/device/sign-in", &[("username", "alice"), ("password", "wonderland")]).await;
    page.assert(200, "Let the device in?");
    let allow = [APPROVE[0], APPROVE[1], ("scope", "read")];
    for _ in 0..2 {
        visitor.post("/device/decide", &allow).await.assert(200, "The device is connected");
    }
    // Whoever changes their mind is not told that it was done.
    visitor.post("/device/decide", &[APPROVE[0], ("decision", "deny")]).await.assert(400, "This code is not known");
    account(&mut visitor).await.assert(200, "Sample television");

    asked(&mut visitor).await;
    for _ in 0..2 {
        visitor.post("/device/continue", &[("decision", "deny")]).await.assert(200, "The device was refused");
    }
    visitor.post("/device/decide", &allow).await.assert(400, "This code is not known");
}
