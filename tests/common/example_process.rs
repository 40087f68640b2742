//! The example `authorization_server` as a process of its own, on a free port, stopped when the value is dropped.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What the last line of the instructions says.
const LAST_LINE: &str = "Ctrl-C stops it.";
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Example {
    process: Child,
    /// `http://127.0.0.1:PORT`
    pub server: String,
    /// All that it printed.
    pub printed: String,
}

impl Example {
    pub fn start() -> Self {
        let mut process = Command::new(binary())
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        // From here on a panic stops the process.
        let mut example = Self { process, server: String::new(), printed: String::new() };
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        while !example.printed.ends_with(&format!("{LAST_LINE}\n")) {
            let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error} after: {}", example.printed));
            example.printed = format!("{}{line}\n", example.printed);
        }
        let first = example.printed.lines().next().unwrap_or_default();
        example.server = first.strip_prefix("Listening on ").unwrap_or_else(|| panic!("no address in: {first}")).to_owned();
        example
    }

    /// Runs it with these arguments, for those with which it ends.
    pub fn output(arguments: &[&str]) -> std::process::Output {
        Command::new(binary()).args(arguments).output().expect("the example starts")
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the process to end by itself.
    pub fn wait(mut self) -> std::process::ExitStatus {
        self.process.wait().expect("an exit status")
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `cargo test` builds the examples beside the tests; `cargo test --test <name>` does not, so then it is done here.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let binary = profile.join("examples").join(format!("authorization_server{}", std::env::consts::EXE_SUFFIX));
    if !binary.exists() {
        let name = profile.file_name().and_then(|name| name.to_str()).expect("a profile");
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--example", "authorization_server", "--profile", if name == "debug" { "dev" } else { name }])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.is_ok_and(|status| status.success()), "the example is not built");
    }
    binary
}
