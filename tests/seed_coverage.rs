//! Every acceptance case and every serious pitfall has a test that is named by its id, or a row in a table at the top of a file
//! that says where it is covered or what it waits for:
//!
//! * the name of a test begins with the ids of its cases: `fn b20_b21_without_a_known_client…`;
//! * `` | D-26 | `races::n06_of_64…` | ``: the test exists, in that file;
//! * `| B-16 | waits: … |`: there is no test yet. `waits in part: …`: there is one, and it does not have everything.

use std::collections::{BTreeMap, BTreeSet};

macro_rules! sources {
    ($($folder:literal $file:ident),*) => { [$((stringify!($file), include_str!(concat!($folder, stringify!($file), ".rs")))),*] };
}

const SOURCES: [(&str, &str); 6] = sources!["oauth/" acceptance_authorization, "openid/" acceptance_openid, "oauth/" acceptance_token, "" acceptance_other, "oauth/" pitfalls, "stores/" races];

/// Those of the example server are in its own package.
const EXAMPLE: &str = include_str!("../examples/server/tests/example.rs");

/// The pitfalls with severity C or H, and D-31, which turned out to matter as much.
const PITFALLS: [u32; 24] = [1, 2, 3, 4, 5, 6, 17, 25, 26, 27, 30, 31, 34, 40, 44, 45, 56, 63, 65, 67, 68, 71, 72, 76];

fn ids() -> impl Iterator<Item = String> {
    let acceptance = (1..=62).map(|number| format!("B-{number:02}")).chain((1..=32).map(|number| format!("N-{number:02}")));
    acceptance.chain(PITFALLS.map(|number| format!("D-{number:02}")))
}

/// The names of the functions under `#[test]` or `#[tokio::test]`.
fn tests(source: &str) -> Vec<&str> {
    let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
    let is_test = |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    let functions = lines.windows(2).filter(|pair| is_test(pair[0])).map(|pair| pair[1]);
    functions.filter_map(|line| line.split_once("fn ")?.1.split('(').next()).collect()
}

/// `b20_b21_without…` is B-20 and B-21.
fn ids_in_name(name: &str) -> impl Iterator<Item = String> {
    name.split('_').map_while(|word| {
        let (kind, number) = word.split_at_checked(1)?;
        let is_id = matches!(kind, "b" | "n" | "d") && number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| format!("{}-{number}", kind.to_uppercase()))
    })
}

/// The rows of the table at the top: an id, and where it is or what it waits for.
fn rows(source: &str) -> impl Iterator<Item = (&str, &str)> {
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |")?.split_once(" | "));
    rows.filter(|(id, _)| *id != "id")
}

#[test]
fn every_id_has_a_test_or_a_reason() {
    let mut tested = BTreeSet::new();
    let mut explained = BTreeMap::new();
    for (_, source) in SOURCES {
        tested.extend(tests(source).into_iter().flat_map(ids_in_name));
        for (id, reason) in rows(source) {
            assert_eq!(explained.insert(id, reason), None, "{id} has two rows");
        }
    }
    tested.extend(tests(EXAMPLE).into_iter().flat_map(ids_in_name));
    for id in ids() {
        let explanation = explained.remove(&*id).unwrap_or_default();
        let (tested, waits) = (tested.contains(&id), explanation.starts_with("waits: "));
        assert!(tested || !explanation.is_empty(), "{id} has neither a test nor a row");
        assert!(!(tested && waits), "{id} waits no more: it has a test");
        let is_known =
            explanation.is_empty() || waits || explanation.starts_with('`') || explanation.starts_with("waits in part: ");
        assert!(is_known, "{id}: {explanation}");
    }
    assert_eq!(explained.into_keys().collect::<Vec<_>>(), Vec::<&str>::new(), "rows for ids that do not exist");
    let known: BTreeSet<String> = ids().collect();
    assert_eq!(tested.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "tests for ids that do not exist");
}

#[test]
fn every_test_that_a_row_names_exists() {
    let named = SOURCES.iter().flat_map(|(_, source)| rows(source)).filter_map(|(id, row)| Some((id, row.strip_prefix('`')?)));
    let mut count = 0;
    for (id, row) in named {
        let (file, test) = row.trim_end_matches('`').split_once("::").unwrap_or_else(|| panic!("{id}: {row}"));
        let source = SOURCES.iter().find(|(name, _)| *name == file).unwrap_or_else(|| panic!("{id}: no file {file}")).1;
        assert!(tests(source).contains(&test), "{id}: {file} has no test {test}");
        count += 1;
    }
    assert!(count > 0);
}
