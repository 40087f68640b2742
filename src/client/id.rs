//! Client identifiers.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::ClientError;

/// A client identifier (RFC 6749 section 2.2): 1 to 2048 visible ASCII characters or spaces, compared byte by byte. So many, because
/// an identifier may be a URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// The longest identifier, in bytes. An index of PostgreSQL takes keys of up to 2,704.
    pub const MAX_LEN: usize = 2048;

    /// What the families of sessions have in the place of a client. No client has it.
    pub(crate) const OF_SESSIONS: &'static str = "urn:grantor:session";

    /// Checks an identifier against RFC 6749 appendix A.1.
    ///
    /// # Errors
    ///
    /// [`ClientError::Id`] if it is empty, too long or not visible ASCII.
    pub fn parse(id: &str) -> Result<Self, ClientError> {
        if Self::permits(id) { Ok(Self(id.into())) } else { Err(ClientError::Id) }
    }

    pub(crate) fn permits(id: &str) -> bool {
        !id.is_empty() && id.len() <= Self::MAX_LEN && id.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, not shared with this one.
    pub(super) fn apart(&self) -> Self {
        Self(self.as_str().into())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientError;
    fn try_from(id: String) -> Result<Self, ClientError> {
        Self::parse(&id)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        (*id.0).to_owned()
    }
}
