//! The example `authorization_server` with a client that acts for people (`--agent`).

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/program.rs"]
mod program;

use example_process::Example;
use files::file;
use program::{Program, SECRET, clients};
use serde_json::{Value, json};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A token of the sample user's for `app`.
async fn token(program: &Program) -> String {
    let query = [
        ("response_type", "code"),
        ("client_id", "app"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let answer = program.get(&format!("/authorize?{query}"), None).await;
    let location = answer.headers()["location"].to_str().expect("text").to_owned();
    let (_, parameters) = location.split_once('?').expect("a query");
    let code = form_urlencoded::parse(parameters.as_bytes()).find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let fields = [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
    let (status, tokens) = program.post("/token", ("app", SECRET), &fields).await;
    assert_eq!(status, 200, "{tokens}");
    tokens["access_token"].as_str().expect("a token").to_owned()
}

fn with_agents() -> Value {
    let mut all = clients();
    for id in ["agent", "other"] {
        let agent = json!({"client_id": id, "client_secret": SECRET, "grant_types": [EXCHANGE]});
        all.as_array_mut().expect("clients").push(agent);
    }
    all
}

async fn exchange(program: &Program, client: &str, token: &str) -> (u16, Value) {
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let fields = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", kind), ("scope", "read")];
    let (status, answer) = program.post("/token", (client, SECRET), &fields).await;
    (status.as_u16(), answer)
}

#[tokio::test]
async fn the_agent_gets_tokens_of_its_own_for_whoever_signed_in() {
    let (_directory, clients) = file("clients.json", &with_agents());
    let example = Example::start_with(&["--samples", "--auto-approve", "--clients", &clients, "--agent", "agent"]);
    assert!(example.printed.contains("The client agent may act for people"), "{}", example.printed);
    let program = Program::of(&example);
    let token = token(&program).await;
    let (status, answer) = exchange(&program, "agent", &token).await;
    assert_eq!((status, &answer["scope"]), (200, &json!("read")), "{answer}");
    let own = answer["access_token"].as_str().expect("a token");
    let (_, said) = program.post("/introspect", ("api", SECRET), &[("token", own)]).await;
    assert_eq!((&said["sub"], &said["act"]), (&json!("alice"), &json!({"sub": "client:agent"})), "{said}");
    // Nobody else exchanges it, and it ends with what it came from.
    assert_eq!(exchange(&program, "other", &token).await.0, 400);
    let (status, _) = program.post("/revoke", ("app", SECRET), &[("token", &token)]).await;
    assert_eq!(status, 200);
    assert_eq!(exchange(&program, "agent", &token).await.0, 400);
}

#[tokio::test]
async fn without_the_flag_nobody_exchanges() {
    let (_directory, clients) = file("clients.json", &with_agents());
    let example = Example::start_with(&["--samples", "--auto-approve", "--clients", &clients]);
    let program = Program::of(&example);
    let (status, answer) = exchange(&program, "agent", &token(&program).await).await;
    assert_eq!((status, &answer["error"]), (400, &json!("unsupported_grant_type")));
}
