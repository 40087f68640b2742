//! The README shows a compile error and a whole server. Both are checked here, so that they cannot drift.

use std::fs::read_to_string;
use std::path::Path;

#[test]
fn the_readme_shows_what_the_compiler_prints_and_what_the_example_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let readme = read("README.md");
    for shown in ["ui-tests/fail/grants/code_grant_without_response_type.stderr", "examples/minimal.rs"] {
        assert!(readme.contains(read(shown).trim_end()), "the README does not show {shown} as it is");
    }
    assert!(read("examples/minimal.rs").lines().count() <= 40);
}
