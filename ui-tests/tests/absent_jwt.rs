//! Disabled means absent: a server without keys has nothing of JOSE in it, although the feature `jose` of the library is on, for another
//! server of the same program, say. That with the feature off there is not even the crate, `tests/dependencies.rs` shows.

#[path = "common/programs.rs"]
mod programs;

use programs::{Program, build, profiles};

/// Whose code is to be absent: this library's, and that of the library of cryptography under it, in Rust and in C. (What C runs when the
/// program starts and ends, whatever is linked of it, stays: a dozen functions that ask the processor what it is.)
const PARTS: [&str; 8] = [
    "grantor::jose",
    "grantor::feature::signing_keys",
    "grantor::feature::jwt_access_tokens",
    "grantor::resource_server::jwt",
    "aws_lc_rs::",
    "_ECDSA_",
    "_EVP_",
    "_EC_KEY_",
];
/// No API is in either program.
const IN_NEITHER: &str = "grantor::resource_server::jwt";
/// Of functions that do the same LLVM keeps one, under any of their names: this one writes a text, as those of other types do that are in
/// use.
const MERGED: &str = "<grantor::jose::thumbprint::KeyId as core::fmt::Display>::fmt";
/// A text of that code.
const TEXT: &str = "an access token with the claims of the application is too long";

const REQUEST: &str = "grant_type=client_credentials&client_id=app&client_secret=a+secret+of+at+least+32+characters";

#[test]
fn a_server_without_keys_has_no_jose_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_jwt", "without_jwt"], &["--features", "jose"]);
        let with = Program::read(&programs.join("with_jwt"));
        let without = Program::read(&programs.join("without_jwt"));

        for part in PARTS.iter().filter(|part| **part != IN_NEITHER) {
            assert!(!with.symbols_with(&[part]).is_empty(), "{profile}: {part} where JWTs are signed");
        }
        assert!(with.contains(TEXT), "{profile}");
        let found = without.symbols_with(&PARTS).into_iter().filter(|symbol| *symbol != MERGED);
        assert_eq!(found.collect::<Vec<_>>(), Vec::<&str>::new(), "{profile}");
        assert!(!without.contains(TEXT), "{profile}");

        for (program, parts) in [(&with, 3), (&without, 1)] {
            let (status, body) = program.answer(REQUEST);
            let token = body.split("\"access_token\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            assert_eq!((status.as_str(), token.split('.').count()), ("200", parts), "{profile}: {body}");
        }
    }
}
