//! Disabled means absent: a grant that is not in the chain is not in the program.
//!
//! Two programs differ in `.grant(Password::new(..))` only. In the one without, no symbol lies under `grantor::grant::password`
//! and none of that module's texts is among the bytes of the file, in a debug build and in a release build; in the one with, all
//! are there, so that looking for them means something.

#[path = "common/programs.rs"]
mod programs;

use std::collections::BTreeSet;

use programs::{Program, build, profiles};

/// Whose code is to be absent.
const MODULE: &str = "grantor::grant::password";
const SOURCE: &str = include_str!("../../src/grant/password.rs");

const PASSWORD_REQUEST: &str = "grant_type=password&username=alice&password=wonderland\
    &client_id=app&client_secret=a+secret+of+at+least+32+characters";

#[test]
fn a_grant_that_is_not_enabled_is_not_in_the_program() {
    let texts = string_literals(SOURCE).into_iter().filter(|text| text.len() >= 12).collect::<BTreeSet<_>>();
    assert!(texts.contains("the resource owner credentials are wrong"), "{texts:?}");

    for profile in profiles() {
        let programs = build(profile, ["with_password", "without_password"], &[]);
        let with = Program::read(&programs.join("with_password"));
        let without = Program::read(&programs.join("without_password"));

        assert!(!with.symbols_with(&[MODULE]).is_empty(), "{profile}: symbols of the grant that is enabled");
        assert_eq!(without.symbols_with(&[MODULE]), Vec::<&str>::new(), "{profile}");
        // The module is looked for in the right place: that of another grant is in both.
        for program in [&with, &without] {
            assert!(program.symbols.iter().any(|symbol| symbol.contains("grantor::grant::client_credentials")), "{profile}");
        }
        for text in &texts {
            assert!(with.contains(text), "{profile}: {text:?} of the grant that is enabled");
            assert!(!without.contains(text), "{profile}: {text:?}");
        }

        let (status, body) = with.answer(PASSWORD_REQUEST);
        assert!(status == "200" && body.contains("access_token"), "{profile}: {status} {body}");
        let (status, body) = without.answer(PASSWORD_REQUEST);
        assert!(status == "400" && body.contains(r#""error":"unsupported_grant_type""#), "{profile}: {status} {body}");
    }
}

/// The string literals of a source file, outside comments and attributes. It knows no more of Rust than that file needs: no raw
/// strings, no comments within a line.
fn string_literals(source: &str) -> Vec<String> {
    assert!(
        !source.contains("r\"") && !source.contains("r#\"") && !source.contains("/*"),
        "not in the little Rust that is read here"
    );
    let (mut literals, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find(['"', '/', '#', '\'']) {
        rest = &rest[at..];
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("#[") || rest.starts_with("#![") {
            rest = &rest[end_of_attribute(rest)..];
        } else if rest.starts_with('"') {
            let end = end_of_literal(rest);
            literals.push(rest[1..end - 1].replace("\\\"", "\""));
            rest = &rest[end..];
        } else if rest.starts_with("'\"'") {
            rest = &rest[3..];
        } else {
            rest = &rest[1..];
        }
    }
    literals
}

/// Where the literal ends that `text` begins with.
fn end_of_literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// Where the attribute ends that `text` begins with. Brackets in its literals do not count.
fn end_of_attribute(text: &str) -> usize {
    let (bytes, mut at, mut depth) = (text.as_bytes(), 0, 0);
    loop {
        match bytes[at] {
            b'[' => depth += 1,
            b']' if depth == 1 => return at + 1,
            b']' => depth -= 1,
            b'"' => at += end_of_literal(&text[at..]) - 1,
            _ => {}
        }
        at += 1;
    }
}

#[test]
fn literals_are_found_where_code_has_them() {
    let source = r#"
        // "a comment"
        #[attribute(["x]"], note = "an attribute \"]\"")]
        fn f<'a>() -> &'a str { g('"', "one"); "two \"quoted\"" }
        /// "documentation"
    "#;
    assert_eq!(string_literals(source), ["one", "two \"quoted\""]);
}
