//! What a user of the default features compiles stays small: the number of crates, pinned. `.ci/weight` measures the rest. And which
//! parts of the library know which.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
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
fn the_default_features_are_at_most_75_crates() {
    let crates = crates("");
    assert!(crates.iter().any(|name| name.starts_with("serde_derive ")) && crates.len() > 20, "{crates:#?}");
    assert!(crates.len() <= 75, "{} crates: {crates:#?}", crates.len());
}

/// A server of opaque tokens signs nothing, and what speaks TLS is the application's choice.
#[test]
fn without_being_asked_for_there_is_no_jose_and_no_tls() {
    // What signs and verifies, and what libraries of JWTs and TLS are made of.
    let unwanted = [
        "aws-lc",
        "boring",
        "crypto-bigint",
        "curve25519",
        "ecdsa",
        "ed25519",
        "elliptic-curve",
        "jose",
        "jsonwebtoken",
        "jwt",
        "native-tls",
        "openssl",
        "p256",
        "p384",
        "pkcs8",
        "ring",
        "rsa",
        "rustls",
        "schannel",
        "security-framework",
        "signature",
        "spki",
        "tokio-rustls",
        "webpki",
        "x509",
    ];
    for features in ["", "tower", "axum", "reqwest", "sqlite", "postgres", "contract", "axum sqlite postgres"] {
        let crates = crates(features);
        assert!(crates.iter().any(|name| name.starts_with("url ")), "{crates:#?}");
        let found: Vec<_> = crates
            .iter()
            .filter(|name| {
                unwanted.iter().any(|start| name.starts_with(&format!("{start} ")) || name.starts_with(&format!("{start}-")))
            })
            .collect();
        assert!(found.is_empty(), "{features}: {found:?}");
    }
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

/// What a module of the library names, by the name of its file or folder below `src`. Tests and comments do not count.
fn named_by(module: &Path) -> BTreeSet<String> {
    if module.is_dir() {
        let entries = fs::read_dir(module).expect("a folder").map(|entry| entry.expect("an entry").path());
        return entries
            .filter(|path| !path.ends_with("tests") && !path.ends_with("tests.rs"))
            .flat_map(|path| named_by(&path))
            .collect();
    }
    let text = fs::read_to_string(module).unwrap_or_default();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let names = lines.flat_map(|line| line.split("crate::").skip(1));
    let names = names.map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>());
    // A macro may name what it is given.
    names.filter(|name| !name.is_empty()).collect()
}

/// All that a module comes to name, through others.
fn reached_from(module: &str) -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut reached, mut open) = (BTreeSet::new(), vec![module.to_owned()]);
    while let Some(name) = open.pop() {
        // One of the two is there.
        let [file, folder] = [format!("{name}.rs"), name.clone()].map(|path| named_by(&sources.join(path)));
        let named = file.into_iter().chain(folder);
        open.extend(named.filter(|other| *other != name && reached.insert(other.clone())));
    }
    reached
}

/// Clients are under everything, and who authenticates them is told by a narrow trait where they are kept.
#[test]
fn clients_and_their_authentication_know_neither_the_server_nor_its_storage() {
    let (client, authentication) = (reached_from("client"), reached_from("authentication"));
    assert!(client.contains("scope") && authentication.contains("client"), "{client:?} {authentication:?}");
    for above in ["authentication", "core", "storage", "feature", "grant", "endpoint", "authorization", "server"] {
        assert!(!client.contains(above) && !authentication.contains(above), "{above}: {client:?} {authentication:?}");
    }
    assert!(reached_from("endpoint").contains("storage"));
}
