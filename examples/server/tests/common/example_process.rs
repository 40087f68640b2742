//! The two servers as processes of their own, on free ports, stopped when the values are dropped.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const AUTHORIZATION_SERVER: &str = env!("CARGO_BIN_EXE_authorization_server");
const RESOURCE_SERVER: &str = env!("CARGO_BIN_EXE_resource_server");
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
    /// Where it logs, if nobody reads it.
    unread: Option<ChildStderr>,
}

impl Example {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The authorization server with these flags.
    pub fn start_with(flags: &[&str]) -> Self {
        Self::start_in(flags, &[])
    }

    /// The same with these variables in its environment.
    pub fn start_in(flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(AUTHORIZATION_SERVER);
        command.env_remove("RUST_LOG").env_remove("MASTER_KEYS").envs(variables.iter().copied());
        Self::run(command.args(["--listen", "127.0.0.1:0"]).args(flags), LAST_LINE)
    }

    /// The authorization server with these flags, and nobody who reads what it logs.
    pub fn start_unread(flags: &[&str]) -> Self {
        let mut command = Command::new(AUTHORIZATION_SERVER);
        command.env_remove("RUST_LOG").env_remove("MASTER_KEYS");
        Self::run_read(command.args(["--listen", "127.0.0.1:0"]).args(flags), LAST_LINE, false)
    }

    /// The resource server, which asks the issuer about tokens as this client.
    pub fn start_resource_server(flags: &[&str], secret: &str) -> Self {
        let mut command = Command::new(RESOURCE_SERVER);
        command.args(["--listen", "127.0.0.1:0"]).args(flags).env("CLIENT_SECRET", secret);
        Self::run(&mut command, "-d 'a note'")
    }

    /// The resource server that checks JWTs, and so has no secret.
    pub fn start_checking_resource_server(flags: &[&str]) -> Self {
        let mut command = Command::new(RESOURCE_SERVER);
        command.args(["--listen", "127.0.0.1:0"]).args(flags).env_remove("CLIENT_SECRET");
        Self::run(&mut command, "-d 'a note'")
    }

    fn run(command: &mut Command, last_line: &str) -> Self {
        Self::run_read(command, last_line, true)
    }

    fn run_read(command: &mut Command, last_line: &str, log_is_read: bool) -> Self {
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the example starts");
        let stdout: BufReader<ChildStdout> = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut unread = process.stderr.take();
        let log = unread.take_if(|_| log_is_read).map(|mut stderr| {
            std::thread::spawn(move || {
                let mut text = String::new();
                let _ = stderr.read_to_string(&mut text);
                text
            })
        });
        // From here on a panic stops the process.
        let mut example = Self { process, server: String::new(), printed: String::new(), log, unread };
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
        Self::output_in(arguments, &[])
    }

    /// The same with these variables in its environment.
    pub fn output_in(arguments: &[&str], variables: &[(&str, &str)]) -> std::process::Output {
        let mut command = Command::new(AUTHORIZATION_SERVER);
        command.env_remove("MASTER_KEYS").envs(variables.iter().copied()).args(arguments).output().expect("the example starts")
    }

    /// The path of its issuer, without a `/` at the end.
    pub fn path(&self) -> &str {
        let first = self.printed.lines().next().unwrap_or_default();
        let host_and_path =
            first.split_once(" as ").and_then(|(_, issuer)| issuer.split_once("://")).map_or("", |(_, rest)| rest);
        host_and_path.find('/').map_or("", |at| host_and_path[at..].trim_end_matches('/'))
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

    /// Waits for the process to end by itself, but not for ever.
    pub fn ends_within(mut self, patience: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + patience;
        loop {
            let ended = self.process.try_wait().expect("a status");
            if ended.is_some() || Instant::now() > until {
                return ended;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the process to end by itself; with what it logged.
    pub fn finish(mut self) -> (std::process::ExitStatus, String) {
        let status = self.process.wait().expect("an exit status");
        (status, self.log.take().map(|log| log.join().expect("a log")).unwrap_or_default())
    }

    /// Ends it; what it logged.
    pub fn stop(mut self) -> String {
        // Politely where that can be, so that all of the log is written.
        #[cfg(unix)]
        self.ask_to_stop();
        #[cfg(not(unix))]
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
