//! The example `authorization_server` does what it prints: every command of its instructions is run exactly as it stands there.
//! And its pages hold against what is not in the instructions. How they do in a browser is in `browser.rs`.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "../../../tests/common/postgres.rs"]
mod postgres;
#[path = "common/program.rs"]
mod program;
#[path = "common/section.rs"]
mod section;
#[path = "common/visitor.rs"]
mod visitor;

use example_process::Example;
use files::file;
use postgres::Cluster;
use program::{Program, SECRET, clients};
use reqwest::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use section::{has, printed, run_section};
use serde_json::Value;
use visitor::{Page, Visitor};

fn json(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn assert_token(response: &Value, scope: &str) {
    assert_eq!(response["token_type"], "Bearer", "{response}");
    assert_eq!(response["access_token"].as_str().map(str::len), Some(47), "{response}");
    assert_eq!(response["scope"].as_str().unwrap_or(scope), scope, "{response}");
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
    let (greeting, claims) = opened.split_once('\n').expect("two lines");
    assert_eq!((greeting, &json(claims)["name"]), ("Hello, alice!", &"Alice Liddell".into()));
    assert_token(&refreshed, "read write");
    assert_ne!(tokens["access_token"], refreshed["access_token"]);
    assert_ne!(tokens["refresh_token"], refreshed["refresh_token"]);
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_when_asked_to() {
    let example = Example::start();
    // As browsers do: a connection on which nothing is asked.
    let _idle = std::net::TcpStream::connect(example.server.replace("http://", "")).expect("a connection");
    example.ask_to_stop();
    assert!(example.wait().success());
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let refused = Example::output(&["--listen", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("0.0.0.0:0 is not a loopback address"), "{refused:?}");
}

// shows: RFC6749-10.12-05
#[tokio::test]
async fn a_form_is_good_in_its_browser_until_the_request_is_decided() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    let handle = visitor.handle.clone();

    let mut other = Visitor::of(&example);
    other.begin().await.assert(200, "Sign in");
    other.handle.clone_from(&handle);
    other.sign_in("alice", "wonderland").await.assert(400, "This did not work");
    assert!(other.session().is_none());

    // That took nothing from the one it belongs to.
    visitor.sign_in("alice", "wonderland").await.assert(200, "Allow <em>Sample app</em>?");
    assert_eq!(visitor.handle, handle);
}

#[tokio::test]
async fn d76_only_the_right_password_of_the_right_person_signs_in() {
    let example = Example::start();
    for (username, password, next) in [
        ("alice", "wrong", "/login"),
        ("alice", "", "/login"),
        ("bob", "wonderland", "/login"),
        ("", "wonderland", "/login"),
        ("alice", "wonderland", "/consent"),
    ] {
        let mut visitor = Visitor::of(&example);
        visitor.begin().await.assert(200, "Sign in");
        let page = visitor.sign_in(username, password).await;
        page.assert(200, &format!(r#"<form method="post" action="{next}">"#));
    }
}

/// A double click, Enter twice, a reload of the page that answered: the second answer is the first one. And Back leads back.
#[tokio::test]
async fn whoever_clicks_twice_gets_what_they_clicked_first() {
    let example = Example::start();
    for decision in ["approve", "deny"] {
        let mut visitor = Visitor::of(&example);
        visitor.begin().await.assert(200, "Sign in");
        for _ in 0..2 {
            visitor.sign_in("alice", "wonderland").await.assert(200, "Allow <em>Sample app</em>?");
        }
        let decide = [("account", "alice"), ("decision", decision), ("scope", "read"), ("scope", "write")];
        let first = visitor.post("/consent", &decide).await;
        let second = visitor.post("/consent", &decide).await;
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303));
        assert_eq!(first.headers[LOCATION], second.headers[LOCATION]);

        // Another decision is none.
        let other = if decision == "deny" { "approve" } else { "deny" };
        let other = [("account", "alice"), ("decision", other), ("scope", "read"), ("scope", "write")];
        visitor.post("/consent", &other).await.assert(400, "completed before");
    }
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

// shows: RFC6749-10.2-05, RFC6749-10.12-05, RFC8252-8.6-01, RFC8252-8.6-02
#[tokio::test]
async fn consent_counts_for_the_person_who_was_asked() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    visitor.post("/consent", &[("account", "bob"), ("decision", "approve"), ("scope", "read")]).await.assert(200, "signed in as");

    let (name, session) = visitor.forget_session();
    visitor.post("/consent", &[("account", "alice"), ("decision", "approve"), ("scope", "read")]).await.assert(200, "Sign in");
    visitor.cookies.insert(name, session);

    visitor.begin().await.assert(200, "signed in as");
    let answer = visitor.post("/consent", &[("account", "alice"), ("decision", "approve"), ("scope", "read")]).await;
    assert_eq!(answer.status, 303);
    assert!(answer.headers[LOCATION].to_str().expect("text").contains("/callback?code="));
}

// shows: RFC9700-4.2.4-06, RFC9700-4.16-07
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
    ] {
        visitor.get(&format!("{server}{path}")).await.assert(status, "This did not work");
    }
    for path in ["/consent", "/nothing"] {
        let page = visitor.get(&format!("{server}{path}")).await;
        page.assert(404, "Page not found");
        assert!(!page.text.contains("Error code"), "{}", page.text);
    }
    visitor.get(&format!("{server}/authorize?client_id=unknown")).await.assert(400, "<code id=\"error-code\">invalid_request<");
    for (path, status, title) in [("/login", 403, "This form has expired"), ("/consent", 400, "This did not work")] {
        visitor.post(path, &[]).await.assert(status, title);
        let request = visitor.http.post(format!("{server}{path}")).body("{}");
        visitor.send(request).await.assert(415, "could not be read");
        let too_long = "a".repeat(20_000);
        visitor.post(path, &[("username", &too_long)]).await.assert(413, "could not be read");
    }
}

