//! What operators start the example `authorization_server` with, and what they are told.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/program.rs"]
mod program;
#[path = "common/visitor.rs"]
mod visitor;

use example_process::Example;
use files::{file, write};
use program::{Program, SECRET, clients};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};
use visitor::Visitor;

const APPROVAL: [(&str, &str); 3] = [("account", "alice"), ("decision", "approve"), ("scope", "read")];

/// What an issuer may be called can mean something to a router, or be the path of a page.
#[tokio::test]
async fn every_issuer_is_served_at_its_path() {
    for path in ["/:t", "/*t", "/login", "/account", "/health", "/callback", "/a/:b", "/%7Bx%7D", "/authorize", "/token/"] {
        let example = Example::start_with(&["--issuer", &format!("http://localhost:8080{path}")]);
        let mut visitor = Visitor::of(&example);
        let path = path.trim_end_matches('/');
        let metadata = format!("{}/.well-known/oauth-authorization-server{path}", example.server);
        assert_eq!(visitor.http.get(metadata).send().await.expect("an answer").status(), 200, "{path}");
        visitor.get(&format!("{}/", visitor.server.clone())).await.assert(200, "Sample app");
        visitor.begin().await.assert(200, &format!("action=\"{path}/login\""));
        visitor.sign_in("alice", "wonderland").await.assert(200, &format!("action=\"{path}/consent\""));
        let answer = visitor.post("/consent", &APPROVAL).await;
        let location = answer.headers[LOCATION].to_str().expect("text").to_owned();
        assert!(location.starts_with(&format!("http://localhost:8080{path}/callback?code=")), "{location}");
        visitor.get(&format!("{}/account", visitor.server.clone())).await.assert(200, "Connected apps");
    }
}

#[test]
fn a_database_may_be_named_as_other_programs_name_it() {
    for prefix in ["", "sqlite:", "sqlite://"] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.db");
        let example = Example::start_with(&["--database", &format!("{prefix}{}", path.display())]);
        assert!(path.is_file() && example.printed.contains(&format!("kept in {}", path.display())), "{}", example.printed);
    }
    for (database, said) in [
        ("mysql://auth:hunter2@localhost/auth", "`mysql:` is no database"),
        ("file:x.db", "`file:` is no database"),
        ("postgres:hunter2", "`postgres:` is no database"),
        (":memory:", "leave the flag out"),
        ("sqlite::memory:", "leave the flag out"),
        ("sqlite:x.db?mode=rwc", "takes no parameters"),
        ("sqlite:", "the name of the file is empty"),
    ] {
        let refused = Example::output(&["--listen", "127.0.0.1:0", "--database", database]);
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{database}: {stderr}");
        assert!(stderr.contains(said) && !stderr.contains("hunter2"), "{database}: {stderr}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_mistake() {
    let directory = tempfile::tempdir().expect("a directory");
    let clients = write(directory.path(), "clients.json", "\u{feff}[]");
    let users = write(directory.path(), "users.json", "\u{feff}[{\"username\": \"bob\", \"password\": \"builder\"}]");
    let example = Example::start_with(&["--clients", &clients, "--users", &users, "--samples", "--strict"]);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("bob", "builder").await.assert(200, "Allow <em>Sample app</em>?");
}

/// The server with these flags: are there samples? It is announced whenever there are.
async fn has_samples(flags: &[&str]) -> bool {
    let example = Example::start_with(flags);
    let mut visitor = Visitor::of(&example);
    let page = visitor.begin().await;
    let known = page.status == 200;
    assert_eq!(example.printed.contains("the user alice with the password wonderland"), known, "{flags:?}: {}", example.printed);
    // Printed for who can do it: there is no proxy, and so nothing behind an https issuer.
    let is_https = flags.iter().any(|flag| flag.starts_with("https"));
    assert_eq!(example.printed.contains("curl"), known && !is_https, "{}", example.printed);
    let start = visitor.get(&format!("{}/", visitor.server.clone())).await;
    assert_eq!(start.text.contains("in the terminal"), known, "{flags:?}: {}", start.text);
    let log = example.stop();
    assert_eq!(log.contains("password everybody knows"), known && is_https, "{flags:?}: {log}");
    known
}

#[tokio::test]
async fn samples_are_there_on_loopback_without_a_file_or_where_they_were_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let clients = write(directory.path(), "clients.json", "[]");
    let users = write(directory.path(), "users.json", "[{\"username\": \"bob\", \"password\": \"builder\"}]");
    let database = directory.path().join("auth.db").to_str().expect("text").to_owned();
    let https = ["--issuer", "https://auth.example.com", "--database", &database];
    for (flags, expected) in [
        (&[][..], true),
        (&["--database", &database], true),
        (&["--clients", &clients], false),
        (&["--users", &users], false),
        (&["--clients", &clients, "--users", &users], false),
        (&["--clients", &clients, "--users", &users, "--samples"], true),
        (&https, false),
        (&[&https[..], &["--clients", &clients]].concat(), false),
        (&[&https[..], &["--samples"]].concat(), true),
    ] {
        assert_eq!(has_samples(flags).await, expected, "{flags:?}");
    }
}

