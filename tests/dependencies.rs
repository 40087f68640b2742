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

/// Fifteen more, and nothing but the one that signs and verifies, what that is built with, and what waits for several clients at once.
#[test]
fn with_jose_there_is_one_crate_that_signs() {
    let (without, with) = (crates(""), crates("jose"));
    let more: Vec<_> = with.difference(&without).filter_map(|name| name.split(' ').next()).collect();
    assert!(more.contains(&"aws-lc-rs") && more.len() <= 15, "{more:?}");
    assert!(!more.iter().any(|name| ["p256", "rsa", "ring", "jsonwebtoken", "ecdsa"].contains(name)), "{more:?}");
}

/// What reads certificates, and nothing that verifies or connects. `der_derive` is built with a `syn` of its own.
#[test]
fn with_mtls_there_is_what_reads_certificates() {
    let (without, with) = (crates(""), crates("mtls"));
    let more: BTreeSet<_> = with.difference(&without).filter_map(|name| name.split(' ').next()).collect();
    assert_eq!(more, BTreeSet::from(["const-oid", "der", "der_derive", "flagset", "spki", "syn", "x509-cert"]));
}

/// Who counts nothing compiles nothing that counts; and who does, only what they chose.
#[test]
fn what_counts_comes_with_its_feature_alone() {
    let without = crates("");
    let more = |features: &str| -> BTreeSet<String> {
        crates(features).difference(&without).filter_map(|name| Some(name.split(' ').next()?.to_owned())).collect()
    };
    let (metrics, governor) = (more("metrics"), more("governor"));
    assert!(metrics.contains("metrics") && !metrics.contains("governor") && metrics.len() <= 3, "{metrics:?}");
    assert!(governor.contains("governor") && !governor.contains("metrics") && governor.len() <= 19, "{governor:?}");
    // Neither clocks nor stores of its own that nobody here asks, nor dice.
    assert!(["dashmap", "quanta", "rand", "getrandom"].iter().all(|name| !governor.contains(*name)), "{governor:?}");
}

/// Of one crate there is one version: two are compiled twice.
#[test]
fn no_crate_is_there_twice() {
    for features in ["", "axum", "jose", "sqlite"] {
        let crates = crates(features);
        let names: BTreeSet<_> = crates.iter().filter_map(|name| name.split(' ').next()).collect();
        assert_eq!(names.len(), crates.len(), "{features}: {crates:#?}");
    }
}

/// One file is to be written anew if another library is to sign.
#[test]
fn one_file_names_the_library_that_signs() {
    fn naming(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let below = |path: std::path::PathBuf| {
            if path.is_dir() {
                return naming(&path);
            }
            let names = fs::read_to_string(&path).is_ok_and(|text| text.contains("aws_lc"));
            names.then(|| path.display().to_string()).into_iter().collect()
        };
        entries.flat_map(below).collect()
    }
    let naming = naming(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(matches!(&naming[..], [path] if path.ends_with("jose/crypto.rs")), "{naming:?}");
}