/// The value of a hidden field of a page.
fn hidden<'p>(page: &'p Page, name: &str) -> &'p str {
    let (_, rest) = page.text.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{}", page.text));
    rest.split('"').next().unwrap_or_default()
}

#[tokio::test]
async fn the_first_user_approves_everything_if_asked_to() {
    let example = Example::start_with(&["--auto-approve", "--scopes", "mail,calendar"]);
    let program = Program::of(&example);
    let start = program.get("/", None).await.text().await.expect("text");
    let url = start.split("id=\"start\"").nth(1).and_then(|rest| rest.split("href=\"").nth(1)).expect("a link");
    let url = url.split('"').next().unwrap_or_default().replace("&amp;", "&");
    let answer = program.http.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 302);
    assert!(answer.headers()[LOCATION].to_str().expect("text").contains("/callback?code="));
}

/// A code of the client `app`, approved without a page.
async fn code(program: &Program) -> String {
    let pairs = [
        ("response_type", "code"),
        ("client_id", "app"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let answer = program.get(&format!("/authorize?{query}"), None).await;
    let location = answer.headers()[LOCATION].to_str().expect("text").to_owned();
    location.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned()
}

const VERIFIER: (&str, &str) = ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

#[tokio::test]
async fn with_a_file_what_was_issued_outlives_the_process() {
    let directory = tempfile::tempdir().expect("a directory");
    outlives_the_process(directory.path().join("auth.db").to_str().expect("text")).await;
}

#[tokio::test]
async fn with_postgresql_what_was_issued_outlives_the_process() {
    let Some(cluster) = Cluster::shared() else { return };
    outlives_the_process(&cluster.url()).await;
}

async fn outlives_the_process(database: &str) {
    let (_directory, path) = file("clients.json", &clients());
    let (_users, users) = file("users.json", &serde_json::json!([{"username": "bob", "password": "builder"}]));
    let issuer = "https://auth.example.com";
    let flags =
        ["--clients", &path, "--database", database, "--users", &users, "--issuer", issuer, "--auto-approve", "--log", "info"];

    let example = Example::start_with(&flags);
    let program = Program::of(&example);
    let code_request = [("grant_type", "authorization_code"), ("code", &code(&program).await), VERIFIER];
    let (status, issued) = program.post("/token", ("app", SECRET), &code_request).await;
    assert_eq!(status, 200, "{issued}");
    let unused = code(&program).await;
    #[cfg(unix)]
    {
        example.ask_to_stop();
        let (status, log) = example.finish();
        assert!(status.success() && log.contains("path=/authorize status=302"), "{log}");
        for secret in [SECRET, code_request[1].1, &unused, VERIFIER.1, issued["access_token"].as_str().expect("a token")] {
            assert!(!log.contains(secret), "{secret}: {log}");
        }
    }

    let example = Example::start_with(&flags);
    let program = Program::of(&example);
    let access_token = issued["access_token"].as_str().expect("a token");
    let active = program.post("/introspect", ("api", SECRET), &[("token", access_token)]).await.1;
    assert_eq!((&active["active"], &active["iss"]), (&true.into(), &"https://auth.example.com".into()), "{active}");
    let request = [("grant_type", "refresh_token"), ("refresh_token", issued["refresh_token"].as_str().expect("a token"))];
    assert_eq!(program.post("/token", ("app", SECRET), &request).await.0, 200);
    let code_request = [("grant_type", "authorization_code"), ("code", &unused), VERIFIER];
    assert_eq!(program.post("/token", ("app", SECRET), &code_request).await.0, 200);
    // What a client has, or a person allowed, ends where the operator says so.
    example.stop();
    for (flag, name) in [("--end-person", "bob"), ("--end-client", "app")] {
        let example = Example::start_with(&flags);
        let program = Program::of(&example);
        let code_request = [("grant_type", "authorization_code"), ("code", &code(&program).await), VERIFIER];
        let (status, issued) = program.post("/token", ("app", SECRET), &code_request).await;
        assert_eq!(status, 200, "{issued}");
        example.stop();
        let more: Vec<&str> = flags.iter().copied().chain([flag, name]).collect();
        let example = Example::start_with(&more);
        let token = issued["access_token"].as_str().expect("a token");
        let answer = Program::of(&example).post("/introspect", ("api", SECRET), &[("token", token)]).await.1;
        assert_eq!(answer["active"], false, "{flag}: {answer}");
        example.stop();
    }
    // Who is in the file is a client, and nobody else.
    std::fs::write(&path, "[]").expect("a file");
    let example = Example::start_with(&["--clients", &path, "--database", database, "--issuer", issuer]);
    assert_eq!(Program::of(&example).post("/token", ("app", SECRET), &request).await.0, 401);
}

#[tokio::test]
async fn the_health_check_follows_the_database() {
    let Some(cluster) = Cluster::start(&["-c", "fsync=off"]) else { return };
    let example = Example::start_with(&["--database", &cluster.url()]);
    let health = async || Program::of(&example).get("/health", None).await.status().as_u16();
    assert_eq!(health().await, 200);
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    cluster.stop();
    assert_eq!(health().await, 503);
    // Who is signed in nobody knows just now, and that is no reason to ask for a password.
    visitor.get(&format!("{}/account", example.server)).await.assert(503, "Try again");
    cluster.start_again();
    assert_eq!(health().await, 200);
}

#[test]
fn the_password_of_a_database_is_not_shown() {
    let refused = Example::output(&["--listen", "127.0.0.1:0", "--database", "postgres://auth:hunter2@127.0.0.1:1/auth"]);
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("--database postgres://..") && !stderr.contains("hunter2"), "{stderr}");
    // And what is wrong is said, not that it took long to find out.
    assert!(stderr.contains("Connection refused") && !stderr.contains("timed out"), "{stderr}");
}

#[tokio::test]
async fn behind_a_proxy_cookies_are_secure_and_pages_below_the_path() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("auth.db").to_str().expect("text").to_owned();
    let issuer = "https://auth.example.com/tenant/";
    let example = Example::start_with(&["--database", &database, "--issuer", issuer, "--samples"]);
    let program = Program::of(&example);
    let metadata = program.get_json("/.well-known/oauth-authorization-server/tenant").await;
    assert_eq!(
        (&metadata["issuer"], &metadata["token_endpoint"]),
        (&issuer.into(), &"https://auth.example.com/tenant/token".into())
    );
    let query = "response_type=code&client_id=sample-app&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                 &code_challenge_method=S256";
    let page = program.get(&format!("/tenant/authorize?{query}"), None).await;
    let cookie = page.headers()[SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("__Host-") && cookie.ends_with("; Secure"), "{cookie}");
    let page = page.text().await.expect("text");
    assert!(page.contains("action=\"/tenant/login\"") && page.contains("href=\"/tenant/style.css\""), "{page}");
    let page = program.get("/tenant/account", None).await;
    let cookie = page.headers()[SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("__Host-csrf-") && cookie.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    for path in ["/tenant", "/tenant/", "/tenant/style.css", "/", "/login", "/tenant/login"] {
        assert_eq!(program.get(path, None).await.status(), 200, "{path}");
    }
    assert_eq!(program.get("/tenant/api/echo", None).await.status(), 401);
}

#[tokio::test]
async fn the_protected_resource_challenges_and_echoes() {
    let example = Example::start_with(&["--scopes", "write,read"]);
    let program = Program::of(&example);
    let secret = example.printed.split("-u sample-job:").nth(1).and_then(|rest| rest.split(' ').next()).expect("a secret");
    let token = async |scope: &str| {
        let request = [("grant_type", "client_credentials"), ("scope", scope)];
        let (_, token) = program.post("/token", ("sample-job", secret), &request).await;
        token["access_token"].as_str().expect("a token").to_owned()
    };
    let (reads, writes) = (token("read").await, token("write").await);
    for (token, status, challenge) in [
        (None, 401, "Bearer realm=\"resource\", scope=\"read\""),
        (Some("nonsense"), 401, "error=\"invalid_token\""),
        (Some(writes.as_str()), 403, "error=\"insufficient_scope\""),
    ] {
        let refused = program.get("/api/echo", token).await;
        assert_eq!(refused.status(), status);
        let header = refused.headers()["www-authenticate"].to_str().expect("text");
        assert!(header.contains(challenge), "{header}");
    }
    let echo = program.get("/api/echo?a=b", Some(&reads)).await;
    let echo = json(&echo.text().await.expect("text"));
    assert_eq!((&echo["client_id"], &echo["query"]["a"], &echo["scope"]), (&"sample-job".into(), &"b".into(), &"read".into()));
    let revoked = program.post("/revoke", ("sample-job", secret), &[("token", &reads)]).await;
    assert_eq!(revoked.0, 200);
    assert_eq!(program.get("/api/echo", Some(&reads)).await.status(), 401);
}

#[tokio::test]
async fn another_process_accepts_the_tokens() {
    let example = Example::start();
    let program = Program::of(&example);
    let secret = |before: &str, after: char| {
        let rest = example.printed.split(before).nth(1).unwrap_or_else(|| panic!("{before}"));
        rest.split(after).next().unwrap_or_default().to_owned()
    };
    let (job, api) = (secret("-u sample-job:", ' '), secret("CLIENT_SECRET=", ' '));
    let flags = ["--issuer", &example.server, "--client-id", "sample-api", "--cache", "0"];
    let notes = Example::start_resource_server(&flags, &api);
    let resource = Program::of(&notes);
    assert_eq!(resource.get("/notes", None).await.status(), 401);
    let (_, token) = program.post("/token", ("sample-job", &job), &[("grant_type", "client_credentials")]).await;
    let token = token["access_token"].as_str().expect("a token").to_owned();
    let posted = resource.http.post(format!("{}/notes", resource.server)).bearer_auth(&token).body("remember");
    assert_eq!(posted.send().await.expect("an answer").status(), 200);
    let read = resource.get("/notes", Some(&token)).await.text().await.expect("text");
    assert_eq!(json(&read), serde_json::json!({"owner": {"client": "sample-job"}, "notes": ["remember"]}));
    let (_, reads) =
        program.post("/token", ("sample-job", &job), &[("grant_type", "client_credentials"), ("scope", "read")]).await;
    let posted = resource.http.post(format!("{}/notes", resource.server)).body("no");
    let refused = posted.bearer_auth(reads["access_token"].as_str().expect("a token")).send().await.expect("an answer");
    assert_eq!(refused.status(), 403);
    program.post("/revoke", ("sample-job", &job), &[("token", &token)]).await;
    assert_eq!(resource.get("/notes", Some(&token)).await.status(), 401);
    example.stop();
    assert_eq!(resource.get("/notes", Some(&token)).await.status(), 503);
}

// shows: RFC9700-4.14.2-06
#[tokio::test]
async fn a_person_takes_an_authorization_back_and_nobody_else_does() {
    let example = Example::start();
    let mut visitor = Visitor::of(&example);
    visitor.begin().await.assert(200, "Sign in");
    visitor.sign_in("alice", "wonderland").await.assert(200, "signed in as");
    let approval = [("account", "alice"), ("decision", "approve"), ("scope", "read")];
    assert_eq!(visitor.post("/consent", &approval).await.status, 303);

    let account = format!("{}/account", visitor.server);
    let page = visitor.get(&account).await;
    page.assert(200, "Sample app");
    let (csrf, id) = (hidden(&page, "csrf").to_owned(), hidden(&page, "client").to_owned());
    for (csrf, id, status) in [("", &*id, 403), ("made-up", &id, 403), (&csrf, "nonsense", 303)] {
        assert_eq!(visitor.post_form("/account/revoke", &[("csrf", csrf), ("client", id)]).await.status, status);
    }
    // Another site makes the browser post the form, even with the right value.
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("csrf", &csrf).append_pair("client", &id).finish();
    let request = visitor.http.post(format!("{account}/revoke")).header("sec-fetch-site", "same-site");
    let refused = visitor.send(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)).await;
    refused.assert(403, "This form has expired");
    visitor.get(&account).await.assert(200, "Sample app");

    // Another person is not asked about it.
    let (name, session) = visitor.forget_session();
    let login = visitor.get(&account).await;
    login.assert(200, "to see which apps have access");
    visitor.post_form("/account/revoke", &[("csrf", &csrf), ("client", &id)]).await.assert(200, "Your session has ended");
    visitor.cookies.insert(name, session);

    assert_eq!(visitor.post_form("/account/revoke", &[("csrf", &csrf), ("client", &id)]).await.status, 303);
    visitor.get(&account).await.assert(200, "No application has access");
    assert_eq!(visitor.post_form("/logout", &[("csrf", &csrf)]).await.status, 303);
    visitor.get(&account).await.assert(200, "Sign in");
    visitor.post_form("/login", &[("csrf", &csrf), ("username", "alice"), ("password", "guess")]).await.assert(200, "is wrong");
    let signed_in = visitor.post_form("/login", &[("csrf", &csrf), ("username", "alice"), ("password", "wonderland")]).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.headers[LOCATION].to_str().expect("text")), (303, "/account"));
}

