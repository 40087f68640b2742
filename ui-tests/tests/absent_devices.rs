//! Disabled means absent: a server without devices has nothing of their grant in its program.

#[path = "common/programs.rs"]
mod programs;

use programs::{Program, build, profiles};

const PARTS: [&str; 4] = [
    "grantor::grant::device_code",
    "grantor::endpoint::device",
    "grantor::issue::step::consume",
    "grantor::authorization::deferred",
];
/// What only they say.
const TEXTS: [&str; 3] = ["authorization_pending", "BCDFGHJKLMNPQRSTVWXZ", "nobody decided in time"];

#[test]
fn a_server_without_devices_has_nothing_of_them_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_devices", "without_password"], &[]);
        let with = Program::read(&programs.join("with_devices"));
        let without = Program::read(&programs.join("without_password"));
        // The optimiser makes one function of several, and names it after any of them.
        for part in PARTS.into_iter().filter(|_| profile == "dev") {
            assert!(!with.symbols_with(&[part]).is_empty(), "{part}");
            assert_eq!(without.symbols_with(&[part]), Vec::<&str>::new(), "{part}");
        }
        for text in TEXTS {
            assert_eq!((with.contains(text), without.contains(text)), (true, false), "{profile}: {text}");
        }
    }
}
