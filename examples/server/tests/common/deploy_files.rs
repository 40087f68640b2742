//! What can be said of the files in `examples/deploy` without a machine that systemd runs, or that has a container engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::section::has;

const CONTAINERFILE: &str = include_str!("../../../deploy/Containerfile");

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// systemd has no complaint about the unit, and gives it the figure that the manual names.
#[test]
fn systemd_understands_the_unit_and_finds_it_confined() {
    if !has("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let unit = fs::read_to_string(repository().join("examples/deploy/grantor@.service")).expect("the unit");
    let program = "/usr/local/bin/authorization_server";
    assert_eq!(unit.matches(program).count(), 1);
    let path = folder.path().join("grantor@.service");
    fs::write(&path, unit.replace(program, env!("CARGO_BIN_EXE_authorization_server"))).expect("a file");
    for arguments in [&["verify"][..], &["security", "--offline=true", "--threshold=14", "--no-pager"]] {
        let output = Command::new("systemd-analyze").args(arguments).arg(&path).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success(), "{arguments:?}: {said}");
        // What it does not know it ignores, and says so.
        assert!(!said.contains("Unknown") && !said.contains("ignoring"), "{said}");
    }
    let manual = fs::read_to_string(repository().join("src/manual/deploying.rs")).expect("the page");
    assert!(manual.contains("gives the unit 1.4 of 10"));
}

/// Lines of the file with this instruction, of the stage that builds or of the one that runs.
fn instructions(stage: usize, name: &str) -> Vec<Vec<&'static str>> {
    let stage = CONTAINERFILE.split("\nFROM ").nth(stage).expect("a stage");
    let lines = stage.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    lines.map(|line| line.split(' ').collect()).collect()
}

#[test]
fn the_image_is_built_from_all_that_cargo_and_the_compiler_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for words in instructions(1, "COPY") {
        let (to, sources) = words.split_last().expect("a place");
        let to = folder.path().join(to);
        for source in sources {
            let copied = Command::new("cp").arg("-r").arg(repository().join(source)).arg(&to).status().expect("cp runs");
            assert!(copied.success(), "{source}");
        }
    }
    // A manifest names files: members, tests, benches.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(folder.path());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"name\":\"example-server\""));
    // And so does the code.
    let (mut sources, mut included) = (Vec::new(), 0);
    for part in ["src", "examples/server/authorization_server"] {
        rust_files(&folder.path().join(part), &mut sources);
    }
    for source in sources {
        let text = fs::read_to_string(&source).expect("text");
        for macro_name in ["include_str!(\"", "include_bytes!(\""] {
            for rest in text.split(macro_name).skip(1) {
                let file = source.with_file_name(rest.split('"').next().unwrap_or_default());
                assert!(file.exists(), "{} needs {}", source.display(), file.display());
                included += 1;
            }
        }
    }
    assert!(included > 20, "{included}");
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => rust_files(&path, into),
            false if path.extension().is_some_and(|extension| extension == "rs") => into.push(path),
            false => {}
        }
    }
}

#[test]
fn the_image_has_the_toolchain_of_the_repository_and_no_root() {
    let toolchain = fs::read_to_string(repository().join("rust-toolchain.toml")).expect("the file");
    let version = toolchain.split("channel = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
    let built_with = CONTAINERFILE.split("\nFROM rust:").nth(1).and_then(|rest| rest.split('-').next()).expect("an image");
    assert!(version.starts_with(&format!("{built_with}.")), "{version}, {built_with}");
    let user = instructions(2, "USER");
    let ids: Vec<u32> = user.concat().concat().split(':').map(|id| id.parse().expect("a number")).collect();
    assert!(ids.len() == 2 && ids.iter().all(|id| *id > 999), "{ids:?}");
    // What runs is what was built, and nothing has a shell between it and the signal to stop.
    assert!(instructions(2, "ENTRYPOINT")[0].concat().starts_with("[\"/usr/local/bin/authorization_server\""));
    assert!(instructions(2, "RUN").is_empty(), "no package is installed where it runs");
}