#[tokio::test]
async fn nobody_is_alice_unless_there_are_samples() {
    let app = json!([{"client_id": "sample-app", "client_name": "Own app", "token_endpoint_auth_method": "none",
                      "redirect_uris": ["http://127.0.0.1:3000/cb"]}]);
    let (_directory, clients) = file("clients.json", &app);
    let example = Example::start_with(&["--clients", &clients]);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "<strong>Own app</strong>");
    visitor.sign_in("alice", "wonderland").await.assert(200, "is wrong");
    let start = visitor.get(&format!("{}/", visitor.server.clone())).await;
    start.assert(200, "register a public client that comes back here");
    let log = example.stop();
    assert!(log.contains("nobody can sign in") && log.contains("--users"), "{log}");

    // A sample does not take the place of what the operator has.
    let refused = Example::output(&["--listen", "127.0.0.1:0", "--clients", &clients, "--samples"]);
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && stderr.contains("the client_id \"sample-app\" as well"), "{stderr}");
}

#[test]
fn what_is_left_out_is_explained_by_flags() {
    let public = |id: &str, member: &str, value: Value| json!({"client_id": id, "token_endpoint_auth_method": "none", "redirect_uris": ["https://client.example/cb"], member: value});
    let (_directory, clients) = file(
        "clients.json",
        &json!([
            {"client_id": "a", "client_secret": SECRET, "grant_types": ["password"]},
            public("b", "scope", json!("admin")),
            public("c", "redirect_uris", json!(["vscode://client/cb"])),
            public("d", "response_types", json!(["code", "none"])),
            {"client_id": "e", "client_secret": "", "grant_types": ["client_credentials"]},
        ]),
    );
    let log = Example::start_with(&["--clients", &clients]).stop();
    for said in ["--profile rfc6749", "add it to --scopes", "--private-use-schemes", "`none` is only there with", "is empty"] {
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(!log.contains("`.") && !log.contains("::"), "no code: {log}");
}

/// What is logged of a token that is issued and a page that is shown.
async fn logged(flags: &[&str], variables: &[(&str, &str)]) -> String {
    let example = Example::start_in(flags, variables);
    let secret = example.printed.split("-u sample-job:").nth(1).and_then(|rest| rest.split(' ').next()).expect("a secret");
    let visitor = Visitor::of(&example);
    let request = visitor.http.post(format!("{}/token", visitor.server)).basic_auth("sample-job", Some(secret));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    assert_eq!(visitor.http.get(format!("{}/health", visitor.server)).send().await.expect("an answer").status(), 200);
    example.stop()
}

#[tokio::test]
async fn nothing_is_logged_for_each_token_or_request_unless_it_is_asked_for() {
    for (flags, variables, lines, tokens) in [
        (&[][..], &[][..], false, false),
        (&[], &[("RUST_LOG", "info")], true, true),
        (&["--log", "info"], &[("RUST_LOG", "error")], true, true),
        (&["--log", "info,access=off"], &[], false, true),
        (&["--log=warn,access=info"], &[], true, false),
        (&["--log", "off"], &[("RUST_LOG", "info")], false, false),
        (&[], &[("RUST_LOG", "no,such==filter")], false, false),
    ] {
        let log = logged(flags, variables).await;
        assert_eq!(log.contains("path=/token status=200") && log.contains("path=/health status=200"), lines, "{flags:?}: {log}");
        assert_eq!(log.contains("tokens issued"), tokens, "{flags:?}: {log}");
        let is_started = flags.is_empty() || flags.iter().any(|flag| flag.starts_with("info"));
        assert_eq!(log.contains("listening") && log.contains("stopped"), is_started, "{flags:?} {variables:?}: {log}");
        assert_eq!(log.contains("RUST_LOG is not used"), variables.first().is_some_and(|(_, filter)| filter.contains("==")));
    }
    let refused = Example::output(&["--log", "no,such==filter"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}

#[test]
fn a_bad_flag_is_named_with_what_it_may_be() {
    for (flags, said) in [
        (&["--code-lifetime", "601"][..], "between 1 and 600 seconds, but was 601"),
        (&["--code-lifetime=x"], "not a whole number of seconds, from 1 to 600"),
        (&["--access-token-lifetime", "0"], "between 1 and 86400"),
        (&["--refresh-token-lifetime", "31536001"], "between 1 and 31536000"),
        (&["--retry-window", "61"], "between 0 and 60"),
        (&["--retry-window"], "needs a value"),
        (&["--strict=yes"], "takes no value"),
        (&["--profile", "fapi"], "oauth21, fapi2 or rfc6749"),
        (&["--scopes", ","], "at least one scope"),
        (&["--private-use-schemes", "cursor,https"], "\"https\" cannot be permitted"),
        (&["--issuer", "http://auth.example.com"], "loopback"),
        (&["--issuer", "https://auth.example.com/?a"], "query"),
        (&["--issuer", "https://auth.example.com"], "--database"),
        (&["--nonsense"], "unknown argument `--nonsense`"),
    ] {
        let refused = Example::output(flags);
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{flags:?}: {stderr}");
        assert!(stderr.contains(said), "{flags:?}: {stderr}");
    }
    let help = Example::output(&["--help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--retry-window SECONDS"));
}

#[tokio::test]
async fn a_client_that_cannot_be_served_is_named_and_left_out_or_fatal() {
    let public = |more: Value| {
        let mut client = json!({"token_endpoint_auth_method": "none", "redirect_uris": ["https://client.example/cb"]});
        client.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        client
    };
    for (bad, reason) in [
        (public(json!({"client_id": "b", "grant_types": ["password"], "response_types": []})), "grant type `password`"),
        (public(json!({"client_id": "b", "grant_types": ["authorization_code", "urn:x"]})), "`urn:x`"),
        (public(json!({"client_id": "b", "token_endpoint_auth_method": "private_key_jwt"})), "private_key_jwt"),
        (
            public(json!({"client_id": "b", "redirect_uris": ["https://client.example/cb", "http://client.example/cb"]})),
            "\"http://client.example/cb\": use https",
        ),
        (public(json!({"client_id": "b", "redirect_uris": ["vscode://client/cb"]})), "`vscode://client/cb`"),
        (public(json!({"client_id": "b", "redirect_uris": []})), "redirect"),
        (public(json!({"client_id": "b", "redirect_uris": "https://client.example"})), "`redirect_uris`: invalid type"),
        (public(json!({"client_id": "b", "scope": "admin"})), "scope `admin`"),
        (public(json!({"client_id": "b", "client_secret": 471147114711_u64})), "client_secret is not a text"),
        (public(json!({"client_id": "b", "access_token_lifetime": 0})), "between 1 and 86400"),
        (public(json!({"client_id": "b", "introspection": "all"})), "`introspection`"),
        (public(json!({"client_id": "b", "client_credentials": 1, "grant_types": ["client_credentials"]})), "client"),
        (json!({"client_id": "b", "redirect_uris": ["https://client.example/cb"]}), "client_secret"),
        (public(json!({})), "client_id"),
        (public(json!({"client_id": "job"})), "an earlier entry"),
        (json!(5), "not a JSON object"),
    ] {
        let mut entries = clients();
        entries.as_array_mut().expect("an array").push(bad.clone());
        let (_directory, path) = file("clients.json", &entries);
        let schemes = ["--private-use-schemes", "cursor"];
        let strict = Example::output(&[&["--listen", "127.0.0.1:0", "--clients", &path, "--strict"], &schemes[..]].concat());
        let stderr = String::from_utf8_lossy(&strict.stderr);
        assert_eq!(strict.status.code(), Some(1), "{bad}: {stderr}");
        assert!(stderr.contains("entry 4") && stderr.contains(reason), "{bad}: {stderr}");
        assert!(!stderr.contains("471147114711") && !stderr.contains(SECRET), "{stderr}");
        assert!(strict.stdout.is_empty(), "it does not listen");
    }
    let mut entries = clients();
    entries.as_array_mut().expect("an array").push(json!({"client_id": "jwt", "token_endpoint_auth_method": "x"}));
    let (_directory, path) = file("clients.json", &entries);
    let example = Example::start_with(&["--clients", &path, "--log", "info"]);
    let program = Program::of(&example);
    let (status, token) = program.post("/token", ("job", SECRET), &[("grant_type", "client_credentials")]).await;
    assert_eq!((status.as_u16(), &token["scope"]), (200, &"read write".into()), "the default scope: {token}");
    let token = token["access_token"].as_str().expect("a token");
    assert_eq!(program.post("/introspect", ("api", SECRET), &[("token", token)]).await.1["client_id"], "job");
    // Somebody encoded the `?`.
    assert_eq!(program.get(&format!("/token%3Fclient_secret={SECRET}"), None).await.status(), 404);
    let log = example.stop();
    assert!(log.contains("client_id \"jwt\"") && log.contains("left out"), "{log}");
    assert!(log.contains("path=/introspect status=200") && log.contains("path=none status=404"), "{log}");
    assert!(!log.contains(token) && !log.contains(SECRET), "{log}");
}

#[test]
fn a_file_that_cannot_be_read_is_fatal() {
    let (_directory, path) = file("clients.json", &json!({"client_id": "a"}));
    for (flag, path) in
        [("--clients", path.as_str()), ("--users", &path), ("--clients", "/nowhere"), ("--database", "/nowhere/file")]
    {
        let refused = Example::output(&["--listen", "127.0.0.1:0", flag, path]);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(path), "{refused:?}");
    }
}

#[tokio::test]
async fn users_come_from_a_file_and_bad_ones_are_left_out() {
    let (_directory, path) = file(
        "users.json",
        &json!([
            {"username": "bob", "password": "builder", "claims": {"sub": "u-1", "email": "bob@example.com"}, "shoe_size": 43},
            {"username": "", "password": "x"},
            {"username": "eve"},
            {"username": "mallory", "password": 471147114711_u64},
            {"username": "bob", "password": "again"},
            {"username": "carol", "password": "x", "claims": []},
        ]),
    );
    let strict = Example::output(&["--listen", "127.0.0.1:0", "--users", &path, "--strict"]);
    assert_eq!(strict.status.code(), Some(1), "{strict:?}");
    let example = Example::start_with(&["--users", &path, "--profile", "rfc6749", "--samples"]);
    let program = Program::of(&example);
    let request = [("grant_type", "password"), ("username", "bob"), ("password", "builder"), ("client_id", "sample-legacy")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(request).finish();
    let response =
        program.http.post(format!("{}/token", program.server)).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let token: Value =
        serde_json::from_slice(&response.body(body).send().await.expect("an answer").bytes().await.expect("a body"))
            .expect("JSON");
    let me = program.get("/me", token["access_token"].as_str()).await.text().await.expect("text");
    assert!(me.starts_with("Hello, bob!\n") && me.contains("bob@example.com"), "{me}");
    let log = example.stop();
    for said in ["entry 2", "entry 3 (username \"eve\")", "password is not a text", "same name", "entry 6"] {
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(!log.contains("471147114711") && !log.contains("builder"), "{log}");
}

/// Whoever writes to a pipe that nobody reads waits for ever. Requests do not, and neither does the end.
#[cfg(unix)]
#[tokio::test]
async fn nobody_has_to_read_the_log() {
    let example = Example::start_unread(&["--log", "info"]);
    let program = std::sync::Arc::new(Program::of(&example));
    // A pipe holds some hundred lines.
    let asking = (0..20).map(|_| {
        let program = program.clone();
        tokio::spawn(async move {
            for _ in 0..200 {
                assert_eq!(program.get("/health", None).await.status(), 200);
            }
        })
    });
    let asking: Vec<_> = asking.collect();
    for asked in asking {
        tokio::time::timeout(std::time::Duration::from_secs(60), asked).await.expect("answers").expect("each of them good");
    }
    example.ask_to_stop();
    let ended = example.ends_within(std::time::Duration::from_secs(20)).expect("it ends");
    assert!(ended.success(), "{ended}");
}

/// What is missing is said in the words of flags, and where a header was named that does not come, by the library.
#[tokio::test]
async fn that_no_source_is_limited_is_said_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("auth.db").to_str().expect("text").to_owned();
    let flags = ["--rate-limits", "--issuer", "https://auth.example.com", "--database", &database, "--log", "info"];
    for (more, by_flags) in [(&[][..], true), (&["--source-header", "x-real-ip"], false)] {
        let example = Example::start_with(&[&flags[..], more].concat());
        let (status, _) = Program::of(&example).post("/token", ("nobody", SECRET), &[("grant_type", "client_credentials")]).await;
        assert_eq!(status, 401);
        let log = example.stop();
        assert_eq!(log.contains("--rate-limits limits no source without --source-header"), by_flags, "{log}");
        assert_eq!(log.contains("RequestSource"), !by_flags, "{log}");
    }
}
