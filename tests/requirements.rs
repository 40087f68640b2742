//! The requirement ledger, `tests/requirements`: each sentence of the specifications in scope that binds an authorization or
//! resource server, and what is said about it. See `tests/requirements/README.md`.
//!
//! * `GRANTOR_BLESS=1 cargo test --test requirements` writes the manual's page, `src/manual/requirements.md`.
//! * `GRANTOR_REQUIREMENTS=requirements.csv cargo test --test requirements` compares the ledger with its source.

#[path = "requirements/ledger.rs"]
mod ledger;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, fs};

use ledger::{Entry, SPECIFICATIONS, SourceRow, TestName, annotations, named_rows, read, records, root, rows};

const VERDICTS: [&str; 4] = ["shown", "decided", "not applicable", "operational"];

type Ledger = Vec<(&'static str, Vec<Entry>)>;
type Named = BTreeMap<String, Vec<TestName>>;

#[test]
fn each_row_has_an_entry_and_each_that_is_shown_has_a_test() {
    let faults = faults(&ledger::ledger(), &rows(), &named_rows());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Everything that is wrong with the ledger.
fn faults(ledger: &Ledger, rows: &[SourceRow], named: &Named) -> Vec<String> {
    let mut faults = Vec::new();
    let mut entries = BTreeMap::new();
    for (file, own) in ledger {
        let prefix = SPECIFICATIONS.iter().find(|(known, ..)| known == file).expect("a specification").1;
        for entry in own {
            if !entry.id.starts_with(prefix) {
                faults.push(format!("{}: not a row of {file}", entry.id));
            }
            if entries.insert(entry.id.as_str(), entry).is_some() {
                faults.push(format!("{}: two entries", entry.id));
            }
            faults.extend(fault_of(entry, named).map(|fault| format!("{}: {fault}", entry.id)));
        }
    }
    let known: BTreeMap<&str, &SourceRow> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
    for row in rows {
        if row.in_ledger && !entries.contains_key(row.id.as_str()) {
            faults.push(format!("{}: no entry", row.id));
        }
        if !row.in_ledger && row.subject.ends_with("_server") {
            faults.push(format!("{}: left out, but it binds a server", row.id));
        }
    }
    let chosen = |id: &str| known.get(id).is_some_and(|row| row.in_ledger);
    faults.extend(entries.keys().filter(|id| !chosen(id)).map(|id| format!("{id}: an entry for no row")));
    let unknown = named.iter().filter(|(id, _)| !chosen(id));
    faults.extend(unknown.map(|(id, tests)| format!("{id}: no row, but {} names it", shown_as(&tests[0]))));
    faults
}

fn fault_of(entry: &Entry, named: &Named) -> Option<&'static str> {
    let has_test = named.contains_key(&entry.id);
    match entry.verdict.as_str() {
        "shown" => (!has_test).then_some("no test names it"),
        "not applicable" if has_test => Some("a test names what is not applicable"),
        "decided" | "operational" | "not applicable" => entry.note.is_empty().then_some("no reason"),
        _ => Some("no known verdict"),
    }
}

/// The check itself, on ledgers with one fault each.
#[test]
fn each_fault_of_a_ledger_is_named() {
    let entry = |id: &str, verdict: &str, note: &str| Entry {
        id: id.to_owned(),
        level: "MUST".to_owned(),
        verdict: verdict.to_owned(),
        statement: "A server does.".to_owned(),
        note: note.to_owned(),
    };
    let row = |id: &str, subject: &str, in_ledger| SourceRow { id: id.to_owned(), subject: subject.to_owned(), in_ledger };
    let test = TestName { file: "tests/a.rs".to_owned(), function: Some("b".to_owned()) };
    let named = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), vec![test.clone()])).collect::<Named>();
    let server = "authorization_server";
    let sound = [entry("RFC7009-2-01", "shown", ""), entry("RFC7009-2-02", "decided", "because")];
    let all = [row("RFC7009-2-01", server, true), row("RFC7009-2-02", server, true), row("RFC7009-2-03", "client", false)];
    for (entries, rows, named, expected) in [
        (sound.to_vec(), all.to_vec(), named(&["RFC7009-2-01"]), None),
        (sound.to_vec(), all.to_vec(), named(&["RFC7009-2-01", "RFC7009-2-02"]), None),
        (sound.to_vec(), all.to_vec(), named(&[]), Some("RFC7009-2-01: no test names it")),
        (sound.to_vec(), all.to_vec(), named(&["RFC7009-2-01", "RFC7009-9-99"]), Some("RFC7009-9-99: no row, but")),
        (sound.to_vec(), all.to_vec(), named(&["RFC7009-2-01", "RFC7009-2-03"]), Some("RFC7009-2-03: no row, but")),
        (sound[..1].to_vec(), all.to_vec(), named(&["RFC7009-2-01"]), Some("RFC7009-2-02: no entry")),
        (sound.to_vec(), all[..1].to_vec(), named(&["RFC7009-2-01"]), Some("RFC7009-2-02: an entry for no row")),
        (
            sound.to_vec(),
            [&all[..2], &[row("RFC7009-2-03", "resource_server", false)]].concat(),
            named(&["RFC7009-2-01"]),
            Some("RFC7009-2-03: left out"),
        ),
        (
            vec![sound[0].clone(), entry("RFC7009-2-02", "decided", "")],
            all.to_vec(),
            named(&["RFC7009-2-01"]),
            Some("RFC7009-2-02: no reason"),
        ),
        (
            vec![sound[0].clone(), entry("RFC7009-2-02", "done", "because")],
            all.to_vec(),
            named(&["RFC7009-2-01"]),
            Some("RFC7009-2-02: no known verdict"),
        ),
        (
            vec![sound[0].clone(), entry("RFC7009-2-02", "not applicable", "because")],
            all.to_vec(),
            named(&["RFC7009-2-01", "RFC7009-2-02"]),
            Some("RFC7009-2-02: a test names"),
        ),
        ([&sound[..], &sound[..1]].concat(), all.to_vec(), named(&["RFC7009-2-01"]), Some("RFC7009-2-01: two entries")),
    ] {
        let faults = faults(&vec![("rfc7009", entries)], &rows, &named);
        match expected {
            None => assert_eq!(faults, Vec::<String>::new()),
            Some(expected) => assert!(faults.len() == 1 && faults[0].starts_with(expected), "{expected}: {faults:?}"),
        }
    }
    let elsewhere = faults(&vec![("rfc6749", sound.to_vec())], &all, &named(&["RFC7009-2-01"]));
    assert_eq!(elsewhere.len(), 2, "{elsewhere:?}");
}

