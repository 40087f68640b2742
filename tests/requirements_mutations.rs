//! A sample of the requirement ledger, proven by mutation: break the behaviour, see the test fail that shows the row. What is
//! broken is in `tests/requirements/mutations.csv`.
//!
//! Always: each mutation still fits the source, and its test names its row. With `GRANTOR_MUTATIONS=all` each is made, in a copy
//! of the sources under `target/mutations`; that takes some minutes, and `--nocapture` shows how far it is. With
//! `GRANTOR_MUTATIONS=RFC9700` those of the rows that begin so.

#[path = "requirements/ledger.rs"]
mod ledger;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use ledger::{named_rows, read, records, root};

/// What the copy needs to build.
const COPIED: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", "README.md", "COMPARE.md", "src", "tests", "examples", "benches", "ui-tests"];

struct Mutation {
    row: String,
    file: String,
    find: String,
    replace: String,
    /// `tests/oauth/authorization.rs` or `src/values/pkce.rs`, and the function.
    test: (String, String),
}

fn mutations() -> Vec<Mutation> {
    let mutation = |record: &csv::StringRecord| {
        let [row, file, find, replace, test] = [0, 1, 2, 3, 4].map(|at| record[at].to_owned());
        let (path, function) = test.split_once("::").unwrap_or_else(|| panic!("{row}: {test}"));
        Mutation { row, file, find, replace, test: (path.to_owned(), function.to_owned()) }
    };
    records(&root().join("tests/requirements/mutations.csv")).iter().map(mutation).collect()
}

#[test]
fn each_mutation_fits_the_source_and_its_test_names_its_row() {
    let named = named_rows();
    let mutations = mutations();
    assert!(mutations.len() >= 25);
    for Mutation { row, file, find, replace, test: (path, function) } in &mutations {
        let occurrences = read(&root().join(file)).matches(find.as_str()).count();
        assert_eq!(occurrences, 1, "{row}: how often `{find}` is in {file}");
        assert_ne!(find, replace, "{row}");
        let tests = named.get(row).unwrap_or_else(|| panic!("{row}: no test names it"));
        let is_it = |test: &&ledger::TestName| test.file == *path && test.function.as_ref() == Some(function);
        assert_eq!(tests.iter().filter(is_it).count(), 1, "{row}: {path}::{function} does not name it");
    }
}

#[test]
fn each_mutation_makes_its_test_fail() {
    let Ok(chosen) = env::var("GRANTOR_MUTATIONS") else {
        return eprintln!("left out: GRANTOR_MUTATIONS says neither `all` nor which");
    };
    let folder = root().join("target/mutations/source");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the old copy can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder");
    for name in COPIED {
        copy(&root().join(name), &folder.join(name));
    }
    let mut survivors = Vec::new();
    for mutation in mutations().iter().filter(|mutation| chosen == "all" || mutation.row.starts_with(&chosen)) {
        let path = folder.join(&mutation.file);
        let source = read(&path);
        fs::write(&path, source.replace(&mutation.find, &mutation.replace)).expect("the copy can be written");
        let broken = run(&folder, mutation);
        fs::write(&path, source).expect("the copy can be written");
        // A mutation that does not compile proves nothing.
        let noticed = !broken.status.success() && ran_one(&broken);
        eprintln!("{} {}", mutation.row, if noticed { "fails" } else { "SURVIVES" });
        if !noticed {
            survivors.push(format!("{}: {}", mutation.row, text(&broken)));
        }
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

/// Runs the test of the mutation in the copy.
fn run(folder: &Path, Mutation { test: (path, function), .. }: &Mutation) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", root().join("target/mutations")).args(["test", "--quiet"]);
    match path.strip_prefix("tests/").and_then(|path| path.strip_suffix(".rs")) {
        Some(file) => match file.split_once('/') {
            Some((test, module)) => cargo.args(["--test", test, "--", "--exact", &format!("{module}::{function}")]),
            None => cargo.args(["--test", file, "--", "--exact", function]),
        },
        None => cargo.args(["--lib", "--", &format!("{}::{function}", module_of(path))]),
    };
    cargo.output().expect("cargo")
}

/// Where the tests of a file are: `resource_server::tests` for `src/resource_server/mod.rs`, and for `src/resource_server/tests.rs`.
fn module_of(path: &str) -> String {
    let module = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
    if module.split("::").any(|part| part == "tests") { module } else { format!("{module}::tests") }
}

/// It was one test that ran, whatever became of it.
fn ran_one(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stdout).contains("running 1 test\n")
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).join("\n")
}

fn copy(from: &Path, to: &PathBuf) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_name() != "target" {
                copy(&entry.path(), &to.join(entry.file_name()));
            }
        }
    } else {
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}
