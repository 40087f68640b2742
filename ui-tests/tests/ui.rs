//! What must not compile, and what the compiler says about it: `fail/**/*.rs` with a `.stderr` beside each.
//!
//! Only `compile_fail` cases are here: with a `pass` case in the same set trybuild would run `cargo build` instead of
//! `cargo check`, and an error that only code generation finds would slip in unnoticed.
//!
//! After a change of wording, `TRYBUILD=overwrite cargo test -p ui-tests --test ui` writes the new texts: read them.

use std::panic;
use std::path::Path;
use std::process::Command;

#[test]
fn refused_by_cargo_check() {
    let outcome = panic::catch_unwind(|| trybuild::TestCases::new().compile_fail("fail/**/*.rs"));
    if let Err(failure) = outcome {
        report_what_cargo_says();
        panic::resume_unwind(failure);
    }
}

/// trybuild keeps what cargo says for itself. Where cargo itself fails, as on a full disk, each case then seems to compile.
fn report_what_cargo_says() {
    // A test program lies in `deps`, below the profile, below the target directory.
    let program = std::env::current_exe().expect("a running program has a path");
    let target = program.ancestors().nth(3).unwrap_or(Path::new("target"));
    let project = target.join("tests").join("trybuild").join("ui-tests");
    let checked = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--bin", "ui-tests-tests"])
        .env("CARGO_TARGET_DIR", target.join("tests").join("trybuild"))
        .current_dir(&project)
        .output();
    match checked {
        Ok(output) => {
            eprintln!("cargo, on {}: {}\n{}", project.display(), output.status, String::from_utf8_lossy(&output.stderr))
        }
        Err(error) => eprintln!("cargo, on {}: {error}", project.display()),
    }
    if let Ok(disk) = Command::new("df").arg("-h").arg(target).output() {
        eprintln!("{}", String::from_utf8_lossy(&disk.stdout));
    }
}
