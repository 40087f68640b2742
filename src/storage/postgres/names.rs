//! Reads every statement and every migration, and finds what PostgreSQL would look up along `search_path` (see `schema.rs`).

use super::inspection;
use super::migrations;
use super::ownership;
use super::schema::Schema;
use super::statements::{Sql, Statements};

const SCHEMA: &str = "\"a\"";
/// Words that may stand before a parenthesis without being a function.
const GRAMMAR: [&str; 22] = [
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "CHECK",
    "COALESCE",
    "CONFLICT",
    "ELSE",
    "EXISTS",
    "GREATEST",
    "KEY",
    "MATERIALIZED",
    "NOT",
    "OPERATOR",
    "OR",
    "OVER",
    "SELECT",
    "UNIQUE",
    "VALUES",
    "WHEN",
    "WHERE",
];
/// What uses an operator without naming it, or could.
const HIDDEN: [&str; 10] = ["BETWEEN", "CAST", "DISTINCT", "ILIKE", "IN", "LIKE", "NULLIF", "OVERLAPS", "SIMILAR", "USING"];
/// Types that are not words of the grammar.
const TYPES: [&str; 10] = ["bool", "bytea", "int2", "int4", "int8", "json", "jsonb", "text", "timestamptz", "uuid"];
/// After these comes a table.
const BEFORE_TABLES: [&str; 6] = ["FROM", "INTO", "JOIN", "REFERENCES", "TABLE", "UPDATE"];
/// Where one of these began, `=` compares, and after `SET` it assigns.
const CLAUSES: [&str; 6] = ["FROM", "RETURNING", "SELECT", "SET", "VALUES", "WHERE"];

/// All that this module tree sends, but for `SET` and `BEGIN`, which name nothing.
fn all() -> Vec<Sql> {
    let schema = Schema::parse("a").unwrap();
    // Whoever adds a field is told here.
    let Statements {
        add_issuer,
        find_client,
        put_client,
        add_client,
        replace_client,
        keep_client,
        remove_client,
        list_clients,
        begin_family,
        begin_descendant,
        find_family,
        revoke_family,
        list_families,
        list_of_subject,
        list_of_client,
        portion_end,
        revoke_of_subject,
        revoke_of_client,
        remove_requests,
        find_code,
        redeem_code,
        find_access_token,
        revoke_access_token,
        find_refresh_token,
        rotate_refresh_token,
        begin_family_spending,
        put_pending,
        find_pending,
        take_pending,
        decide_pending,
        put_deferred,
        find_deferred,
        poll_deferred,
        first_time,
        list_keys,
        announce_key,
        withdraw_key,
        open_session,
        forget_session,
        session_by_id,
        session_by_handle,
        list_sessions,
        end_session_by_id,
        end_session_by_handle,
        claim_notices,
        settle_notice,
        remove_notice,
        takes_writes,
        unwise_settings,
        purge,
    } = Statements::new(&schema);
    let mut all = vec![add_issuer, find_client, put_client, begin_family, revoke_family, list_families, find_code, redeem_code];
    all.extend([
        add_client,
        replace_client,
        keep_client,
        remove_client,
        list_clients,
        revoke_of_subject,
        revoke_of_client,
        remove_requests,
    ]);
    all.extend([begin_descendant, find_family, first_time, list_keys, announce_key, withdraw_key]);
    all.extend([find_access_token, revoke_access_token, find_refresh_token, rotate_refresh_token, begin_family_spending]);
    all.extend([put_pending, find_pending, take_pending, decide_pending, takes_writes, unwise_settings]);
    all.extend([put_deferred, find_deferred, poll_deferred, list_of_subject, list_of_client, portion_end]);
    all.extend([open_session, forget_session, session_by_id, session_by_handle, list_sessions, end_session_by_id]);
    all.extend([end_session_by_handle, claim_notices, settle_notice, remove_notice]);
    all.extend(purge.map(|(_, statement)| statement));
    all.extend(
        migrations::STATEMENTS
            .iter()
            .chain([&ownership::INSPECT])
            .chain(&inspection::STATEMENTS)
            .map(|statement| schema.fill(statement)),
    );
    all.extend(migrations::MIGRATIONS.iter().map(|migration| schema.fill(migration.sql)));
    all
}

