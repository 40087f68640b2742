//! The example servers with `--jwt`: started as people do, they do what they print.

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

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use example_process::Example;
use files::{file, write};
use postgres::Cluster;
use program::{Program, SECRET, clients};
use section::{has, printed, run_section, run_section_then};
use serde_json::{Value, json};

/// As `openssl rand -base64 32` prints them.
const MASTER_KEYS: [&str; 2] = ["6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=", "pV3sK8mQ1xZt7bRw5yLc2nHd9fJg4uEaToXi6vWqN0M="];

fn json(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

/// Header and claims of a JWT, of which nothing is verified.
fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"));
    [(); 2].map(|()| serde_json::from_slice(&parts.next().expect("a part")).expect("JSON"))
}

/// A token of the client `job`.
async fn token(program: &Program) -> String {
    let (status, answer) =
        program.post("/token", ("job", SECRET), &[("grant_type", "client_credentials"), ("scope", "read")]).await;
    assert_eq!(status, 200, "{answer}");
    answer["access_token"].as_str().expect("a token").to_owned()
}

fn kid(token: &str) -> Value {
    parts(token)[0]["kid"].clone()
}

async fn published(program: &Program) -> Vec<Value> {
    let keys = program.get_json("/jwks").await;
    keys["keys"].as_array().expect("keys").iter().map(|key| key["kid"].clone()).collect()
}

#[test]
fn the_commands_for_a_program_get_a_jwt_that_ends_when_it_is_given_back() {
    if !has("bash") || !has("curl") {
        return;
    }
    let example = Example::start_with(&["--jwt"]);
    let api = format!("{}/api", example.server);
    assert!(example.printed.contains(&format!("Access tokens are JWTs for {api}. ")), "{}", example.printed);
    let ran = run_section(&example, "1");
    let [token, opened, active, revoked, inactive] = printed(&ran)[..] else { panic!("{ran:?}") };
    let token = json(token);
    let [header, claims] = parts(token["access_token"].as_str().expect("a token"));
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["sub"], &claims["scope"]),
        (&json!(example.server), &json!(api), &json!("client:sample-job"), &json!("read"))
    );
    assert_eq!((opened, &json(active)["active"]), ("Hello, sample-job!\n", &json!(true)));
    assert_eq!((revoked, json(inactive)), ("revoked: 200\n", json!({"active": false})));
}

#[test]
fn the_commands_for_a_person_and_those_of_the_resource_server_work_with_jwts() {
    if !has("bash") || !has("curl") {
        return;
    }
    let example = Example::start_with(&["--jwt"]);
    // The line that is printed for the third terminal, but for the port.
    let line =
        example.printed.lines().map(str::trim).find(|line| line.starts_with("cargo run -p example-server --bin resource_server"));
    let flags: Vec<&str> = line.and_then(|line| line.split_once(" -- ")).expect("a line").1.split(' ').collect();
    assert_eq!(flags, ["--jwt", "--issuer", &example.server]);
    let notes = Example::start_checking_resource_server(&flags);
    assert!(notes.printed.contains(&format!("with the keys at {}/jwks", example.server)), "{}", notes.printed);

    let ran = run_section_then(&example, "2", &notes);
    let [tokens, opened, refreshed, read, noted] = printed(&ran)[..] else { panic!("{ran:?}") };
    assert!(opened.starts_with("Hello, alice!\n{"), "{opened}");
    assert_ne!(json(tokens)["access_token"], json(refreshed)["access_token"]);
    let [_, claims] = parts(json(refreshed)["access_token"].as_str().expect("a token"));
    assert_eq!(json(read), json!({"owner": {"person": claims["sub"]}, "notes": []}));
    assert_eq!(noted, "noted\n");
}

#[tokio::test]
async fn a_resource_server_refuses_what_is_not_for_it() {
    let (_directory, path) = file("clients.json", &clients());
    let [example, other] = [(); 2].map(|()| Example::start_with(&["--jwt", "--clients", &path]));
    let program = Program::of(&example);
    let good = token(&program).await;
    let status = async |flags: &[&str], token: &str| {
        let notes = Example::start_checking_resource_server(flags);
        Program::of(&notes).get("/notes", Some(token)).await.status().as_u16()
    };
    let issuer = ["--jwt", "--issuer", &example.server];
    assert_eq!(status(&issuer, &good).await, 200);
    assert_eq!(status(&issuer, &token(&Program::of(&other)).await).await, 401);
    assert_eq!(status(&[&issuer[..], &["--audience", "https://api.example.com"]].concat(), &good).await, 401);
}

