//! The scope of a request or a token (RFC 6749 section 3.3): a set of case-sensitive
//! tokens whose order does not matter. Kept as the text that goes on the wire, in
//! order of first appearance.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// A set of scope tokens. Cloning does not allocate.
///
/// `==` compares the text, and so the order; [`same_set`](Self::same_set) does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Scope(Option<Arc<str>>);

/// Text that is not a scope (RFC 6749 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// A space at an end or next to another one; or an empty token.
    #[error("scope tokens must be separated by exactly one space")]
    EmptyToken,
    /// A character outside `%x21 / %x23-5B / %x5D-7E`.
    #[error("a scope token has a character that RFC 6749 section 3.3 does not permit")]
    Character,
}

/// How many tokens are compared with each other without a table.
const FEW: usize = 16;

impl Scope {
    /// Reads tokens separated by single spaces; the empty text is the empty scope,
    /// and a repeated token counts once.
    ///
    /// # Errors
    ///
    /// [`ScopeError`] when `text` does not follow the grammar of RFC 6749 section 3.3.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Ok(Self::empty());
        }
        if !text.contains(' ') {
            return check_token(text).map(|()| Self(Some(text.into())));
        }
        let tokens = || text.split(' ');
        if tokens().count() > FEW {
            return Self::from_tokens(tokens());
        }
        // The usual case without a table: few tokens, none of them twice.
        tokens().try_for_each(check_token)?;
        let is_first = |(i, token): (usize, &str)| tokens().take(i).all(|earlier| earlier != token);
        if tokens().enumerate().all(is_first) { Ok(Self(Some(text.into()))) } else { Ok(Self::join(tokens())) }
    }

    /// The scope of the given tokens; a repeated token counts once.
    ///
    /// # Errors
    ///
    /// [`ScopeError`] when one is not a `scope-token` of RFC 6749 section 3.3.
    pub fn from_tokens<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Result<Self, ScopeError> {
        let tokens: Vec<T> = tokens.into_iter().collect();
        for token in &tokens {
            check_token(token.as_ref())?;
        }
        Ok(Self::join(tokens.iter().map(AsRef::as_ref)))
    }

    /// The scope without tokens.
    pub const fn empty() -> Self {
        Self(None)
    }

    /// Whether there are no tokens.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The tokens, in order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|text| text.split(' '))
    }

    /// Whether `token` is one of the tokens.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.iter().any(|own| own == token)
    }

    /// Whether `other` has every token of this scope.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// Whether both have the same tokens, in whatever order.
    #[must_use]
    pub fn same_set(&self, other: &Self) -> bool {
        self.is_subset_of(other) && other.is_subset_of(self)
    }

    /// The tokens that `other` has too, in the order of this scope.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::join(self.iter().filter(|token| other.contains(token)))
    }

    /// The tokens of both. Does not allocate if this one has them all.
    pub(crate) fn union(&self, other: &Self) -> Self {
        if other.is_subset_of(self) { self.clone() } else { Self::join(self.iter().chain(other.iter())) }
    }

    /// The tokens of which this holds. Does not allocate if it holds of all.
    pub(crate) fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        if self.iter().all(&keep) { self.clone() } else { Self::join(self.iter().filter(|token| keep(token))) }
    }

    /// The tokens separated by single spaces; empty for the empty scope.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Joins tokens known to be valid. A set finds the repeated ones, because a
    /// request may bring thousands of tokens.
    fn join<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        let mut seen = HashSet::new();
        let distinct: Vec<&str> = tokens.filter(|token| seen.insert(*token)).collect();
        Self((!distinct.is_empty()).then(|| distinct.join(" ").into()))
    }
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`
fn check_token(token: &str) -> Result<(), ScopeError> {
    let permitted = |byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    if token.is_empty() {
        Err(ScopeError::EmptyToken)
    } else if token.bytes().all(permitted) {
        Ok(())
    } else {
        Err(ScopeError::Character)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        Self::parse(&text)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    // shows: RFC6749-3.3-05, RFC6750-3-14
    #[test]
    fn grammar() {
        for (text, expected) in [
            ("", Ok("")),
            ("a", Ok("a")),
            ("b a b", Ok("b a")),
            ("!#[]~ a:b/c", Ok("!#[]~ a:b/c")),
            (" ", Err(ScopeError::EmptyToken)),
            (" a", Err(ScopeError::EmptyToken)),
            ("a ", Err(ScopeError::EmptyToken)),
            ("a  b", Err(ScopeError::EmptyToken)),
            ("a\tb", Err(ScopeError::Character)),
            ("a\"b", Err(ScopeError::Character)),
            ("a\\b", Err(ScopeError::Character)),
            ("\u{7f}", Err(ScopeError::Character)),
            ("\u{e9}", Err(ScopeError::Character)),
        ] {
            let parsed = Scope::parse(text);
            assert_eq!(parsed.as_ref().map(Scope::as_str).map_err(|e| *e), expected, "{text:?}");
            assert_eq!(text.parse::<Scope>(), parsed);
        }
    }

    #[test]
    fn tokens_may_not_bring_spaces() {
        assert_eq!(Scope::from_tokens(["a", "b", "a"]), Ok(scope("a b")));
        assert_eq!(Scope::from_tokens(["a b"]), Err(ScopeError::Character));
        assert_eq!(Scope::from_tokens([""]), Err(ScopeError::EmptyToken));
        assert_eq!(Scope::from_tokens([""; 0]), Ok(Scope::empty()));
    }

    // shows: RFC6749-3.3-05
    #[test]
    fn set_operations() {
        for (left, right, subset, both) in [
            ("", "", true, ""),
            ("", "a", true, ""),
            ("a", "", false, ""),
            ("b a", "a b c", true, "b a"),
            ("c b a", "a b", false, "b a"),
            ("read", "read:all", false, ""),
            ("A", "a", false, ""),
        ] {
            let (left, right) = (scope(left), scope(right));
            assert_eq!(left.is_subset_of(&right), subset, "{left} in {right}");
            assert_eq!(left.intersection(&right).as_str(), both, "{left}, {right}");
        }
        assert_eq!(scope("b a").union(&scope("c a")).as_str(), "b a c");
        assert_eq!(scope("").union(&scope("a")), scope("a"));
        assert_eq!(scope("b a").union(&scope("a")), scope("b a"));
        assert!(scope("a b").same_set(&scope("b a")));
        assert!(!scope("a b").same_set(&scope("b")));
        assert!(!scope("b").same_set(&scope("a b")));
    }

    #[test]
    fn serialized_as_checked_text() {
        assert_eq!(serde_json::to_string(&scope("a b")).unwrap(), r#""a b""#);
        assert_eq!(serde_json::from_str::<Scope>(r#""""#).unwrap(), Scope::empty());
        assert!(serde_json::from_str::<Scope>(r#""a  b""#).is_err());
    }
}
