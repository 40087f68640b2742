//! Programs that nobody here wrote, in Python and Node, which `.ci/peers` installs. Where they are not installed the tests that need
//! them say so and leave themselves out; with `GRANTOR_REQUIRE_PEERS` set they fail instead.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// A program of `tests/peers` and what runs it.
#[derive(Clone, Copy, Debug)]
pub enum Peer {
    Python(&'static str),
    Node(&'static str),
}

impl Peer {
    /// Gives the program an order, and its answer; `None` where it is not installed.
    pub fn ask(self, order: &Value) -> Option<Value> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        // A package of an example is further down.
        let root = own.ancestors().find(|folder| folder.join("tests/peers").is_dir()).expect("the repository");
        let (installed, sources) = (root.join("target/peers"), root.join("tests/peers"));
        let (runs, program): (PathBuf, PathBuf) = match self {
            Self::Python(file) => (installed.join("python/bin/python"), sources.join(file)),
            // Node looks for packages from where the program is.
            Self::Node(file) => (PathBuf::from("node"), installed.join(file)),
        };
        if !installed.join(if let Self::Python(_) = self { "python.installed" } else { "node.installed" }).exists() {
            assert!(env::var_os("GRANTOR_REQUIRE_PEERS").is_none(), "{self:?} is not installed (.ci/peers)");
            eprintln!("left out: {self:?} is not installed (.ci/peers)");
            return None;
        }
        if let Self::Node(file) = self {
            copy(&sources.join(file), &program);
        }
        // Nothing is written beside the sources.
        let mut command = Command::new(runs);
        command.arg(program).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the peer");
        child.stdin.take().expect("a pipe").write_all(order.to_string().as_bytes()).expect("an order");
        let output = child.wait_with_output().expect("an answer");
        assert!(output.status.success(), "{self:?} failed");
        Some(serde_json::from_slice(&output.stdout).expect("JSON"))
    }
}

/// In one step, as several tests may run the program at a time.
fn copy(source: &Path, to: &Path) {
    static COPIES: AtomicU32 = AtomicU32::new(0);
    let text = fs::read(source).expect("the program");
    if fs::read(to).is_ok_and(|there| there == text) {
        return;
    }
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let beside = to.with_extension(format!("{}-{number}", std::process::id()));
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, to)).expect("the program");
}
