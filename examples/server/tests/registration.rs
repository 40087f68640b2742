//! Clients that register themselves at the example `authorization_server` (`--registration`), and what its pages say of them.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/visitor.rs"]
mod visitor;

use example_process::Example;
use serde_json::{Value, json};
use visitor::Visitor;

const CALLBACK: &str = "http://127.0.0.1:9/callback";
const TOKEN: &str = "a-token-for-those-who-may-register-clients";

/// What a request to register is answered with.
async fn register(visitor: &Visitor, token: Option<&str>) -> (u16, Value) {
    let metadata = json!({
        "client_name": "Your \u{202e}bank", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let request = visitor.http.post(format!("{}/register", visitor.server));
    let request = request.header("content-type", "application/json").body(metadata.to_string());
    let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), serde_json::from_slice(&response.bytes().await.expect("a body")).unwrap_or_default())
}

#[tokio::test]
async fn a_stranger_is_named_as_one_and_people_are_asked_each_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("auth.db").to_str().expect("text").to_owned();
    let flags = ["--registration", "open", "--database", &database, "--samples", "--issuer", "http://localhost:8080"];
    let example = Example::start_with(&flags);
    let mut visitor = Visitor::of(&example);
    let (status, client) = register(&visitor, None).await;
    assert_eq!((status, client["client_name"].as_str()), (201, Some("Your \u{202e}bank")), "{client}");
    let id = client["client_id"].as_str().expect("an identifier");
    visitor.authorization_url = visitor.authorization_url.replace("sample-app", id);
    visitor.begin().await.assert(200, "<strong>Your bank</strong>");
    let page = visitor.sign_in("alice", "wonderland").await;
    page.assert(200, "id=\"stranger\"");
    page.assert(200, "<strong>127.0.0.1:9</strong>");
    page.assert(200, "any program there can say that it is this one");
    let allow = [("account", "alice"), ("scope", "read"), ("decision", "approve")];
    let answer = visitor.post("/consent", &allow).await;
    let location = answer.headers["location"].to_str().expect("a URL").to_owned();
    assert!(location.starts_with(&format!("{CALLBACK}?code=")), "{location}");
    // Again, although the same was allowed before.
    visitor.begin().await.assert(200, "id=\"stranger\"");
    // What is not valid takes nobody anywhere.
    let invalid = visitor.authorization_url.replace("response_type=code", "response_type=token");
    let page = visitor.get(&invalid).await;
    assert_eq!((page.status.as_u16(), page.headers.contains_key("location")), (400, false), "{}", page.text);

    // The client is in the database: it is there after a start, beside those of the file.
    example.stop();
    let example = Example::start_with(&flags);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.authorization_url = visitor.authorization_url.replace("sample-app", id);
    visitor.begin().await.assert(200, "<strong>Your bank</strong>");
}

#[tokio::test]
async fn registration_is_off_open_or_guarded() {
    let off = Example::start();
    assert_eq!(register(&Visitor::of(&off), None).await.0, 404);
    let guarded = Example::start_in(&["--registration", "token"], &[("REGISTRATION_TOKEN", TOKEN)]);
    let visitor = Visitor::of(&guarded);
    assert_eq!(register(&visitor, None).await.0, 401);
    assert_eq!(register(&visitor, Some("another-one-that-is-just-as-long-as-the-right-one")).await.0, 401);
    assert_eq!(register(&visitor, Some(TOKEN)).await.0, 201);
    let unset = Example::output(&["--registration", "token"]);
    let said = String::from_utf8_lossy(&unset.stderr);
    assert!(!unset.status.success() && said.contains("REGISTRATION_TOKEN"), "{said}");
    assert!(!Example::output(&["--registration", "perhaps"]).status.success());
}
