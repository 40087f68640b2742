//! Who authorized: the resource owner (RFC 6749 section 1.1), as every layer from the storage up names them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What stands before the identifier of a client where a token names a client in the place of a person.
pub(crate) const CLIENT_PREFIX: &str = "client:";

/// Who authorized: the identifier of a resource owner, unique and never reassigned at this issuer (`sub`, RFC 7662 section
/// 2.2). Not empty, and not beginning with `client:`: in a JWT that a client got for itself the `sub` is `client:` and its identifier, so
/// that one who may choose the identifier of a client becomes no person (RFC 9068 section 5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject(Arc<str>);

impl Subject {
    /// A subject, unless it is empty or could be taken for a client.
    ///
    /// # Errors
    ///
    /// [`SubjectError`].
    pub fn new(subject: impl AsRef<str>) -> Result<Self, SubjectError> {
        match subject.as_ref() {
            "" => Err(SubjectError::Empty),
            client if client.starts_with(CLIENT_PREFIX) => Err(SubjectError::Client),
            subject => Ok(Self(subject.into())),
        }
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What cannot be a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// Nothing: it would be nobody, or everybody.
    #[error("a subject cannot be empty")]
    Empty,
    /// What the tokens of clients have for a subject.
    #[error("a subject cannot begin with `client:`, which stands before the identifiers of clients (RFC 9068 section 5)")]
    Client,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;
    fn try_from(subject: String) -> Result<Self, SubjectError> {
        Self::new(subject)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        (*subject.0).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC9700-4.15.1-01
    #[test]
    fn a_subject_is_somebody_and_no_client() {
        assert_eq!(Subject::new(""), Err(SubjectError::Empty));
        for client in ["client:", "client:app"] {
            assert_eq!(Subject::new(client), Err(SubjectError::Client));
            assert!(serde_json::from_value::<Subject>(client.into()).is_err());
        }
        for person in ["alice", "client", "Client:app", "a client:app"] {
            assert_eq!(Subject::new(person).map(String::from).as_deref(), Ok(person));
        }
    }
}
