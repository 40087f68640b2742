//! Whose authorizations are to end.

use crate::client::ClientId;
use crate::values::subject::Subject;

/// Of whom everything ends (see [`AuthorizationRecords::revoke_authorizations`]).
///
/// [`AuthorizationRecords::revoke_authorizations`]: crate::AuthorizationRecords::revoke_authorizations
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<'a> {
    /// Everything that was issued to this client, for whomever.
    Client(&'a ClientId),
    /// Everything that this person authorized, for whichever client.
    Subject(&'a Subject),
}

impl<'a> Holder<'a> {
    /// The client, if it is one.
    #[must_use]
    pub const fn client(self) -> Option<&'a ClientId> {
        match self {
            Self::Client(id) => Some(id),
            Self::Subject(_) => None,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn subject(self) -> Option<&'a Subject> {
        match self {
            Self::Subject(subject) => Some(subject),
            Self::Client(_) => None,
        }
    }

    /// Is this authorization theirs?
    #[must_use]
    pub fn holds(self, client_id: &ClientId, subject: Option<&Subject>) -> bool {
        match self {
            Self::Client(id) => id == client_id,
            Self::Subject(person) => subject == Some(person),
        }
    }
}