#[test]
fn a_comment_names_the_rows_of_the_test_below_it() {
    let annotations = |file: &str, source: &str| annotations(file, &source.replace('@', "// shows:"));
    let source = "
        @ A-1-01, A-1-02
        @ B-2-01
        #[test]
        #[should_panic]
        fn first() {}
        #[tokio::test]
        async fn second() {}
        @ A-1-02
        #[tokio::test(flavor = \"multi_thread\")]
        async fn third() {}
    ";
    let found = annotations("tests/a.rs", source);
    let found: Vec<_> = found.iter().map(|(test, ids)| (test.function.as_deref(), ids.join(" "))).collect();
    assert_eq!(found, [(Some("first"), "A-1-01 A-1-02 B-2-01".to_owned()), (Some("third"), "A-1-02".to_owned())]);
    let program = annotations("ui-tests/fail/a/b.rs", "fn main() {}\n\n@ A-1-01\n");
    assert_eq!((program[0].0.function.as_deref(), program[0].1.len()), (None, 1));
    for lost in ["@ A-1-01\nfn helper() {}\n", "@ A-1-01\n\n#[test]\nfn a() {}\n", "@ A-1-01\n"] {
        assert!(std::panic::catch_unwind(|| annotations("tests/a.rs", lost)).is_err(), "{lost}");
    }
}

/// The source is not part of the repository.
#[test]
fn the_ledger_has_the_rows_and_the_words_of_its_source() {
    let Some(path) = env::var_os("GRANTOR_REQUIREMENTS") else {
        return eprintln!("left out: GRANTOR_REQUIREMENTS does not name the file with the requirements");
    };
    let mut source = BTreeMap::new();
    for record in records(path.as_ref()) {
        let [id, _, _, level, subject, _, statement, _] = [0, 1, 2, 3, 4, 5, 6, 7].map(|at| record[at].to_owned());
        if SPECIFICATIONS.iter().any(|(_, prefix, _)| id.starts_with(prefix)) {
            source.insert(id, (level, subject, statement));
        }
    }
    // Rows of specifications that the source does not have are this repository's own.
    let has = |id: &str| {
        let (_, prefix, _) = SPECIFICATIONS.iter().find(|(_, prefix, _)| id.starts_with(prefix)).expect("a specification");
        source.keys().any(|other| other.starts_with(prefix))
    };
    let rows: BTreeMap<String, String> = rows().into_iter().filter(|row| has(&row.id)).map(|row| (row.id, row.subject)).collect();
    let expected: BTreeMap<String, String> = source.iter().map(|(id, (_, subject, _))| (id.clone(), subject.clone())).collect();
    assert_eq!(rows, expected);
    for entry in ledger::ledger().into_iter().flat_map(|(_, entries)| entries).filter(|entry| has(&entry.id)) {
        let (level, _, statement) = &source[&entry.id];
        assert_eq!((&entry.level, &entry.statement), (level, statement), "{}", entry.id);
    }
}

