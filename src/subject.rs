//! Who authorized: the resource owner (RFC 6749 section 1.1), as every layer from the storage up names them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Who authorized: the identifier of a resource owner, unique and never reassigned at this issuer (`sub`, RFC 7662 section
/// 2.2). Not empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject(Arc<str>);

impl Subject {
    /// A subject, unless it is empty.
    ///
    /// # Errors
    ///
    /// [`EmptySubject`].
    pub fn new(subject: impl AsRef<str>) -> Result<Self, EmptySubject> {
        let subject = subject.as_ref();
        if subject.is_empty() { Err(EmptySubject) } else { Ok(Self(subject.into())) }
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A subject cannot be empty: it would be nobody, or everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subject cannot be empty")]
pub struct EmptySubject;

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Subject {
    type Error = EmptySubject;
    fn try_from(subject: String) -> Result<Self, EmptySubject> {
        Self::new(subject)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        (*subject.0).to_owned()
    }
}
