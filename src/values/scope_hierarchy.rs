//! Which scopes imply others. RFC 6749 section 3.3 leaves to the server what a scope means, so whoever grants and whoever asks for one
//! have to mean the same by it: here it is said once.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use crate::values::scope::{Scope, ScopeError};

/// Which scopes imply others: whoever has `admin` may do what `write` permits, and with that what `read` does. Implication carries on:
/// what is implied by something implied is implied too. Cloning does not allocate.
///
/// One value is for both sides: [`Builder::scope_hierarchy`](crate::Builder::scope_hierarchy) and
/// [`ResourceServer::scope_hierarchy`](crate::ResourceServer::scope_hierarchy).
///
/// ```
/// use grantor::{Scope, ScopeHierarchy};
///
/// let hierarchy = ScopeHierarchy::new([("admin", "write audit"), ("write", "read")])?;
/// assert!(hierarchy.covers(&Scope::parse("admin")?, "read"));
/// assert!(!hierarchy.covers(&Scope::parse("write")?, "audit"));
///
/// // What would make two scopes the same is a mistake.
/// assert!(ScopeHierarchy::new([("read", "write"), ("write", "read")]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A token has the scope that was granted and no more: what that implies is not written into it, so that it says what the person saw. A
/// resource server that does not know of the hierarchy sees less in it, and never more.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ScopeHierarchy(Option<Arc<Implied>>);

/// Each token that others imply, with all that do, directly or not.
type Implied = HashMap<Box<str>, Box<[Box<str>]>>;

/// Why scopes cannot imply others so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeHierarchyError {
    /// A text is not a scope; on the left, not a single token.
    #[error("`{text}` is not a scope: {error}")]
    Scope {
        /// The text.
        text: String,
        /// What is wrong with it.
        error: ScopeError,
    },
    /// A scope implies nothing.
    #[error("`{0}` implies nothing: leave it out")]
    Nothing(String),
    /// A scope implies itself, perhaps through others: all of them would be one scope with several names.
    #[error("`{0}` implies itself: scopes that imply each other are the same scope, so name one of them")]
    Cycle(String),
    /// `openid` or `offline_access` is implied: those are about signing in to a client, and nobody has that from another scope.
    #[error(
        "nothing implies `{0}`: it is about the sign-in that a client asks for (OpenID Connect Core sections 3.1.2.1 and 11)"
    )]
    OfTheSignIn(String),
}

/// What no other scope implies: an ID token says that somebody signed in to its audience, and whoever narrows a scope must not get one.
const OF_THE_SIGN_IN: [&str; 2] = ["openid", "offline_access"];

impl ScopeHierarchy {
    /// Scope tokens, each with the scope that it implies: tokens separated by single spaces. A token may occur on the left more than once.
    ///
    /// # Errors
    ///
    /// [`ScopeHierarchyError`] if a text is not a scope, one implies nothing, or one implies itself, `openid` or `offline_access`.
    pub fn new<A: AsRef<str>, B: AsRef<str>>(
        implications: impl IntoIterator<Item = (A, B)>,
    ) -> Result<Self, ScopeHierarchyError> {
        let mut direct: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        for (token, implied) in implications {
            let (token, implied) = (token.as_ref(), implied.as_ref());
            let refused = |text: &str| {
                let text = text.to_owned();
                move |error| ScopeHierarchyError::Scope { text, error }
            };
            Scope::from_tokens([token]).map_err(refused(token))?;
            let scope = Scope::parse(implied).map_err(refused(implied))?;
            if scope.is_empty() {
                return Err(ScopeHierarchyError::Nothing(token.to_owned()));
            }
            if let Some(of_the_sign_in) = OF_THE_SIGN_IN.iter().find(|own| scope.contains(own)) {
                return Err(ScopeHierarchyError::OfTheSignIn((*of_the_sign_in).to_owned()));
            }
            direct.entry(token.into()).or_default().extend(scope.iter().map(Into::into));
        }
        let mut by: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        for token in direct.keys() {
            for implied in all_implied(&direct, token)? {
                by.entry(implied.into()).or_default().push(token.clone());
            }
        }
        // In one order, so that two that say the same are equal.
        by.values_mut().for_each(|by| by.sort_unstable());
        let by: Implied = by.into_iter().map(|(implied, by)| (implied, by.into())).collect();
        Ok(Self((!by.is_empty()).then(|| Arc::new(by))))
    }