/// A process and the next one with the same flags: do tokens of the first open anything at the second?
async fn over_two_starts(flags: &[&str], variables: &[(&str, &str)]) -> bool {
    let (_directory, path) = file("clients.json", &clients());
    let flags = [&["--jwt", "--clients", &path, "--issuer", "http://localhost:8080"], flags].concat();
    let example = Example::start_in(&flags, variables);
    let program = Program::of(&example);
    let before = token(&program).await;
    assert_eq!(published(&program).await, [kid(&before)]);
    assert_eq!(program.get("/me", Some(&before)).await.status(), 200);
    example.stop();
    let example = Example::start_in(&flags, variables);
    let program = Program::of(&example);
    let has_the_key = published(&program).await == [kid(&before)];
    let opens = program.get("/me", Some(&before)).await.status() == 200;
    assert_eq!(has_the_key, opens);
    assert_eq!(program.get("/me", Some(&token(&program).await)).await.status(), 200);
    opens
}

fn database() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("auth.db").to_str().expect("text").to_owned();
    (directory, path)
}

#[tokio::test]
async fn a_key_is_gone_with_the_process_unless_it_is_kept() {
    let (_directory, path) = database();
    assert!(!over_two_starts(&["--database", &path], &[]).await);
}

#[tokio::test]
async fn keys_in_the_database_are_there_at_the_next_start() {
    let (_directory, path) = database();
    assert!(over_two_starts(&["--database", &path, "--signing-keys", "store"], &[("MASTER_KEYS", MASTER_KEYS[0])]).await);
}

#[tokio::test]
async fn keys_in_postgresql_are_there_at_the_next_start() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.url();
    assert!(over_two_starts(&["--database", &url, "--signing-keys=store"], &[("MASTER_KEYS", MASTER_KEYS[0])]).await);
}

/// The command that `--help` and the errors name.
fn key_in(directory: &std::path::Path) -> Option<String> {
    let arguments = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let Ok(output) = Command::new("openssl").args(arguments).output() else {
        eprintln!("left out: openssl not found");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(write(directory, "key.pem", &String::from_utf8(output.stdout).expect("text")))
}

#[tokio::test]
async fn a_key_in_a_file_is_that_of_each_start() {
    let (directory, path) = database();
    let Some(key) = key_in(directory.path()) else { return };
    assert!(over_two_starts(&["--database", &path, "--signing-keys", &key], &[]).await);
}

#[tokio::test]
async fn a_wrong_master_key_is_an_error_of_the_start_and_nothing_is_shown_of_it() {
    let (_directory, path) = database();
    // Each issuer has its own keys.
    let flags = ["--jwt", "--database", &path, "--signing-keys", "store", "--issuer", "http://localhost:8080"];
    Example::start_in(&flags, &[("MASTER_KEYS", MASTER_KEYS[0])]).stop();
    for (variables, said) in [
        (&[("MASTER_KEYS", MASTER_KEYS[1])][..], "cannot be opened"),
        (&[("MASTER_KEYS", "too short")], "the variable MASTER_KEYS: "),
        (&[], "set the variable MASTER_KEYS"),
    ] {
        let refused = Example::output_in(&[&["--listen", "127.0.0.1:0"], &flags[..]].concat(), variables);
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{stderr}");
        let shown = variables.iter().any(|(_, secret)| stderr.contains(secret));
        assert!(stderr.contains(said) && !shown, "{stderr}");
    }
    // Behind the new one the old one opens what it sealed.
    let both = MASTER_KEYS.map(str::to_owned);
    let both = format!("{} {}", both[1], both[0]);
    let example = Example::start_in(&flags, &[("MASTER_KEYS", &both)]);
    assert_eq!(Program::of(&example).get("/health", None).await.status(), 200);
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    for (flags, said) in [
        (&["--signing-keys", "key.pem"][..], "--signing-keys needs --jwt"),
        (&["--jwt", "--profile", "rfc6749"], "--jwt needs the profile oauth21"),
        (&["--jwt", "--signing-keys", "store"], "needs --database"),
        (&["--jwt", "--issuer", "https://auth.example.com", "--database", "x.db"], "needs --signing-keys"),
        (&["--jwt=yes"], "--jwt takes no value"),
        (&["--jwt", "--signing-keys", ""], "the name of the file is empty"),
    ] {
        let refused = Example::output(&[&["--listen", "127.0.0.1:0"], flags].concat());
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{flags:?}: {stderr}");
        assert!(stderr.contains(said), "{flags:?}: {stderr}");
    }
    let (_directory, path) = file("key.pem", &json!("no key"));
    let refused = Example::output(&["--listen", "127.0.0.1:0", "--jwt", "--signing-keys", &path]);
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && stderr.contains("openssl genpkey"), "{stderr}");
}
