//! What must not compile, and what the compiler says about it: `fail/**/*.rs` with a `.stderr` beside each.
//!
//! Only `compile_fail` cases are here (`pass.rs` has the others): with a `pass` case in the same set trybuild would run `cargo build` instead of
//! `cargo check`, and an error that only code generation finds would slip in unnoticed.
//!
//! After a change of wording, `TRYBUILD=overwrite cargo test -p ui-tests --test ui` writes the new texts: read them.

use std::any::Any;
use std::panic;
use std::path::Path;
use std::process::Command;

#[test]
fn refused_by_cargo_check() {
    let Err(failure) = check() else { return };
    say_how_cargo_is();
    // trybuild keeps what cargo says for itself: where cargo itself fails, as by a compiler that was killed, each case seems to compile.
    if is_of_all(&*failure) {
        check().unwrap_or_else(|again| panic::resume_unwind(again));
        return;
    }
    panic::resume_unwind(failure);
}

fn check() -> std::thread::Result<()> {
    panic::catch_unwind(|| trybuild::TestCases::new().compile_fail("fail/**/*.rs"))
}

/// `245 of 245 tests failed`.
fn is_of_all(failure: &(dyn Any + Send)) -> bool {
    let words = failure.downcast_ref::<String>().map_or("", String::as_str);
    words.split_once(" of ").is_some_and(|(failed, rest)| rest.split(' ').next() == Some(failed))
}

fn say_how_cargo_is() {
    // A test program lies in `deps`, below the profile, below the target directory.
    let program = std::env::current_exe().expect("a running program has a path");
    let target = program.ancestors().nth(3).unwrap_or(Path::new("target"));
    let project = target.join("tests").join("trybuild").join("ui-tests");
    let mut check = Command::new(env!("CARGO"));
    check.args(["check", "--offline", "--quiet", "--bin", "ui-tests-tests"]).current_dir(&project);
    check.env("CARGO_TARGET_DIR", target.join("tests").join("trybuild"));
    let mut space = Command::new("df");
    space.arg("-h").arg(target);
    for mut command in [check, space, Command::new("free")] {
        match command.output() {
            Ok(said) => {
                eprintln!("{command:?}: {}", said.status);
                eprintln!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
            }
            Err(error) => eprintln!("{command:?}: {error}"),
        }
    }
}
