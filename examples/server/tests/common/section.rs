//! Runs what the example `authorization_server` prints.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::process::Command;

use crate::example_process::Example;

/// Between the outputs of two commands.
const SEPARATOR: char = '\u{1e}';

/// The indented lines of the section that begins with `number`, and what each printed.
pub fn run_section(example: &Example, number: &str) -> Vec<(String, String)> {
    run(commands(example, number))
}

/// The same, and then in the same shell those that another program printed.
pub fn run_section_then(example: &Example, number: &str, other: &Example) -> Vec<(String, String)> {
    let more = other.printed.lines().filter_map(|line| line.strip_prefix("    "));
    run([commands(example, number), more.collect()].concat())
}

fn commands<'e>(example: &'e Example, number: &str) -> Vec<&'e str> {
    let begin = example.printed.find(&format!("\n{number}. ")).unwrap_or_else(|| panic!("no section {number}")) + 1;
    let section = &example.printed[begin..];
    let end = section.find(&format!("\n{}. ", number.parse::<u32>().expect("a number") + 1)).unwrap_or(section.len());
    let commands: Vec<&str> = section[..end].lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(!commands.is_empty(), "no command in section {number}");
    commands
}

fn run(commands: Vec<&str>) -> Vec<(String, String)> {
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
pub fn printed(ran: &[(String, String)]) -> Vec<&str> {
    ran.iter().map(|(_, output)| output.as_str()).filter(|output| !output.is_empty()).collect()
}

/// Says so if a program is not there.
pub fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("left out: {program} not found");
    }
    found
}
