//! The schema in which the tables are. Its name becomes part of the statements, so it is restricted to what needs no quotes.
//!
//! A name without a schema is looked up along `search_path`, which is a setting of the role, the database or the session, and where
//! others may have put functions and operators of their own (CVE-2018-1058). To pin the path costs a round trip for each operation,
//! and behind a pooler the session is nobody's. So nothing in a statement is looked up along it: tables have `{schema}`, functions,
//! types and tables of the system `pg_catalog`, and `{=}` stands for `OPERATOR(pg_catalog.=)`. What cannot be written so is not used:
//! `IN`, `BETWEEN`, `NULLIF`, `IS DISTINCT FROM`, `LIKE`, `USING`. All these operators bind alike, so sums need parentheses.

use std::sync::Arc;

use crate::values::error::StoreError;

/// What PostgreSQL keeps of a name, in bytes.
const MAX_LEN: usize = 63;

/// The operators that statements have, as they stand in them.
const OPERATORS: [(&str, &str); 9] = [
    ("{=}", "OPERATOR(pg_catalog.=)"),
    ("{<>}", "OPERATOR(pg_catalog.<>)"),
    ("{<}", "OPERATOR(pg_catalog.<)"),
    ("{<=}", "OPERATOR(pg_catalog.<=)"),
    ("{>}", "OPERATOR(pg_catalog.>)"),
    ("{>=}", "OPERATOR(pg_catalog.>=)"),
    ("{+}", "OPERATOR(pg_catalog.+)"),
    ("{-}", "OPERATOR(pg_catalog.-)"),
    ("{||}", "OPERATOR(pg_catalog.||)"),
];

/// A checked name, and the role that may own the schema beside those that may anyway.
#[derive(Debug, Clone)]
pub(super) struct Schema {
    name: Box<str>,
    owner: Option<Box<str>>,
}

impl Schema {
    pub(super) fn parse(name: &str) -> Result<Self, StoreError> {
        let permitted = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins_well = name.starts_with(|first: char| first.is_ascii_lowercase());
        // PostgreSQL keeps names that begin with `pg_` for itself.
        if begins_well && name.len() <= MAX_LEN && name.bytes().all(permitted) && !name.starts_with("pg_") {
            Ok(Self { name: name.into(), owner: None })
        } else {
            Err(StoreError::failed("a schema is named by a lower-case letter and up to 62 of a-z, 0-9 and _, and not pg_..."))
        }
    }

    pub(super) fn owned_by(mut self, owner: &str) -> Self {
        self.owner = Some(owner.into());
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The statement with `{schema}` and the operators replaced. Quoted, since a name may be a word of SQL.
    pub(super) fn fill(&self, template: &str) -> Arc<str> {
        let named = template.replace("{schema}", &format!("\"{}\"", self.name));
        OPERATORS.iter().fold(named, |statement, (short, long)| statement.replace(short, long)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, permitted) in [
            ("grantor", true),
            ("a_1", true),
            ("select", true),
            ("", false),
            ("1a", false),
            ("_a", false),
            ("A", false),
            ("a\"b", false),
            ("a b", false),
            ("pg_a", false),
            (&"a".repeat(63), true),
            (&"a".repeat(64), false),
        ] {
            assert_eq!(Schema::parse(name).is_ok(), permitted, "{name}");
        }
        assert_eq!(&*Schema::parse("a").unwrap().fill("{schema}.x, {schema}.y"), r#""a".x, "a".y"#);
    }
}
