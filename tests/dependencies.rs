//! What a user of the default features compiles stays small: the number of crates, pinned. `.ci/weight` measures the rest.

use std::collections::BTreeSet;
use std::process::Command;

/// This library and what it depends on, also for building, on this platform.
fn crates(features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "grantor", "--no-default-features", "--features", features])
        .args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // `serde_derive v1.0.0 (proc-macro)`
    let name_and_version = |line: &str| line.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
    String::from_utf8_lossy(&output.stdout).lines().map(name_and_version).filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_default_features_are_at_most_45_crates() {
    let crates = crates("");
    assert!(crates.iter().any(|name| name.starts_with("serde_derive ")) && crates.len() > 20, "{crates:#?}");
    assert!(crates.len() <= 45, "{} crates: {crates:#?}", crates.len());
}

/// Of one crate there is one version: two are compiled twice.
#[test]
fn no_crate_is_there_twice() {
    for features in ["", "axum", "sqlite"] {
        let crates = crates(features);
        let names: BTreeSet<_> = crates.iter().filter_map(|name| name.split(' ').next()).collect();
        assert_eq!(names.len(), crates.len(), "{features}: {crates:#?}");
    }
}
