//! What the README tells a newcomer to do can be done: features have the names that it says, and its links lead somewhere.

use std::path::Path;

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