    /// No scope implies another.
    #[must_use]
    pub const fn flat() -> Self {
        Self(None)
    }

    pub(crate) const fn is_flat(&self) -> bool {
        self.0.is_none()
    }

    /// Has whoever has this scope what the token stands for: because it is in it, or implied?
    #[must_use]
    pub fn covers(&self, scope: &Scope, token: &str) -> bool {
        scope.contains(token) || self.implying(token).iter().any(|by| scope.contains(by))
    }

    /// Has whoever has this scope all of the other one?
    #[must_use]
    pub fn covers_all(&self, scope: &Scope, other: &Scope) -> bool {
        other.iter().all(|token| self.covers(scope, token))
    }

    /// Has whoever has this token something of the scope?
    pub(crate) fn implies_any(&self, token: &str, scope: &Scope) -> bool {
        scope.iter().any(|own| own == token || self.implying(own).iter().any(|by| **by == *token))
    }

    /// What of `other` whoever has this scope has too, in the order of `other`.
    #[must_use]
    pub fn covered(&self, scope: &Scope, other: &Scope) -> Scope {
        other.filtered(|token| self.covers(scope, token))
    }

    /// What whoever has the one has from the other, too: of both whatever the other one covers, in the order of `scope`. So `admin` that is
    /// narrowed to `write` is `write`, and so is `write` that is narrowed to `admin`. What the result implies anyway is added only where
    /// `other` says it in place of something wider.
    #[must_use]
    pub fn common(&self, scope: &Scope, other: &Scope) -> Scope {
        self.with_implied(self.covered(other, scope), scope, other.iter())
    }

    /// What is `left` of a scope, and what of `others` is implied by the rest of it.
    pub(crate) fn with_implied<'o>(&self, left: Scope, scope: &Scope, others: impl Iterator<Item = &'o str>) -> Scope {
        if self.is_flat() {
            return left;
        }
        let rest = scope.filtered(|token| !left.contains(token));
        let mut implied = others.filter(|token| !left.contains(token) && self.covers(&rest, token)).peekable();
        if implied.peek().is_none() {
            return left;
        }
        let implied: Vec<&str> = implied.collect();
        // All are scope tokens.
        Scope::from_tokens(left.iter().chain(implied.iter().copied())).unwrap_or_default()
    }

    /// What of a scope that is asked for may be granted to whoever may have `bound`: all of it, or, where a profile narrows, what is
    /// [common](Self::common). `None` if that is nothing, or it is refused.
    pub(crate) fn within(&self, requested: Scope, bound: &Scope, narrows: bool) -> Option<Scope> {
        if self.covers_all(bound, &requested) {
            return Some(requested);
        }
        narrows.then(|| self.common(&requested, bound)).filter(|left| !left.is_empty())
    }

    /// The tokens that imply this one.
    fn implying(&self, token: &str) -> &[Box<str>] {
        self.0.as_ref().and_then(|implied| implied.get(token)).map_or(&[], |by| by)
    }
}

/// All that a token implies.
///
/// # Errors
///
/// [`ScopeHierarchyError::Cycle`] if it is among that.
fn all_implied<'a>(direct: &'a HashMap<Box<str>, Vec<Box<str>>>, token: &str) -> Result<HashSet<&'a str>, ScopeHierarchyError> {
    let mut all = HashSet::new();
    let mut next: Vec<&str> = direct.get(token).into_iter().flatten().map(|implied| &**implied).collect();
    while let Some(implied) = next.pop() {
        if implied == token {
            return Err(ScopeHierarchyError::Cycle(token.to_owned()));
        }
        if all.insert(implied) {
            next.extend(direct.get(implied).into_iter().flatten().map(|implied| &**implied));
        }
    }
    Ok(all)
}

