//! What must not compile, and what the compiler says about it: `fail/**/*.rs` with a `.stderr` beside each.
//!
//! Only `compile_fail` cases are here: with a `pass` case in the same set trybuild would run `cargo build` instead of
//! `cargo check`, and an error that only code generation finds would slip in unnoticed.
//!
//! After a change of wording, `TRYBUILD=overwrite cargo test -p ui-tests --test ui` writes the new texts: read them.

#[test]
fn refused_by_cargo_check() {
    trybuild::TestCases::new().compile_fail("fail/**/*.rs");
}
