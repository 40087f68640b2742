//! The manual's page of compile errors, `src/manual/compile_errors.md`, is made of the cases in `fail/`, of what the compiler says
//! about them, and of their legal neighbours in `pass/`. `GRANTOR_BLESS=1 cargo test -p ui-tests --test manual` writes it anew.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::{WITHOUT_A_CASE, case_of, cases, errors_in, fits, messages, read, rules};

/// The folders of cases, in the order of the page, each with its title.
const FOLDERS: &[(&str, &str)] = &[
    ("builder", "The chain"),
    ("grants", "Grants"),
    ("responses", "Response types"),
    ("profiles", "Profiles"),
    ("keys", "Signing keys"),
    ("dpop", "Tokens that are bound to a key"),
    ("details", "Rich requests"),
    ("mutual_tls", "Certificates of clients"),
    ("openid", "OpenID Connect"),
    ("registration", "Registration"),
    ("storage", "Storage"),
    ("types", "Types written down"),
    ("values", "Values"),
    ("server", "Working with a server"),
    ("resource_server", "The resource server"),
];

/// How rustc's notes begin that name the traits of this library, which nobody has to know.
const FROM_WITHIN: &[&str] = &[
    "note: required ",
    "help: the trait `",
    "help: the following ",
    "help: for that trait implementation",
    "note: the trait bound",
];

const HEAD: &str = "\
Every compile error of this library with its remedy. Search this page for the first line of yours.

Under each message is a program that provokes it and what the compiler says; unfold the last line for the same without the mistake.
Where the library found the mistake, the line under the code says what to do, and a note says which RFC asks for it. `PgStore` stands
for a storage with every capability, and `NoCodes` or the like for one that lacks something.

To keep the page short, imports are left out of the programs. Left out of the messages are the notes in which rustc shows this
library from within: which trait is not implemented, which types do implement it, and where it is required.

The page is made from the library's tests (`ui-tests` in its repository): the compiler really says this.
";

#[test]
fn the_page_of_compile_errors_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/manual/compile_errors.md");
    let page = page();
    if std::env::var_os("GRANTOR_BLESS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let is_up_to_date = fs::read_to_string(&path).is_ok_and(|written| written == page);
    assert!(is_up_to_date, "GRANTOR_BLESS=1 cargo test -p ui-tests --test manual");
}

/// The page about grants and profiles has a row for each rule, and in its last column how many lines the compiler's error has: the
/// longest of all cases, `–` if the rule only stands for others and has no message of its own, or if nothing can show it.
#[test]
fn each_rule_is_in_the_manual() {
    let source = |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../src").join(path);
    let page = source("manual/choosing_grants_and_profiles.rs");
    let text = read(&page);
    let rules = rules();
    let mut sources: Vec<_> = rules.iter().map(|(_, path)| path.clone()).chain([source("storage/mod.rs")]).collect();
    sources.dedup();
    let messages: BTreeMap<_, _> = sources.iter().flat_map(|path| messages(path)).collect();
    let errors: Vec<_> = cases().iter().flat_map(|path| errors_in(&read(&path.with_extension("stderr")))).collect();

    let mut rows = text.clone();
    for rule in rules.iter().map(|(rule, _)| &**rule).chain(["Durable"]) {
        let row = text
            .lines()
            .find(|line| [format!("//! | [`{rule}`]"), format!("//! | `{rule}`")].iter().any(|row| line.starts_with(row)));
        let row = row.unwrap_or_else(|| panic!("no row for {rule}"));
        // The message of `Profile` is that of the trait that seals it.
        let its = messages.get(rule).or_else(|| messages.get("Sealed").filter(|_| rule == "Profile"));
        let its = its.filter(|_| !WITHOUT_A_CASE.contains(&rule));
        let lines = its.map(|its| {
            let said = errors.iter().filter(|error| fits(its, &message(error)));
            said.map(|error| error.lines().count()).max().unwrap_or_else(|| panic!("no case shows {rule}"))
        });
        let cells: Vec<_> = row.split(" | ").take(3).collect();
        let lines = lines.map_or("–".to_owned(), |lines| lines.to_string());
        rows = rows.replace(row, &format!("{} | {lines} |", cells.join(" | ").trim_end_matches(" |")));
    }
    if std::env::var_os("GRANTOR_BLESS").is_some() {
        fs::write(&page, &rows).expect("the page can be written");
    }
    assert_eq!(read(&page), rows, "GRANTOR_BLESS=1 cargo test -p ui-tests --test manual");
}