/// Words, operators, and single characters; comments are left out, and a text is one token.
fn tokens(statement: &str) -> Vec<&str> {
    let operator = |c: char| "=<>+-*/~!@#%^&|?:".contains(c);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut tokens = Vec::new();
    let mut rest = statement.trim_start();
    while let Some(first) = rest.chars().next() {
        let while_true = |is: &dyn Fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let length = match first {
            '-' if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
                continue;
            }
            '\'' | '"' => rest[1..].find(first).expect("an end") + 2,
            _ if word(first) => while_true(&word),
            _ if operator(first) => while_true(&operator),
            _ => first.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// What is looked up along the path.
fn looked_up(statement: &str) -> Vec<String> {
    let tokens = tokens(statement);
    let at = |index: usize| tokens.get(index).copied().unwrap_or_default();
    let before = |index: usize, distance: usize| index.checked_sub(distance).map_or("", at);
    let tables_of_its_own: Vec<&str> =
        (0..tokens.len()).filter(|&i| at(i + 1) == "AS" && ["WITH", ","].contains(&before(i, 1))).map(at).collect();
    let mut clauses = vec![""];
    let mut found = Vec::new();
    for (i, &token) in tokens.iter().enumerate() {
        match token {
            "(" | "CASE" => clauses.push(""),
            ")" | "END" => drop(clauses.pop()),
            _ if CLAUSES.contains(&token) => *clauses.last_mut().expect("a clause") = token,
            _ => {}
        }
        let is_word = token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let qualified = before(i, 1) == "." && ["pg_catalog", SCHEMA].contains(&before(i, 2));
        let offends = if is_word {
            let upper = token.to_ascii_uppercase();
            let is_function = at(i + 1) == "(" && !GRAMMAR.contains(&&*upper);
            let is_of_the_system = token.starts_with("pg_") && token != "pg_catalog";
            let precedes_table = BEFORE_TABLES.contains(&token) && !["FOR", "DO"].contains(&before(i, 1));
            let table = if at(i + 1) == "IF" { i + 4 } else { i + 1 };
            HIDDEN.contains(&&*upper)
                || (!qualified && (is_function || is_of_the_system || TYPES.contains(&token)))
                || (precedes_table && at(table + 1) != "." && !tables_of_its_own.contains(&at(table)))
                || (token == "COLLATE" && at(i + 1) != "pg_catalog")
        } else if token.starts_with(|first: char| "=<>+-*/~!@#%^&|?:".contains(first)) {
            let named = qualified && before(i, 3) == "(" && before(i, 4) == "OPERATOR";
            let assigns = token == "=" && clauses.last() == Some(&"SET") && ["SET", ","].contains(&before(i, 2));
            let every_column = token == "*" && ["(", "SELECT"].contains(&before(i, 1));
            !(named || assigns || every_column)
        } else {
            false
        };
        if offends {
            found.push(format!("{} {token} {}", before(i, 1), at(i + 1)));
        }
    }
    found
}

#[test]
fn nothing_is_looked_up_along_the_search_path() {
    for statement in all() {
        assert_eq!(looked_up(&statement), [""; 0], "{statement}");
    }
}

#[test]
fn whatever_would_be_is_found() {
    let mut tried = 0;
    for statement in all() {
        for (whole, bare) in [("pg_catalog.", ""), ("\"a\".", "")] {
            for (start, _) in statement.match_indices(whole) {
                let changed = format!("{}{bare}{}", &statement[..start], &statement[start + whole.len()..]);
                assert!(!looked_up(&changed).is_empty(), "{changed}");
                tried += 1;
            }
        }
        for (start, prefix) in statement.match_indices("OPERATOR(pg_catalog.") {
            let (operator, rest) = statement[start + prefix.len()..].split_once(')').expect("an end");
            let changed = format!("{}{operator}{rest}", &statement[..start]);
            assert!(!looked_up(&changed).is_empty(), "{changed}");
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
    for hidden in
        ["SELECT 1 WHERE $1 IN ($2)", "SELECT nullif($1, $2)", "SELECT $1::pg_catalog.text", "UPDATE \"a\".x SET y = $1 = $2"]
    {
        assert!(!looked_up(hidden).is_empty(), "{hidden}");
    }
}
