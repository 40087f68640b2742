//! The examples as processes of their own, on free ports, stopped when the values are dropped.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What the last line of the instructions says.
const LAST_LINE: &str = "Ctrl-C stops it.";
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Example {
    process: Child,
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub server: String,
    /// All that it printed.
    pub printed: String,
    /// All that it logs, once it has ended.
    log: Option<std::thread::JoinHandle<String>>,
}

impl Example {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The authorization server with these flags.
    pub fn start_with(flags: &[&str]) -> Self {
        let mut command = Command::new(binary("authorization_server"));
        Self::run(command.args(["--listen", "127.0.0.1:0"]).args(flags), LAST_LINE)
    }

    /// The resource server, which asks the issuer about tokens as this client.
    pub fn start_resource_server(flags: &[&str], secret: &str) -> Self {
        let mut command = Command::new(binary("resource_server"));
        command.args(["--listen", "127.0.0.1:0"]).args(flags).env("CLIENT_SECRET", secret);
        Self::run(&mut command, "-d 'a note'")
    }

    fn run(command: &mut Command, last_line: &str) -> Self {
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the example starts");
        let stdout: BufReader<ChildStdout> = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut stderr = process.stderr.take().expect("a pipe");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        // From here on a panic stops the process.
        let mut example = Self { process, server: String::new(), printed: String::new(), log: Some(log) };
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        loop {
            let line = match lines.recv_timeout(PATIENCE) {
                Ok(line) => line,
                Err(error) => {
                    let printed = std::mem::take(&mut example.printed);
                    panic!("{error} after: {printed}\n{}", example.stop());
                }
            };
            example.printed = format!("{}{line}\n", example.printed);
            if line == last_line || line.contains(last_line) {
                break;
            }
        }
        let first = example.printed.lines().next().unwrap_or_default();
        let listening = first.strip_prefix("Listening on ").unwrap_or_else(|| panic!("no address in: {first}"));
        example.server = listening.split(' ').next().unwrap_or_default().to_owned();
        example
    }

    /// Runs the authorization server with these arguments, for those with which it ends.
    pub fn output(arguments: &[&str]) -> std::process::Output {
        Command::new(binary("authorization_server")).args(arguments).output().expect("the example starts")
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// SIGTERM.
    #[cfg(unix)]
    pub fn ask_to_stop(&self) {
        let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status().expect("sh runs");
        assert!(killed.success());
    }

    /// Waits for the process to end by itself.
    pub fn wait(mut self) -> std::process::ExitStatus {
        self.process.wait().expect("an exit status")
    }

    /// Waits for the process to end by itself; with what it logged.
    pub fn finish(mut self) -> (std::process::ExitStatus, String) {
        let status = self.process.wait().expect("an exit status");
        (status, self.log.take().map(|log| log.join().expect("a log")).unwrap_or_default())
    }

    /// Ends it; what it logged.
    pub fn stop(mut self) -> String {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.log.take().map(|log| log.join().expect("a log")).unwrap_or_default()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `cargo test` builds the examples beside the tests; `cargo test --test <name>` does not, so then it is done here.
fn binary(example: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let binary = profile.join("examples").join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    if !binary.exists() {
        let name = profile.file_name().and_then(|name| name.to_str()).expect("a profile");
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--example", example, "--profile", if name == "debug" { "dev" } else { name }])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.is_ok_and(|status| status.success()), "the example is not built");
    }
    binary
}
