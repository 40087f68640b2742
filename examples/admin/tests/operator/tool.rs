//! Runs the program, and reads what it says.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

pub const ISSUER: &str = "https://as.example.com";
/// `openssl rand -hex 32`, once.
pub const MASTER_KEYS: &str = "8f4c0d6f0a7be2c19d35e6b1f0a2c4d68e9b7a5c3d1f2e4b6a8c0d2e4f618293";

/// The program, on a store.
#[derive(Clone)]
pub struct Tool {
    /// As `GRANTOR_STORE` has it.
    pub store: String,
    pub schema: String,
    pub environment: Vec<(&'static str, String)>,
}

/// What became of a command.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Tool {
    pub fn on(store: String, schema: String) -> Self {
        Self { store, schema, environment: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grantor-admin"));
        command.env_clear().env("GRANTOR_STORE", &self.store).env("GRANTOR_ISSUER", ISSUER);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(arguments);
        command
    }

    /// As it is typed.
    pub fn typed(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments), b"")
    }

    /// With JSON, and with what it reads from standard input.
    pub fn reading(&self, input: &[u8], arguments: &[&str]) -> Said {
        let mut command = self.command(arguments);
        command.args(["--json", "--schema", &self.schema]);
        said(command, input)
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.reading(b"", arguments)
    }

    /// What it found, where it has to be found.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> Value {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        said.json()
    }

    /// The words of the error that it has to be.
    #[track_caller]
    pub fn fails(&self, code: i32, kind: &str, arguments: &[&str]) -> String {
        self.run(arguments).failed(code, kind)
    }
}

fn said(mut command: Command, input: &[u8]) -> Said {
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    // Whoever reads nothing has closed it.
    let _ = process.stdin.take().expect("a pipe").write_all(input);
    let output = process.wait_with_output().expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Said { code: output.status.code().expect("an exit code"), out: text(output.stdout), err: text(output.stderr) }
}

impl Said {
    /// The one JSON text on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON lines on standard error.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        self.err.lines().map(read).collect()
    }

    #[track_caller]
    pub fn failed(&self, code: i32, kind: &str) -> String {
        assert_eq!(self.code, code, "{self:?}");
        let lines = self.lines();
        let error = &lines.last().expect("an error")["error"];
        assert_eq!((error["kind"].as_str(), error["exit_code"].as_i64()), (Some(kind), Some(code.into())), "{self:?}");
        error["message"].as_str().expect("words").to_owned()
    }
}

/// A file that is not there.
pub fn missing(directory: &tempfile::TempDir) -> PathBuf {
    directory.path().join("missing.db")
}