impl fmt::Debug for ScopeHierarchy {
    /// Each token that is implied, with those that imply it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().flat_map(|implied| implied.iter())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn what_is_implied_is_covered_through_others_too() {
        let hierarchy = ScopeHierarchy::new([("admin", "write audit"), ("write", "read"), ("write", "list")]).unwrap();
        for (own, token, covered) in [
            ("admin", "admin", true),
            ("admin", "write", true),
            ("admin", "audit", true),
            ("admin", "read", true),
            ("admin", "list", true),
            ("write", "read", true),
            ("write", "list", true),
            ("write", "audit", false),
            ("write", "admin", false),
            ("read", "write", false),
            ("other admin", "list", true),
            ("other", "other", true),
            ("", "read", false),
            ("Admin", "read", false),
        ] {
            assert_eq!(hierarchy.covers(&scope(own), token), covered, "{own} and {token}");
        }
        assert!(hierarchy.covers_all(&scope("admin x"), &scope("read x list")));
        assert!(!hierarchy.covers_all(&scope("admin"), &scope("read x")));
        assert_eq!(hierarchy.covered(&scope("write"), &scope("audit read admin list")), scope("read list"));
        for (one, other, both) in [
            ("admin", "write", "write"),
            ("write", "admin", "write"),
            ("admin", "admin read", "admin"),
            ("admin", "write read", "write read"),
            ("x admin", "read y x", "x read"),
            ("write audit", "read", "read"),
            ("audit", "write", ""),
            ("", "admin", ""),
            ("admin", "", ""),
        ] {
            assert_eq!(hierarchy.common(&scope(one), &scope(other)).as_str(), both, "{one} and {other}");
        }
        let flat = ScopeHierarchy::flat();
        assert_eq!(flat.common(&scope("x admin read"), &scope("read y admin")).as_str(), "admin read");
        assert_eq!(flat.common(&scope("admin"), &scope("write")), Scope::empty());
        assert!(flat.covers(&scope("admin"), "admin") && !flat.covers(&scope("admin"), "write"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_is_written() {
        use ScopeHierarchyError as E;
        let refused = |pairs: &[(&str, &str)]| ScopeHierarchy::new(pairs.iter().copied()).unwrap_err();
        let not_a_scope = |text: &str, error| E::Scope { text: text.to_owned(), error };
        assert_eq!(refused(&[("a", "a")]), E::Cycle("a".to_owned()));
        assert_eq!(refused(&[("a", "")]), E::Nothing("a".to_owned()));
        assert_eq!(refused(&[("a b", "c")]), not_a_scope("a b", ScopeError::Character));
        assert_eq!(refused(&[("", "c")]), not_a_scope("", ScopeError::EmptyToken));
        assert_eq!(refused(&[("a", "b  c")]), not_a_scope("b  c", ScopeError::EmptyToken));
        for cycle in [&[("a", "b"), ("b", "c"), ("c", "a")][..], &[("x", "a"), ("a", "y b"), ("b", "a")]] {
            assert!(matches!(refused(cycle), E::Cycle(_)), "{cycle:?}");
        }
        assert_eq!(refused(&[("all", "read openid")]), E::OfTheSignIn("openid".to_owned()));
        assert_eq!(refused(&[("all", "offline_access")]), E::OfTheSignIn("offline_access".to_owned()));
        assert!(ScopeHierarchy::new([("openid", "profile"), ("profile", "email")]).is_ok());
        let same = || ScopeHierarchy::new([("a", "z"), ("b", "z"), ("c", "z")]).unwrap();
        assert_eq!(same(), same());
        assert_ne!(same(), ScopeHierarchy::new([("a", "z"), ("b", "z")]).unwrap());
        // Two ways to the same are no cycle.
        assert!(ScopeHierarchy::new([("a", "b c"), ("b", "d"), ("c", "d")]).is_ok());
        assert!(ScopeHierarchy::new([("", ""); 0]).unwrap().0.is_none());
    }
}
