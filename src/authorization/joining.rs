//! The sign-in that an authorization joins: looked up before anything is made, as what is made says which it is, and joined once nothing else
//! can fail. So a client that gets nothing is none of the sign-in's.

use std::sync::OnceLock;

use crate::storage::{FamilyId, SessionRecord};

/// The sign-in, as it was looked up.
#[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "logout reads it"))]
pub(crate) struct Joining {
    /// To be opened if nobody has: under the identifier of the one that was found, if there was one.
    pub(crate) session: SessionRecord,
    /// Was there one?
    pub(crate) found: bool,
    /// Is it the one that was joined, once one was?
    outcome: OnceLock<bool>,
}

#[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "logout calls it"))]
impl Joining {
    pub(crate) const fn new(session: SessionRecord, found: bool) -> Self {
        Self { session, found, outcome: OnceLock::new() }
    }

    /// Has nobody joined it yet?
    pub(crate) fn is_due(&self) -> bool {
        self.outcome.get().is_none()
    }

    /// This one was joined. Is it the one that was looked up?
    pub(crate) fn joined(&self, id: &FamilyId) -> bool {
        *self.outcome.get_or_init(|| self.session.id == *id)
    }

    /// Was another one joined, which somebody opened meanwhile?
    pub(crate) fn was_overtaken(&self) -> bool {
        self.outcome.get() == Some(&false)
    }
}
