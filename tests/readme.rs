//! What the README tells a newcomer to do can be done: features have the names that it says, its links lead somewhere, and its program
//! compiles in a new crate with the lines that it shows.

use std::fs;
use std::path::Path;
use std::process::Command;

fn readme() -> String {
    std::fs::read_to_string("README.md").expect("the README")
}

#[test]
fn the_features_that_it_names_are_there() {
    let manifest = std::fs::read_to_string("Cargo.toml").expect("the manifest");
    let (_, features) = manifest.split_once("[features]\n").expect("features");
    let features = features.split("\n[").next().unwrap_or_default();
    let is_there = |name: &str| features.lines().any(|line| line.starts_with(&format!("{name} = ")));
    let readme = readme();
    let lines: Vec<_> = readme.lines().filter(|line| line.starts_with("grantor = {")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        // What is quoted, but for the version.
        let named: Vec<_> = line.split('"').skip(1).step_by(2).filter(|text| !text.starts_with(char::is_numeric)).collect();
        assert!(!named.is_empty() && named.iter().all(|name| is_there(name)), "{line}: {features}");
    }
    assert!(!is_there("no such feature"));
}

#[test]
fn its_links_lead_to_files() {
    let readme = readme();
    let links: Vec<_> = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let local: Vec<_> = links.iter().filter(|link| !link.contains("://")).collect();
    assert!(local.len() > 8, "{local:?}");
    for link in local {
        assert!(Path::new(link).exists(), "{link}");
    }
}

/// With the library of this folder, and otherwise with what crates that use it get; nothing is fetched.
#[test]
fn its_program_compiles_in_a_new_crate_with_the_lines_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = readme();
    let shown = |language: &str, part: &str| {
        let fence = format!("```{language}\n");
        let blocks = readme.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
        let found: Vec<_> = blocks.filter(|block| block.contains(part)).collect();
        assert_eq!(found.len(), 1, "one block with {part}: {found:?}");
        found[0].to_owned()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let manifest = format!(
        "[package]\nname = \"newcomer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\n[patch.crates-io]\ngrantor = {{ path = {:?} }}\n",
        shown("toml", "[dependencies]"),
        root.to_str().expect("text")
    );
    write("Cargo.toml", &manifest);
    write("Cargo.lock", &fs::read_to_string(root.join("Cargo.lock")).expect("the lock"));
    fs::create_dir(folder.path().join("src")).expect("a folder");
    write("src/main.rs", &shown("rust", "fn main()"));
    // In a target directory of its own, which no running cargo has locked, and which the next run finds again.
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--target-dir"])
        .arg(root.join("target/readme"))
        .current_dir(folder.path())
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{manifest}\n{}", String::from_utf8_lossy(&output.stderr));
}
