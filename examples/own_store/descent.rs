//! Families that descend from others, as that of a token for which another was exchanged.

use grantor::storage::{FamilyId, FamilyRecord, FamilyState, Issue, Spending, TokenRecord};
use grantor::{Issuer, Timestamp};

use super::Family;

/// Which token of an issue.
pub type Kind = fn(&Issue) -> &Option<TokenRecord>;

/// What `row` finds in a family that is still remembered, with its state, and where that family is.
pub fn find<R>(
    families: &[Family],
    issuer: &Issuer,
    now: Timestamp,
    row: impl Fn(&Family, FamilyState) -> Option<R>,
) -> Option<(usize, R)> {
    let mut kept = families.iter().enumerate().filter(|(_, it)| it.issuer == *issuer && now < it.keep_until);
    kept.find_map(|(at, family)| Some((at, row(family, state(families, at))?)))
}
/// Where the ancestors of a family are, the nearest first.
fn ancestors(families: &[Family], at: usize) -> impl Iterator<Item = usize> {
    let parent = |at: &usize| {
        let Family { issuer, record, .. } = &families[*at];
        families.iter().position(|it| it.issuer == *issuer && Some(it.record.id) == record.parent)
    };
    std::iter::successors(parent(&at), parent)
}
/// The state of a family. The revocation of an ancestor counts.
pub fn state(families: &[Family], at: usize) -> FamilyState {
    let own = families[at].state.clone();
    let revoked = own.revoked || ancestors(families, at).any(|at| families[at].state.revoked);
    FamilyState::new(revoked, own.generation).with_outliving(own.outliving)
}
/// Remembers a family, and so its ancestors, at least until then.
pub fn keep_until(families: &mut [Family], at: usize, moment: Timestamp) {
    for at in ancestors(families, at).chain([at]).collect::<Vec<_>>() {
        families[at].keep_until = families[at].keep_until.max(moment);
    }
}
/// Why no family can descend from this one.
pub fn refused(families: &[Family], issuer: &Issuer, parent: &FamilyId, now: Timestamp) -> Option<Spending> {
    match find(families, issuer, now, |it, state| (it.record.id == *parent && !state.revoked).then_some(())) {
        None => Some(Spending::Orphaned),
        Some((at, ())) if ancestors(families, at).count() >= FamilyRecord::MAX_ANCESTORS => Some(Spending::TooDeep),
        Some(_) => None,
    }
}