#[test]
fn the_page_of_requirements_is_up_to_date() {
    let path = root().join("src/manual/requirements.md");
    let page = page(&ledger::ledger(), &named_rows());
    if env::var_os("GRANTOR_BLESS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    assert!(read(&path) == page, "GRANTOR_BLESS=1 cargo test --test requirements");
}

/// So that whoever reads the README is told what the page says.
#[test]
fn the_readme_has_the_numbers_of_the_score() {
    let (ledger, readme) = (ledger::ledger(), read(&root().join("README.md")));
    let line = |name: &str, entries: &[&Entry]| {
        let of =
            |verdicts: &[&str]| entries.iter().filter(|it| verdicts.contains(&it.verdict.as_str())).copied().collect::<Vec<_>>();
        let absolute = |entries: &[&Entry]| entries.iter().filter(|it| is_absolute(it)).count();
        let (shown, applies) = (of(&["shown"]), of(&["shown", "decided"]));
        format!("| {name} | {} | {} | {} / {} |\n", entries.len(), shown.len(), absolute(&shown), absolute(&applies))
    };
    for ((_, entries), (_, _, title)) in ledger.iter().zip(SPECIFICATIONS) {
        let line = line(title.split(',').next().unwrap_or_default(), &entries.iter().collect::<Vec<_>>());
        assert!(readme.contains(&line), "{line}");
    }
    let all = line("**all**", &ledger.iter().flat_map(|(_, entries)| entries).collect::<Vec<_>>());
    assert!(readme.contains(&all), "{all}");
    let mutations = records(&root().join("tests/requirements/mutations.csv")).len();
    assert!(readme.contains(&format!("a sample of {mutations} is proven by mutation")), "{mutations}");
}

const HEAD: &str = "\
What the specifications ask of an authorization server and of a resource server, sentence by sentence, and how this library
answers. Each row is

* **shown** by the tests that are named: they fail if the library does otherwise;
* **decided**: a SHOULD or MAY where the library does otherwise, with the reason, and the few MUSTs that it does not follow to the
  letter;
* **not applicable**, because the library does not have what the sentence is about;
* **operational**: for whoever runs the server, or writes the application around it, to see to.

A name such as `authorization::b01` is a test in the file of that name under `tests/` of the repository, `src/values/pkce.rs::forms` one
beside the code, and `does not compile: values/error_code` a program under `ui-tests/fail/` that the compiler must refuse.

The page is made from `tests/requirements/` of the repository, where a test keeps it from drifting. Sentences that bind clients
alone, or the authors of further specifications, are left out.
";

/// The levels that leave no choice.
fn is_absolute(entry: &Entry) -> bool {
    ["MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED"].contains(&entry.level.as_str())
}

fn page(ledger: &Ledger, named: &Named) -> String {
    let mut page = format!("{HEAD}\n# The score\n\n{}", score(ledger));
    for (file, entries) in ledger {
        let title = SPECIFICATIONS.iter().find(|(known, ..)| known == file).expect("a specification").2;
        let _ = write!(page, "\n# {title}\n\n| row | | requirement | |\n|---|---|---|---|\n");
        for entry in entries {
            let Entry { id, level, statement, .. } = entry;
            let _ = writeln!(page, "| {id} | {level} | {} | {} |", escaped(statement), answer(entry, named));
        }
    }
    page
}

/// How many rows of each specification have which verdict.
fn score(ledger: &Ledger) -> String {
    let mut table = "| specification | rows | shown | decided | not applicable | operational | MUST, SHALL, REQUIRED that apply here | of these shown |\n\
        |---|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    let mut line = |title: &str, entries: &[&Entry]| {
        let count = |verdict: &str| entries.iter().filter(|entry| entry.verdict == verdict).count();
        let applies = |entry: &&&Entry| is_absolute(entry) && matches!(entry.verdict.as_str(), "shown" | "decided");
        let absolute = entries.iter().filter(applies).count();
        let shown = entries.iter().filter(|entry| is_absolute(entry) && entry.verdict == "shown").count();
        let verdicts = VERDICTS.map(|verdict| count(verdict).to_string()).join(" | ");
        let _ = writeln!(table, "| {title} | {} | {verdicts} | {absolute} | {shown} |", entries.len());
    };
    for ((_, entries), (_, _, title)) in ledger.iter().zip(SPECIFICATIONS) {
        line(title, &entries.iter().collect::<Vec<_>>());
    }
    line("**all**", &ledger.iter().flat_map(|(_, entries)| entries).collect::<Vec<_>>());
    table
}

/// The last cell: the verdict unless it is shown, the tests, the note.
fn answer(entry: &Entry, named: &Named) -> String {
    let tests: BTreeSet<String> = named.get(&entry.id).into_iter().flatten().map(shown_as).collect();
    let tests = tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join(", ");
    let verdict = if entry.verdict == "shown" { String::new() } else { format!("**{}**: {}", entry.verdict, entry.note) };
    let note = if entry.verdict == "shown" { entry.note.clone() } else { String::new() };
    [verdict, tests, note].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn shown_as(test: &TestName) -> String {
    match (&test.function, test.file.strip_prefix("tests/")) {
        (Some(function), Some(file)) => format!("{}::{function}", file.trim_end_matches(".rs")),
        (Some(function), None) => format!("{}::{function}", test.file),
        (None, _) => {
            let case = test.file.trim_start_matches("ui-tests/fail/").trim_end_matches(".rs");
            format!("does not compile: {case}")
        }
    }
}

/// Text that Markdown shows as it is, in a cell of a table.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
