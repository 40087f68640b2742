//! Disabled means absent: a server that signs access tokens, and binds none to a key, has nothing of that in its program.

#[path = "common/programs.rs"]
mod programs;

use programs::{Program, build, profiles};

const PARTS: [&str; 2] = ["grantor::feature::dpop", "grantor::dpop"];
/// The type of proofs (RFC 9449 section 4.2), and an error that only they have.
const TEXTS: [&str; 2] = ["invalid_dpop_proof", "htu of the DPoP proof"];

#[test]
fn a_server_without_dpop_has_nothing_of_it_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_dpop", "with_jwt"], &["--features", "jose"]);
        let with = Program::read(&programs.join("with_dpop"));
        let without = Program::read(&programs.join("with_jwt"));
        assert!(!with.symbols_with(&PARTS).is_empty() && TEXTS.iter().all(|text| with.contains(text)), "{profile}");
        let found = (without.symbols_with(&PARTS), TEXTS.iter().any(|text| without.contains(text)));
        assert_eq!(found, (Vec::new(), false), "{profile}");
    }
}
