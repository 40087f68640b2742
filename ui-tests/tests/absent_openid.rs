//! Disabled means absent: a server that signs access tokens, and is no OpenID Provider, has nothing of one in its program.

#[path = "common/programs.rs"]
mod programs;

use programs::{Program, build, profiles};

const PART: &str = "grantor::feature::open_id";
/// A claim that only ID tokens have (OpenID Connect Core section 3.3.2.11).
const TEXT: &str = "c_hash";

#[test]
fn a_server_without_openid_has_nothing_of_it_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_openid", "with_jwt"], &["--features", "jose"]);
        let with = Program::read(&programs.join("with_openid"));
        let without = Program::read(&programs.join("with_jwt"));
        assert!(!with.symbols_with(&[PART]).is_empty() && with.contains(TEXT), "{profile}");
        assert_eq!((without.symbols_with(&[PART]), without.contains(TEXT)), (Vec::new(), false), "{profile}");
    }
}

/// Where people sign out.
const LOGOUT: [&str; 3] =
    ["grantor::feature::rp_initiated_logout", "grantor::feature::back_channel_logout", "grantor::feature::sessions"];

#[test]
fn an_openid_provider_without_logout_has_nothing_of_it_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_logout", "with_openid"], &["--features", "jose"]);
        let with = Program::read(&programs.join("with_logout"));
        let without = Program::read(&programs.join("with_openid"));
        assert!(!with.symbols_with(&LOGOUT).is_empty() && with.contains("You are signed out"), "{profile}");
        let found = (without.symbols_with(&LOGOUT), without.contains("You are signed out"));
        assert_eq!(found, (Vec::new(), false), "{profile}");
    }
}