#[test]
fn what_is_left_out_of_messages() {
    let error = "error[E0277]: no\n --> a.rs:1:1\n  |\n  = help: the trait `T` is not implemented for `X`\n  \
        = help: the following other types implement trait `T`:\n            A\n            B\n  = note: why\n\
        note: required by a bound in `b`\n --> $WORKSPACE/src/b.rs\n  |\n  | where\n\
        note: method defined here\n --> $WORKSPACE/src/b.rs\n  |\n  | fn\nhelp: try\n  |\n1 | c";
    assert_eq!(shortened(error), "error[E0277]: no\n --> a.rs:1:1\n  |\n  = note: why\nhelp: try\n  |\n1 | c");
}

/// A mistake, and one error that the compiler makes of it.
struct Entry {
    /// `builder/no_storage`.
    case: String,
    /// The first line, without its code.
    message: String,
    error: String,
    /// How many errors its case has: the fewer the better an example it is.
    errors: usize,
    source: String,
    legal: String,
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (folder, title) in FOLDERS {
        let _ = write!(page, "\n# {title}\n");
        for entries in groups().into_values().filter(|entries| entries[0].case.starts_with(&format!("{folder}/"))) {
            write_group(&mut page, &entries);
        }
    }
    page
}

/// The errors that are one for readers, the best example first; in the order of the page, errors of this library before rustc's.
fn groups() -> BTreeMap<String, Vec<Entry>> {
    let mut groups = BTreeMap::<String, Vec<Entry>>::new();
    for entry in entries() {
        groups.entry(key(&entry)).or_default().push(entry);
    }
    let best_first = |mut entries: Vec<Entry>| {
        entries.sort_by_key(|entry| (entry.errors, entry.source.lines().count(), entry.case.clone()));
        // A case that makes the same mistake twice is one.
        entries.dedup_by_key(|entry| entry.case.clone());
        (format!("{} {} {}", !is_ours(&entries[0].error), entries[0].case, entries[0].message), entries)
    };
    groups.into_values().map(best_first).collect()
}

/// What makes two errors the same: the message, whatever names are in it. If it is one of rustc's own, which it says of many
/// mistakes, the folder and the names count too.
fn key(entry: &Entry) -> String {
    if !is_ours(&entry.error) {
        return format!("{} {}", entry.case.split('/').next().unwrap_or_default(), entry.message);
    }
    entry.message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// Has this library written the message? Then it is a trait that is not implemented, or a constant that panics.
fn is_ours(error: &str) -> bool {
    ["error[E0277]", "error[E0080]"].iter().any(|code| error.starts_with(code))
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for path in cases() {
        let case = case_of(&path);
        assert!(FOLDERS.iter().any(|(folder, _)| case.starts_with(&format!("{folder}/"))), "{case}: its folder needs a title");
        let (source, stderr) = (read(&path), read(&path.with_extension("stderr")));
        let neighbour = source.lines().next().and_then(|line| line.strip_prefix("// legal: ")).expect(&case);
        let (file, function) = neighbour.split_once(", fn ").expect(&case);
        let legal = function_in(&read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)), function);
        let errors: Vec<_> = errors_in(&stderr);
        for error in &errors {
            let (case, error, errors) = (case.clone(), shortened(error), errors.len());
            let (source, legal, message) = (program(&source), legal.clone(), message(&error));
            entries.push(Entry { case, message, error, errors, source, legal });
        }
    }
    entries
}

