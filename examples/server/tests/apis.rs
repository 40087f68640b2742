//! The example `authorization_server` with several APIs (`--resource`).

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/program.rs"]
mod program;
#[path = "common/visitor.rs"]
mod visitor;

use example_process::Example;
use files::file;
use program::{Program, SECRET, clients};
use serde_json::json;
use visitor::Visitor;

const NOTES: &str = "https://notes.example.com";
const FLAGS: [&str; 3] = ["--resource", "https://notes.example.com=read", "--resource=https://example.com/?api=all="];

#[tokio::test]
async fn a_program_gets_tokens_for_the_api_that_it_names() {
    let (_directory, clients) = file("clients.json", &clients());
    let example = Example::start_with(&[&FLAGS[..], &["--clients", &clients]].concat());
    let program = Program::of(&example);
    let document = program.get_json("/.well-known/oauth-authorization-server").await;
    assert_eq!(document["protected_resources"], json!([NOTES, "https://example.com/?api=all"]));
    let ask = |resource: &'static str| {
        let program = &program;
        async move {
            let fields = [("grant_type", "client_credentials"), ("scope", "read write"), ("resource", resource)];
            program.post("/token", ("job", SECRET), &fields).await
        }
    };
    let (status, tokens) = ask("https://NOTES.example.com/").await;
    assert_eq!((status.as_u16(), &tokens["scope"]), (200, &json!("read")), "{tokens}");
    let token = tokens["access_token"].as_str().expect("a token");
    let (_, said) = program.post("/introspect", ("api", SECRET), &[("token", token)]).await;
    assert_eq!((&said["active"], &said["aud"]), (&json!(true), &json!(NOTES)), "{said}");
    // What the server itself protects is another API.
    assert_eq!(program.get("/api/echo", Some(token)).await.status(), 401);
    let (status, tokens) = ask("https://example.com/?api=all").await;
    assert_eq!((status.as_u16(), &tokens["scope"]), (200, &json!("read write")), "{tokens}");
    let (status, refused) = ask("https://other.example.com").await;
    assert_eq!((status.as_u16(), &refused["error"]), (400, &json!("invalid_target")), "{refused}");
}

/// With `--scope-implies`: whoever may write may read, also at the page that wants `read`.
#[tokio::test]
async fn a_scope_implies_others_where_it_is_said() {
    let (_directory, clients) = file("clients.json", &clients());
    for (flags, status) in [(&["--scope-implies", "write=read"][..], 200), (&[], 403)] {
        let example = Example::start_with(&[flags, &["--clients", &clients]].concat());
        let program = Program::of(&example);
        let fields = [("grant_type", "client_credentials"), ("scope", "write")];
        let (_, tokens) = program.post("/token", ("job", SECRET), &fields).await;
        // It says what was granted.
        assert_eq!(tokens["scope"], "write", "{tokens}");
        assert_eq!(program.get("/api/echo", tokens["access_token"].as_str()).await.status(), status, "{flags:?}");
    }
    for (implication, problem) in [
        ("write", "is not SCOPE=SCOPES"),
        ("write=admin", "the scope `admin` is not among --scopes"),
        ("write=write", "`write` implies itself"),
    ] {
        let output = Example::output(&["--scope-implies", implication]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(problem), "{implication}: {said}");
    }
}

#[tokio::test]
async fn a_person_sees_which_apis_an_app_is_going_to_use() {
    let example = Example::start_with(&FLAGS);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    let page = visitor.sign_in("alice", "wonderland").await;
    assert!(!page.text.contains("It wants to use"), "{}", page.text);
    visitor.authorization_url.push_str("&resource=https://Notes.example.com");
    let page = visitor.begin().await;
    page.assert(200, &format!("<ul id=\"resources\"><li>{NOTES}</li></ul>"));
}

/// Without the flag the parameter means nothing.
#[tokio::test]
async fn without_the_flag_resources_are_ignored() {
    let (_directory, clients) = file("clients.json", &clients());
    let example = Example::start_with(&["--clients", &clients]);
    let program = Program::of(&example);
    let fields = [("grant_type", "client_credentials"), ("scope", "read"), ("resource", "not even a URI")];
    assert_eq!(program.post("/token", ("job", SECRET), &fields).await.0.as_u16(), 200);
    let document = program.get_json("/.well-known/oauth-authorization-server").await;
    assert!(document.get("protected_resources").is_none(), "{document}");
}

#[test]
fn what_is_no_resource_is_refused_at_the_start() {
    for (value, said) in [
        ("notes=read", "absolute URI"),
        ("https://notes.example.com#a=read", "no fragment"),
        ("https://notes.example.com=admin", "`admin`, which is not among --scopes"),
        ("https://notes.example.com=re\"ad", "character"),
    ] {
        let refused = Example::output(&["--listen", "127.0.0.1:0", "--resource", value]);
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{value}: {stderr}");
        assert!(stderr.contains("--resource: ") && stderr.contains(said), "{value}: {stderr}");
    }
    let twice = ["--resource", "https://notes.example.com", "--resource", "https://notes.example.com/"];
    let refused = Example::output(&[&["--listen", "127.0.0.1:0"][..], &twice].concat());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is there twice"), "{refused:?}");
}
