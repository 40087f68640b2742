//! The legal neighbour of every rule: what is refused in `fail/` with one thing changed. Compiled and run apart from the cases
//! that must fail, because a case that runs makes trybuild build instead of check.

#[test]
fn accepted_and_run() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
