//! Disabled means absent: a server whose clients are all registered by its operator has nothing in its program that reads what strangers
//! say of themselves.

#[path = "common/programs.rs"]
mod programs;

use programs::{Program, build, profiles};

const PARTS: [&str; 4] = [
    "grantor::feature::client_documents",
    "grantor::feature::dynamic_registration",
    "grantor::client::applicant",
    "grantor::client::described",
];
/// What only they say.
const TEXTS: [&str; 2] = ["nothing can be begun", "is not its URL, letter by letter"];

#[test]
fn a_server_without_strangers_has_nothing_of_them_in_the_program() {
    for profile in profiles() {
        let programs = build(profile, ["with_strangers", "without_password"], &[]);
        let with = Program::read(&programs.join("with_strangers"));
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
