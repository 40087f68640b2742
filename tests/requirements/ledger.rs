//! Reading the ledger: its entries, the rows that there are, and which tests name which rows.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use csv::StringRecord;

/// The specifications: the file of the ledger, how the identifiers of its rows begin, and the name to show.
pub const SPECIFICATIONS: [(&str, &str, &str); 51] = [
    ("rfc6749", "RFC6749-", "RFC 6749, the OAuth 2.0 framework"),
    ("rfc6750", "RFC6750-", "RFC 6750, bearer tokens"),
    ("rfc7009", "RFC7009-", "RFC 7009, revocation"),
    ("rfc7636", "RFC7636-", "RFC 7636, PKCE"),
    ("rfc7662", "RFC7662-", "RFC 7662, introspection"),
    ("rfc8252", "RFC8252-", "RFC 8252, native apps"),
    ("rfc8414", "RFC8414-", "RFC 8414, metadata"),
    ("rfc9207", "RFC9207-", "RFC 9207, issuer identification"),
    ("rfc9700", "RFC9700-", "RFC 9700, best current practice"),
    ("rfc7521", "RFC7521-", "RFC 7521, assertions"),
    ("rfc7523", "RFC7523-", "RFC 7523, JWTs as assertions"),
    ("rfc7523bis", "RFC7523BIS-", "draft-ietf-oauth-rfc7523bis, their audiences"),
    ("rfc7515", "RFC7515-", "RFC 7515, JSON Web Signature"),
    ("rfc7517", "RFC7517-", "RFC 7517, JSON Web Key"),
    ("rfc7518", "RFC7518-", "RFC 7518, JSON Web Algorithms"),
    ("rfc7519", "RFC7519-", "RFC 7519, JSON Web Token"),
    ("rfc7638", "RFC7638-", "RFC 7638, JWK thumbprints"),
    ("rfc8037", "RFC8037-", "RFC 8037, EdDSA in JOSE"),
    ("rfc8628", "RFC8628-", "RFC 8628, device authorization"),
    ("rfc8693", "RFC8693-", "RFC 8693, token exchange"),
    ("rfc8705", "RFC8705-", "RFC 8705, mutual TLS"),
    ("rfc8707", "RFC8707-", "RFC 8707, resource indicators"),
    ("rfc8725", "RFC8725-", "RFC 8725, best current practice of JWTs"),
    ("rfc9068", "RFC9068-", "RFC 9068, JWT access tokens"),
    ("rfc9101", "RFC9101-", "RFC 9101, signed authorization requests (JAR)"),
    ("rfc9126", "RFC9126-", "RFC 9126, pushed authorization requests"),
    ("rfc9396", "RFC9396-", "RFC 9396, rich authorization requests"),
    ("rfc9449", "RFC9449-", "RFC 9449, DPoP"),
    ("rfc9470", "RFC9470-", "RFC 9470, step-up authentication"),
    ("rfc9701", "RFC9701-", "RFC 9701, signed introspection responses"),
    ("rfc9728", "RFC9728-", "RFC 9728, protected resource metadata"),
    ("cimd", "CIMD-", "draft-ietf-oauth-client-id-metadata-document, clients that are URLs"),
    ("id_chaining", "ID-CHAINING-", "draft-ietf-oauth-identity-chaining"),
    ("id_jag", "ID-JAG-", "draft-ietf-oauth-identity-assertion-authz-grant, ID-JAGs"),
    ("mcp_ema", "MCP-EMA-", "MCP enterprise-managed authorization"),
    ("mcp_cc", "MCP-CC-", "MCP client credentials"),
    ("oidc_core", "OIDC-CORE-", "OpenID Connect Core"),
    ("oidc_discovery", "OIDC-DISC-", "OpenID Connect Discovery"),
    ("rfc7591", "RFC7591-", "RFC 7591, dynamic client registration"),
    ("rfc7592", "RFC7592-", "RFC 7592, its management"),
    ("oidc_registration", "OIDC-REG-", "OpenID Connect Registration"),
    ("oidc_rplogout", "OIDC-RPLOGOUT-", "OpenID Connect RP-Initiated Logout"),
    ("oidc_backchannel", "OIDC-BACKCHANNEL-", "OpenID Connect Back-Channel Logout"),
    ("oidc_prompt_create", "OIDC-PROMPT-CREATE-", "Initiating User Registration"),
    ("oidc_unmet", "OIDC-UNMET-", "Unmet Authentication Requirements"),
    ("fapi2_sp", "FAPI2-SP-", "FAPI 2.0 Security Profile"),
    ("fapi2_ms", "FAPI2-MS-", "FAPI 2.0 Message Signing"),
    ("jarm", "JARM-", "JARM, signed authorization responses"),
    ("form_post", "FORM-POST-", "Form Post Response Mode"),
    ("multiple_response_types", "OAUTH-RESPONSES-", "Multiple Response Types"),
    ("mcp_2026_07_28", "MCP-2026-07-28-", "MCP authorization 2026-07-28"),
];

