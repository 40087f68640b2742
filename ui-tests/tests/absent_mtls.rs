//! Disabled means absent: a server that signs access tokens, and binds none to a certificate, has nothing of that in its program, nor of
//! the crate that reads certificates, although the feature `mtls` of the library is on.

#[path = "common/programs.rs"]
mod programs;

use programs::{Program, build, profiles};

const PARTS: [&str; 3] = ["grantor::feature::mutual_tls", "grantor::mtls", "x509_cert::"];
/// What only they say.
const TEXTS: [&str; 2] = ["the token would be bound to a client certificate", "what was granted is bound to another certificate"];

#[test]
fn a_server_without_mutual_tls_has_nothing_of_it_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_mtls", "with_jwt"], &["--features", "jose"]);
        let with = Program::read(&programs.join("with_mtls"));
        let without = Program::read(&programs.join("with_jwt"));
        for part in PARTS.into_iter().filter(|_| profile == "dev") {
            assert!(!with.symbols_with(&[part]).is_empty(), "{part}");
        }
        assert!(TEXTS.iter().all(|text| with.contains(text)), "{profile}");
        let found = (without.symbols_with(&PARTS), TEXTS.map(|text| without.contains(text)));
        assert_eq!(found, (Vec::new(), [false; 2]), "{profile}");
    }
}