#[cfg(unix)]
#[tokio::test]
async fn asked_to_stop_under_load_it_finishes_what_it_has_begun() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let (directory, path) = file("clients.json", &clients());
    let database = directory.path().join("auth.db").to_str().expect("text").to_owned();
    let flags = ["--clients", &path, "--database", &database, "--issuer", "http://localhost:8080", "--log", "info"];
    let example = Example::start_with(&flags);
    static ANSWERED: AtomicU32 = AtomicU32::new(0);
    let work = (0..16).map(|_| {
        let program = Program::of(&example);
        tokio::spawn(async move {
            let mut tokens = Vec::new();
            loop {
                let request = program.http.post(format!("{}/token", program.server)).basic_auth("job", Some(SECRET));
                let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                match request.body("grant_type=client_credentials").send().await {
                    Ok(response) => {
                        assert_eq!(response.status(), 200);
                        // An answer that has begun arrives whole.
                        let body = response.bytes().await.expect("the whole answer");
                        let token: Value = serde_json::from_slice(&body).expect("JSON");
                        tokens.push(token["access_token"].as_str().expect("a token").to_owned());
                        ANSWERED.fetch_add(1, Ordering::Relaxed);
                    }
                    // Refused, or an idle connection was closed: nothing was begun.
                    Err(error) => return (tokens, error.is_connect() || error.is_request()),
                }
            }
        })
    });
    let work: Vec<_> = work.collect();
    while ANSWERED.load(Ordering::Relaxed) < 200 {
        tokio::task::yield_now().await;
    }
    example.ask_to_stop();
    let ended = tokio::task::spawn_blocking(|| example.finish());
    let mut tokens = Vec::new();
    for work in work {
        let (some, refused) = work.await.expect("no panic");
        assert!(refused);
        tokens.extend(some);
    }
    let (status, log) = ended.await.expect("no panic");
    assert!(status.success(), "{log}");
    assert_eq!(log.matches("path=/token").count(), tokens.len(), "each request that was begun has arrived as an answer");
    let example = Example::start_with(&flags);
    let program = Program::of(&example);
    for token in tokens.iter().rev().take(50) {
        assert_eq!(program.post("/introspect", ("api", SECRET), &[("token", token)]).await.1["active"], true);
    }
}
