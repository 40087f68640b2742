//! What a resource asks of the sign-in behind a token (RFC 9470): how the person proved who they are, and how long ago. A token that
//! does not come up to it is answered with what the client has to ask for.

use super::ResourceServerError;
use crate::token::claims::TokenClaims;
use crate::values::clock::Timestamp;
use crate::values::scope::Scope;

/// By so many seconds the clock of the authorization server may be ahead.
const AHEAD: u64 = 60;

/// How a person must have signed in for a resource (RFC 9470 section 3): under one of these classes, and not longer ago than that. A token
/// behind which there is no person, or of which nobody says how they signed in, does not do.
///
/// ```
/// use grantor::AuthenticationRequirements;
///
/// let strong = AuthenticationRequirements::none().acr_values("phr phrh")?;
/// let strong_and_recent = strong.clone().max_age(300);
/// # Ok::<(), grantor::ResourceServerError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthenticationRequirements {
    acr_values: Scope,
    max_age: Option<u64>,
}

impl AuthenticationRequirements {
    /// Any sign-in will do, and none.
    #[must_use]
    pub const fn none() -> Self {
        Self { acr_values: Scope::empty(), max_age: None }
    }

    /// The authentication context classes, one of which the person must have signed in under (`acr`), separated by single spaces; what is
    /// preferred first. They are values that you and your authorization server agree on.
    ///
    /// # Errors
    ///
    /// [`ResourceServerError::AcrValues`] if it is empty, or has characters that a challenge cannot carry.
    pub fn acr_values(self, values: &str) -> Result<Self, ResourceServerError> {
        // The grammar is that of a scope: what a quoted string can carry, between single spaces.
        let values = Scope::parse(values).ok().filter(|values| !values.is_empty()).ok_or(ResourceServerError::AcrValues)?;
        Ok(Self { acr_values: values, ..self })
    }

    /// How many seconds may have passed since the person signed in (`auth_time`). A fresh token needs a few to get here.
    #[must_use]
    pub const fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = Some(seconds);
        self
    }

    pub(super) fn as_required(&self) -> Required<'_> {
        Required { acr_values: self.acr_values.as_str(), max_age: self.max_age }
    }
}

/// The same, known to be well formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Required<'a> {
    pub(super) acr_values: &'a str,
    /// Seconds.
    pub(super) max_age: Option<u64>,
}

/// What of it a token does not come up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lacks {
    pub(super) level: bool,
    pub(super) recency: bool,
}

impl Required<'_> {
    pub(super) const NOTHING: Self = Self { acr_values: "", max_age: None };

    pub(super) fn is_nothing(self) -> bool {
        self == Self::NOTHING
    }

    /// What the token lacks, if anything.
    pub(super) fn unmet(self, claims: &TokenClaims, now: Timestamp) -> Option<Lacks> {
        let mut accepted = self.acr_values.split(' ').filter(|value| !value.is_empty()).peekable();
        let level = accepted.peek().is_some() && !claims.acr().is_some_and(|acr| accepted.any(|value| value == acr));
        let is_recent = |at: Timestamp, most| {
            let age = at.checked_secs_until(now);
            age.map_or(at <= now.saturating_add_secs(AHEAD), |age| age <= most)
        };
        let recency = self.max_age.is_some_and(|most| !claims.auth_time().is_some_and(|at| is_recent(at, most)));
        (level || recency).then_some(Lacks { level, recency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> TokenClaims {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_sign_in_comes_up_to_one_of_the_classes_and_to_the_age() {
        let now = Timestamp::from_unix(1_000);
        let lacks = |level, recency| Some(Lacks { level, recency });
        for (acr_values, max_age, token, expected) in [
            ("", None, "{}", None),
            ("", None, r#"{"acr":"pwd"}"#, None),
            ("phr", None, "{}", lacks(true, false)),
            ("phr", None, r#"{"acr":"pwd"}"#, lacks(true, false)),
            ("phr", None, r#"{"acr":"PHR"}"#, lacks(true, false)),
            ("phr phrh", None, r#"{"acr":"phrh"}"#, None),
            ("phr phrh", None, r#"{"acr":"phr phrh"}"#, lacks(true, false)),
            ("phr", None, r#"{"acr":""}"#, lacks(true, false)),
            ("", Some(5), "{}", lacks(false, true)),
            ("", Some(5), r#"{"auth_time":995}"#, None),
            ("", Some(5), r#"{"auth_time":994}"#, lacks(false, true)),
            ("", Some(0), r#"{"auth_time":1000}"#, None),
            // A clock that is a little ahead; and a time that is none.
            ("", Some(5), r#"{"auth_time":1060}"#, None),
            ("", Some(5), r#"{"auth_time":1061}"#, lacks(false, true)),
            ("phr", Some(5), r#"{"auth_time":1,"acr":"pwd"}"#, lacks(true, true)),
            ("phr", Some(5), r#"{"auth_time":999,"acr":"pwd"}"#, lacks(true, false)),
            ("phr", Some(5), r#"{"auth_time":999,"acr":"phr"}"#, None),
        ] {
            let required = Required { acr_values, max_age };
            assert_eq!(required.unmet(&claims(token), now), expected, "{acr_values} {max_age:?} {token}");
        }
    }

    #[test]
    fn classes_are_what_a_challenge_can_carry() {
        for (values, is_good) in [("phr", true), ("a b", true), ("", false), ("a  b", false), ("a\"", false), ("\u{e9}", false)] {
            assert_eq!(AuthenticationRequirements::none().acr_values(values).is_ok(), is_good, "{values}");
        }
    }
}
