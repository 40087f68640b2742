//! The schema in which the tables are. Its name becomes part of the statements, so it is restricted to what needs no quotes.

use std::sync::Arc;

use crate::error::StoreError;

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

/// A checked name.
#[derive(Debug, Clone)]
pub(super) struct Schema(Box<str>);

impl Schema {
    pub(super) fn parse(name: &str) -> Result<Self, StoreError> {
        let permitted = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins_well = name.starts_with(|first: char| first.is_ascii_lowercase());
        // PostgreSQL keeps names that begin with `pg_` for itself.
        if begins_well && name.len() <= MAX_LEN && name.bytes().all(permitted) && !name.starts_with("pg_") {
            Ok(Self(name.into()))
        } else {
            Err(StoreError::failed("a schema is named by a lower-case letter and up to 62 of a-z, 0-9 and _, and not pg_..."))
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// The statement with `{schema}` and the operators replaced. Quoted, since a name may be a word of SQL.
    pub(super) fn fill(&self, template: &str) -> Arc<str> {
        let named = template.replace("{schema}", &format!("\"{}\"", self.0));
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
