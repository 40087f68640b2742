//! The example `authorization_server` does what it prints: every command of its instructions is run exactly as it stands there.

#[path = "common/example_process.rs"]
mod example_process;

use std::process::Command;

use example_process::Example;
use serde_json::Value;

/// Between the outputs of two commands.
const SEPARATOR: char = '\u{1e}';

/// The indented lines of the section that begins with `number`, and what each printed.
fn run_section(example: &Example, number: &str) -> Vec<(String, String)> {
    let begin = example.printed.find(&format!("\n{number}. ")).unwrap_or_else(|| panic!("no section {number}")) + 1;
    let section = &example.printed[begin..];
    let end = section.find(&format!("\n{}. ", number.parse::<u32>().expect("a number") + 1)).unwrap_or(section.len());
    let commands: Vec<&str> = section[..end].lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(!commands.is_empty(), "no command in section {number}");

    let script = commands.join("\nprintf '\\036'\n");
    let output = Command::new("bash").args(["-c", &script]).env("NO_PROXY", "127.0.0.1").output().expect("bash runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{script}\n{stderr}");
    let stdout = String::from_utf8(output.stdout).expect("text");
    let outputs: Vec<&str> = stdout.split(SEPARATOR).collect();
    assert_eq!(outputs.len(), commands.len(), "{stdout}");
    commands.into_iter().map(str::to_owned).zip(outputs.into_iter().map(str::to_owned)).collect()
}

/// The outputs of the commands that print something.
fn printed(ran: &[(String, String)]) -> Vec<&str> {
    ran.iter().map(|(_, output)| output.as_str()).filter(|output| !output.is_empty()).collect()
}

fn json(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

fn assert_token(response: &Value, scope: &str) {
    assert_eq!(response["token_type"], "Bearer", "{response}");
    assert_eq!(response["access_token"].as_str().map(str::len), Some(43), "{response}");
    assert_eq!(response["scope"].as_str().unwrap_or(scope), scope, "{response}");
}

/// Says so if a program is not there.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("left out: {program} not found");
    }
    found
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
    assert_eq!(opened, "Hello, alice!\n");
    assert_token(&refreshed, "read write");
    assert_ne!(tokens["access_token"], refreshed["access_token"]);
    assert_ne!(tokens["refresh_token"], refreshed["refresh_token"]);
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_when_asked_to() {
    let example = Example::start();
    let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", example.pid())]).status().expect("sh runs");
    assert!(killed.success());
    assert!(example.wait().success());
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let refused = Example::output(&["--listen", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("0.0.0.0:0 is not a loopback address"), "{refused:?}");
}