fn write_group(page: &mut String, entries: &[Entry]) {
    let Entry { case, message, error, source, legal, .. } = &entries[0];
    let _ = write!(page, "\n## {message}\n\n```rust,compile_fail\n{source}\n```\n\n```text\n{error}\n```\n");
    if let [_, others @ ..] = entries
        && !others.is_empty()
    {
        let others: Vec<_> = others.iter().map(|other| words(&other.case)).collect();
        let _ = write!(page, "\nThe same message for: {}.\n", others.join("; "));
    }
    let _ =
        write!(page, "\n<details><summary>Legal, beside <code>{case}</code></summary>\n\n```rust\n{legal}\n```\n\n</details>\n");
}

/// `memory in arc` for `storage/memory_in_arc`.
fn words(case: &str) -> String {
    case.rsplit('/').next().unwrap_or_default().replace('_', " ")
}

/// The first line without its code; with what was expected, where rustc says no more than that types differ.
fn message(error: &str) -> String {
    let first = error.lines().next().and_then(|line| line.split_once(": ")).expect(error).1;
    let message = first.strip_prefix("evaluation panicked: ").unwrap_or(first);
    let label = || error.lines().find_map(|line| Some(line.split_once('^')?.1.trim_start_matches(['^', '-', ' ']))).expect(error);
    if message == "mismatched types" { format!("{message}: {}", label()) } else { message.to_owned() }
}

/// The error without the notes that show this library from within.
fn shortened(error: &str) -> String {
    let begins = |line: &str| ["note: ", "help: ", "= "].iter().any(|start| line.trim_start().starts_with(start));
    let mut notes: Vec<Vec<&str>> = vec![Vec::new()];
    for line in error.lines() {
        if begins(line) {
            notes.push(Vec::new());
        }
        notes.last_mut().expect("one at least").push(line);
    }
    let is_kept = |note: &&Vec<&str>| {
        let text = note.first().map_or("", |line| line.trim_start().trim_start_matches("= "));
        let shows_the_library = note.iter().any(|line| line.trim_start().starts_with("--> $WORKSPACE/src"));
        !shows_the_library && !FROM_WITHIN.iter().any(|start| text.starts_with(start))
    };
    let kept = notes.iter().take(1).chain(notes.iter().skip(1).filter(is_kept));
    kept.flatten().copied().collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// The program without imports, comments and empty `main`; what is in a `main`, without that.
fn program(source: &str) -> String {
    let source = without_imports(source).replace("\nfn main() {}\n", "\n");
    let source = source.trim();
    match source.strip_prefix("fn main() {\n").and_then(|body| body.strip_suffix("\n}")) {
        Some(body) => dedented(body),
        None => source.to_owned(),
    }
}

/// Without `use`, which may go over several lines, and without comments on lines of their own.
fn without_imports(source: &str) -> String {
    let mut kept = String::new();
    let mut importing = false;
    for line in source.lines() {
        importing |= line.starts_with("use ");
        if !importing && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        importing &= !line.ends_with(';');
    }
    kept
}

/// What is in the function, and the comment before it. All of it, if it gives something.
fn function_in(source: &str, name: &str) -> String {
    let at = source.find(&format!("\nfn {name}(")).unwrap_or_else(|| panic!("no function {name}")) + 1;
    let text = source[at..].split_once("\n}\n").expect(name).0;
    let text = text.strip_prefix(&format!("fn {name}() {{\n")).map_or_else(|| format!("{text}\n}}"), dedented);
    let comment = source[..at].lines().rev().take_while(|line| line.starts_with("///")).collect::<Vec<_>>();
    comment.iter().rev().map(|line| format!("{}\n", &line[1..])).collect::<String>() + &text
}

fn dedented(body: &str) -> String {
    body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