/// What is said about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// `MUST`, `SHOULD` and so on.
    pub level: String,
    pub verdict: String,
    pub statement: String,
    /// The reason, or what is to be said beside the tests.
    pub note: String,
}

/// A row of the source of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    pub id: String,
    pub subject: String,
    pub in_ledger: bool,
}

/// A test, and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TestName {
    /// From the root of the repository: `tests/oauth/authorization.rs`, or `ui-tests/fail/values/error_code.rs`.
    pub file: String,
    /// `None` for a program that must not compile.
    pub function: Option<String>,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The records of a CSV file, without its header.
pub fn records(path: &Path) -> Vec<StringRecord> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.records().map(|record| record.unwrap_or_else(|error| panic!("{}: {error}", path.display()))).collect()
}

fn folder() -> PathBuf {
    root().join("tests/requirements")
}

/// The entries, by specification.
pub fn ledger() -> Vec<(&'static str, Vec<Entry>)> {
    let entry = |record: &StringRecord| {
        let field = |at: usize| record.get(at).unwrap_or_default().to_owned();
        Entry { id: field(0), level: field(1), verdict: field(2), statement: field(3), note: field(4) }
    };
    let entries = |file: &str| records(&folder().join(file).with_extension("csv")).iter().map(entry).collect();
    SPECIFICATIONS.iter().map(|(file, ..)| (*file, entries(file))).collect()
}

/// The rows that there are.
pub fn rows() -> Vec<SourceRow> {
    let row = |record: &StringRecord| {
        let field = |at: usize| record.get(at).unwrap_or_default().to_owned();
        SourceRow { id: field(0), subject: field(1), in_ledger: &record[2] == "yes" }
    };
    records(&folder().join("rows.csv")).iter().map(row).collect()
}

/// Which tests name which rows, in all sources.
pub fn named_rows() -> BTreeMap<String, Vec<TestName>> {
    let mut named = BTreeMap::<String, Vec<TestName>>::new();
    for folder in ["tests", "src", "ui-tests/fail", "examples"] {
        for path in sources(&root().join(folder)) {
            let file = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            for (test, ids) in annotations(&file, &read(&path)) {
                for id in ids {
                    named.entry(id).or_default().push(test.clone());
                }
            }
        }
    }
    named
}

/// All Rust files below, sorted.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    paths.into_iter().flat_map(below).filter(|path| path.extension().is_some_and(|its| its == "rs")).collect()
}

/// Is it a module of a plan, which a macro runs as a test at each server that the plan is for?
fn is_in_a_plan(before: &[&str], function: Option<&str>) -> bool {
    let in_one_line = format!(" {});", function.unwrap_or_default());
    // There may be several plans before it.
    let is_plan = |line: &str| line.starts_with("crate::plan");
    before.iter().any(|line| is_plan(line) && line.ends_with(&in_one_line))
        || before.iter().skip_while(|line| !is_plan(line)).any(|line| function == Some(line.trim_end_matches(");")))
}

/// The comments `// shows: RFC6749-3.1-04, RFC6749-3.1-05` of a source, each with its test: the one that begins in the next line.
/// In a program that must not compile they stand at the end, where they move no line.
///
/// # Panics
///
/// If a comment has no test.
pub fn annotations(file: &str, source: &str) -> Vec<(TestName, Vec<String>)> {
    let mut found = Vec::new();
    let mut pending = Vec::new();
    let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
    for (at, line) in lines.iter().enumerate() {
        if let Some(ids) = line.strip_prefix("// shows: ") {
            pending.extend(ids.split(", ").map(str::to_owned));
        } else if !pending.is_empty() {
            let function = lines[at..].iter().find_map(|line| line.split_once("fn ")?.1.split(['(', '<']).next());
            let is_test = line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            assert!(is_test || is_in_a_plan(&lines[..at], function), "{file}: no test after {pending:?}");
            let test = TestName { file: file.to_owned(), function: function.map(str::to_owned) };
            found.push((test, std::mem::take(&mut pending)));
        }
    }
    if !pending.is_empty() {
        assert!(file.starts_with("ui-tests/fail/"), "{file}: no test after {pending:?}");
        found.push((TestName { file: file.to_owned(), function: None }, pending));
    }
    found
}
