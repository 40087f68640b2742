//! A page of authorizations.

use super::{FamilyId, FamilyRecord};

/// A page of authorizations (see [`AuthorizationRecords::list_authorizations`]).
///
/// [`AuthorizationRecords::list_authorizations`]: crate::AuthorizationRecords::list_authorizations
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AuthorizationPage {
    /// As they were begun, ordered by identifier, byte by byte. Perhaps fewer than were asked for, or none, although more come.
    pub authorizations: Vec<FamilyRecord>,
    /// After which family the next page begins; `None` if this is the last one.
    pub next: Option<FamilyId>,
}

impl AuthorizationPage {
    /// A page from its members.
    #[must_use]
    pub const fn new(authorizations: Vec<FamilyRecord>, next: Option<FamilyId>) -> Self {
        Self { authorizations, next }
    }

    /// A page from what comes after `after`, of which there is at most one more than `limit`: for a store that finds them at once.
    #[must_use]
    pub fn of(mut authorizations: Vec<FamilyRecord>, limit: u32) -> Self {
        let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
        let more = authorizations.len() > limit;
        authorizations.truncate(limit);
        let next = authorizations.last().filter(|_| more).map(|last| last.id);
        Self { authorizations, next }
    }
}
