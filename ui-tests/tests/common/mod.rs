//! The cases, what the compiler says about them, and the messages that the library gives it.
#![allow(dead_code, reason = "each test uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

/// The `message` of each `on_unimplemented` in a source file, after the name of the trait that it is of.
pub fn messages(path: &Path) -> Vec<(String, String)> {
    let source = read(path);
    let mut attributes = source.split("#[diagnostic::on_unimplemented(");
    attributes.next();
    attributes
        .map(|attribute| {
            let trait_name = attribute.split("trait ").nth(1).and_then(|after| after.split([' ', '<', ':']).next());
            let place = trait_name.unwrap_or_else(|| panic!("{}: {attribute}", path.display())).to_owned();
            let message = attribute.split("message = \"").nth(1).expect(&place);
            let end = message.match_indices('"').find(|(at, _)| !message[..*at].ends_with('\\')).expect(&place).0;
            (place, message[..end].replace("\\\"", "\""))
        })
        .collect()
}

/// Rules that no chain of the library's own parts can break, and so no case here. `src/feature/tests/formats.rs` has two features that do.
pub const WITHOUT_A_CASE: &[&str] = &["LacksTokenFormat"];

/// The rules, each with the file where it stands: the traits of `src/rules`, and those of other folders that `src/rules/mod.rs` shows.
pub fn rules() -> Vec<(String, PathBuf)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let shown = read(&src.join("rules/mod.rs"));
    let lines: Vec<_> = shown.lines().collect();
    let uses = lines.iter().enumerate().filter(|(at, line)| line.starts_with("pub use crate::") && !is_hidden(&lines[..*at]));
    let from_elsewhere: Vec<_> = uses.flat_map(|(_, line)| line.split(|c: char| !c.is_alphanumeric())).collect();
    let mut rules = Vec::new();
    for path in files(&src, "rs") {
        let (source, is_in_rules) = (read(&path), path.parent() == Some(&src.join("rules")));
        let names = public_traits(&source).into_iter().filter(|name| is_in_rules || from_elsewhere.contains(&&**name));
        rules.extend(names.map(|name| (name, path.clone())));
    }
    // What seals profiles is in a private module.
    rules.retain(|(name, _)| name != "Sealed");
    rules
}

/// The traits of a file that its documentation shows.
fn public_traits(source: &str) -> Vec<String> {
    let lines: Vec<_> = source.lines().collect();
    let traits = lines.iter().enumerate().filter_map(|(at, line)| {
        let name = line.trim_start().strip_prefix("pub trait ")?.split([' ', '<', ':', '{']).next()?;
        (!is_hidden(&lines[..at])).then(|| name.to_owned())
    });
    traits.collect()
}

/// Do the lines end with what hides the item that comes next?
fn is_hidden(before: &[&str]) -> bool {
    let attributes =
        before.iter().rev().map(|line| line.trim()).take_while(|line| !line.is_empty() && *line != "}" && !line.ends_with(';'));
    attributes.into_iter().any(|line| line == "#[doc(hidden)]")
}

/// Is the line the message, with something in place of each `{parameter}`?
pub fn fits(message: &str, line: &str) -> bool {
    let mut texts = message.split('{').map(|part| part.split_once('}').map_or(part, |(_, text)| text));
    let Some(mut rest) = texts.next().and_then(|text| line.strip_prefix(text)) else { return false };
    for text in texts {
        let Some(at) = rest.find(text) else { return false };
        rest = &rest[at + text.len()..];
    }
    rest.is_empty() || message.ends_with('}')
}

/// The errors of a case. Warnings and rustc's closing lines are none.
pub fn errors_in(stderr: &str) -> Vec<String> {
    let mut errors = Vec::<String>::new();
    let mut is_error = false;
    for line in stderr.lines() {
        if line.starts_with("error") || line.starts_with("warning") {
            is_error = line.starts_with("error");
            if is_error {
                errors.push(String::new());
            }
        }
        if let (true, Some(error)) = (is_error, errors.last_mut()) {
            error.push_str(line);
            error.push('\n');
        }
    }
    errors.iter().map(|error| error.trim_end().to_owned()).collect()
}

pub fn fail() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fail")
}

/// `builder/no_storage` for `fail/builder/no_storage.rs`.
pub fn case_of(path: &Path) -> String {
    let case = path.strip_prefix(fail()).expect("a case").with_extension("");
    case.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below the folder with the extension.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found
}

/// The cases, sorted.
pub fn cases() -> Vec<PathBuf> {
    let mut cases = files(&fail(), "rs");
    cases.sort();
    cases
}
