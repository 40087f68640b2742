//! Dependencies between the folders of `src` point one way, and each folder is written the one way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each may use those above it and nothing else. `manual` is text.
const LAYERS: &[&str] = &[
    "typelevel",
    "values",
    "http",
    "fetcher",
    "client",
    "events",
    "rate_limits",
    "storage",
    "token",
    "keys",
    "jose",
    "dpop",
    "mtls",
    "issuers",
    "authentication",
    "core",
    "authorization",
    "issue",
    "extension",
    "grant",
    "response_type",
    "feature",
    "rules",
    "endpoint",
    "administration",
    "server",
    "chain",
    "service",
    "resource_server",
    "testing",
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, into),
            false if path.extension().is_some_and(|extension| extension == "rs") => into.push(path),
            false => {}
        }
    }
}

/// Without comments, and without the unit tests, which may use the whole library.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands behind each `crate::`; of a group, what each of its paths begins with.
fn used(code: &str) -> Vec<&str> {
    let first = |path: &'_ str| path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(&rest[..first(rest)]);
            continue;
        };
        let mut depth = 1_u32;
        let mut start = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' if depth == 1 => start = true,
                c if start && !c.is_whitespace() => {
                    start = false;
                    found.push(&group[at..at + first(&group[at..])]);
                }
                _ => {}
            }
        }
    }
    found
}

/// Where the root's re-exports come from.
fn origins(lib: &str) -> BTreeMap<&str, &str> {
    let mut origins = BTreeMap::new();
    for statement in lib.split(';') {
        let Some((_, path)) = statement.split_once("pub use ") else { continue };
        let path = path.trim_start_matches("crate::");
        let Some((layer, names)) = path.split_once("::") else { continue };
        for name in names.split(|c: char| !c.is_alphanumeric() && c != '_') {
            origins.insert(name, layer);
        }
    }
    origins
}

fn layer(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap().components().next().unwrap();
    inside.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// Which file of which folder uses which other folder, under which name. What is no folder is a macro, or what macros expand to.
fn uses() -> Vec<(PathBuf, String, String, String)> {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let origins = origins(&lib);
    let mut paths = Vec::new();
    sources(Path::new("src"), &mut paths);
    paths.retain(|path| {
        let tests = path.components().any(|part| part.as_os_str() == "tests");
        !tests && !matches!(&*layer(path), "lib" | "manual")
    });
    let mut uses = Vec::new();
    for path in paths {
        for name in used(&code(&path)) {
            let to = if LAYERS.contains(&name) { name } else { origins.get(name).copied().unwrap_or(name) };
            if LAYERS.contains(&to) {
                uses.push((path.clone(), layer(&path), to.to_owned(), name.to_owned()));
            }
        }
    }
    uses
}

fn place(folder: &str) -> usize {
    LAYERS.iter().position(|known| *known == folder).unwrap_or_else(|| panic!("{folder} is in no layer"))
}

#[test]
fn no_folder_uses_one_that_comes_after_it() {
    let uses = uses();
    let edges: BTreeSet<_> = uses.iter().map(|(_, from, to, _)| (from, to)).collect();
    assert!(edges.len() > 100, "the test reads what there is: {} uses", edges.len());
    let wrong = uses.iter().filter(|(_, from, to, _)| place(to) > place(from));
    let wrong: Vec<_> =
        wrong.map(|(path, from, to, name)| format!("{} uses crate::{name}: {from} comes before {to}", path.display())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All that a folder comes to use, through others.
fn reached_from(folder: &str) -> BTreeSet<String> {
    let uses = uses();
    let (mut reached, mut open) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(name) = open.pop() {
        let used = uses.iter().filter(|(_, from, to, _)| *from == name && *to != name).map(|(_, _, to, _)| to.clone());
        open.extend(used.filter(|to| reached.insert(to.clone())).collect::<Vec<_>>());
    }
    reached
}

/// Clients are under everything, and who authenticates them is told by a narrow trait where they are kept.
#[test]
fn clients_and_their_authentication_know_neither_the_server_nor_its_storage() {
    let (client, authentication) = (reached_from("client"), reached_from("authentication"));
    assert!(client.contains("values") && authentication.contains("client"), "{client:?} {authentication:?}");
    for above in ["authentication", "core", "storage", "feature", "grant", "endpoint", "authorization", "server"] {
        assert!(!client.contains(above) && !authentication.contains(above), "{above}: {client:?} {authentication:?}");
    }
    assert!(reached_from("endpoint").contains("storage"));
}

/// Whatever a stranger names is fetched by it, so it may be used everywhere.
#[test]
fn the_fetcher_knows_nothing_of_what_it_fetches_for() {
    let fetcher = reached_from("fetcher");
    assert!(!fetcher.is_empty());
    for above in ["client", "token", "authentication", "core", "storage", "issue", "feature", "grant", "endpoint", "server"] {
        assert!(!fetcher.contains(above), "{above}: {fetcher:?}");
    }
}

#[test]
fn a_use_is_found_in_each_form() {
    let text = "use crate::grant::X;\nuse crate::{client::{A, B}, page};\nfn f(_: crate::Scope) { $crate::name!() }";
    assert_eq!(used(text), ["grant", "client", "page", "Scope", "name"]);
    let lib = "pub use client::{Client, ClientId};\npub use crate::http::call::Call;\n";
    let origins = origins(lib);
    assert_eq!((origins["ClientId"], origins["Call"]), ("client", "http"));
}

/// One idea each (`CONTRIBUTING.md`). Who comes near moves one out first.
#[test]
fn files_stay_under_600_lines() {
    let mut paths = Vec::new();
    sources(Path::new("src"), &mut paths);
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let counts: Vec<_> = paths.iter().map(|path| (lines(path), path)).collect();
    assert!(counts.len() > 300 && counts.iter().any(|(count, _)| *count > 400), "the test reads what there is");
    let long: Vec<_> = counts.iter().filter(|(count, _)| *count >= 600).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn a_folder_has_its_module_in_mod_rs() {
    let mut paths = Vec::new();
    sources(Path::new("src"), &mut paths);
    let beside: Vec<_> = paths.iter().filter(|path| path.with_extension("").is_dir()).collect();
    assert!(beside.is_empty(), "{beside:?}: the module of a folder is its mod.rs");
}
