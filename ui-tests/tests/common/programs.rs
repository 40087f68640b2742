//! Programs that differ in one thing, and what is in them.
#![allow(dead_code, reason = "each test uses its part")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use object::{Object, ObjectSymbol};

/// As whom the programs are built. What is not in one that is not optimised, is in none; with `GRANTOR_FULL=1` that is seen as well.
pub fn profiles() -> impl Iterator<Item = &'static str> {
    let full = std::env::var_os("GRANTOR_FULL").is_some();
    ["dev", "release"].into_iter().filter(move |profile| full || *profile == "dev")
}

/// Builds these programs of `absent/`, with these arguments for cargo, and with nothing stripped: in a target directory of its own, which
/// no running cargo has locked. Gives the folder where they are.
pub fn build(profile: &str, programs: [&str; 2], arguments: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/absent");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "ui-tests", "--profile", profile, "--target-dir"])
        .arg(&target)
        .args(arguments)
        .args(programs.iter().flat_map(|program| ["--bin", program]))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .envs([("CARGO_PROFILE_DEV_STRIP", "none"), ("CARGO_PROFILE_RELEASE_STRIP", "none"), ("CARGO_PROFILE_DEV_DEBUG", "0")])
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    target.join(if profile == "dev" { "debug" } else { profile })
}

pub struct Program {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Demangled.
    pub symbols: Vec<String>,
}

impl Program {
    pub fn read(path: &Path) -> Self {
        let path = path.with_extension(std::env::consts::EXE_EXTENSION);
        let bytes = fs::read(&path).expect("the program was built");
        let file = object::File::parse(&*bytes).expect("a program");
        let names = file.symbols().filter_map(|symbol| Some(format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?))));
        let symbols = names.collect::<Vec<_>>();
        assert!(symbols.len() > 1000, "{} was stripped", path.display());
        Self { symbols, path, bytes }
    }

    /// Those in which one of these occurs.
    pub fn symbols_with(&self, any: &[&str]) -> Vec<&str> {
        self.symbols.iter().map(String::as_str).filter(|symbol| any.iter().any(|part| symbol.contains(part))).collect()
    }

    pub fn contains(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// Status and body of the answer to a token request with this body.
    pub fn answer(&self, request: &str) -> (String, String) {
        let mut child = Command::new(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("piped").write_all(request.as_bytes()).expect("the program reads");
        let output = child.wait_with_output().expect("the program ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer = String::from_utf8(output.stdout).expect("text");
        let (status, body) = answer.split_once('\n').expect("a status line");
        (status.to_owned(), body.to_owned())
    }
}
