//! The flaws of stores in what they make of families that descend from others.

use grantor::storage::*;
use grantor::{Issuer, Timestamp};

use crate::flaw::Flaw::*;
use crate::flawed::{Family, Flawed, Tables};

impl Tables {
    /// What the family descends from, the nearest first.
    fn ancestors(&self, family: &Family) -> Vec<&Family> {
        let parent =
            |of: &&Family| self.families.iter().find(|it| it.issuer == of.issuer && Some(it.record.id) == of.record.parent);
        std::iter::successors(parent(&family), parent).collect()
    }

    /// None if an ancestor is gone.
    pub fn state(&self, store: &Flawed, family: &Family, dead: bool) -> Option<FamilyState> {
        let by_row = matches!(store.flaw, Some(RevocationMissesTheNew | RevokesRowByRow));
        let inherited = family.inherits && store.has(RevocationWalksDown);
        let own = inherited || if by_row { dead } else { family.state.revoked };
        let ancestors = self.ancestors(family);
        let so_many = match store.flaw {
            Some(AncestorsForgotten | RevocationWalksDown) => 0,
            Some(OnlyTheParentCounts) => 1,
            _ => ancestors.len(),
        };
        let revoked = ancestors.iter().take(so_many).any(|it| it.state.revoked && !it.ends_alone);
        let root = ancestors.last().copied().unwrap_or(family);
        let state = || FamilyState::new(own || revoked, family.state.generation);
        root.record.parent.is_none().then(|| state().with_outliving(family.state.outliving.clone()))
    }

    pub fn found_family(&self, store: &Flawed, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Option<FoundFamily> {
        let family = self.family(store, issuer, id, now)?;
        let state = self.state(store, family, family.state.revoked)?;
        let found = FoundFamily::new(family.record.clone(), state, family.keep_until);
        Some(found).filter(|found| !found.state.revoked || !store.has(RevokedFamiliesAreGone))
    }

    /// Why the family cannot begin.
    pub fn refused(&self, store: &Flawed, issuer: &Issuer, record: &FamilyRecord, now: Timestamp) -> Option<Spending> {
        let parent = record.parent.filter(|_| !store.has(OrphansBegin))?;
        let Some(parent) = self.family(store, issuer, &parent, now) else { return Some(Spending::Orphaned) };
        if self.state(store, parent, parent.state.revoked).is_none_or(|state| state.revoked) {
            return Some(Spending::Orphaned);
        }
        let has_room = self.ancestors(parent).len() < FamilyRecord::MAX_ANCESTORS || store.has(NoEndOfDescendants);
        (!has_room).then_some(Spending::TooDeep)
    }

    pub fn keep_ancestors(&mut self, store: &Flawed, issuer: &Issuer, id: &FamilyId, until: Timestamp) {
        let Some(family) = self.families.iter().find(|it| it.issuer == *issuer && it.record.id == *id) else { return };
        let ancestors: Vec<_> = self.ancestors(family).iter().map(|it| it.record.id).collect();
        let theirs = self.families.iter_mut().filter(|it| it.issuer == *issuer && ancestors.contains(&it.record.id));
        for ancestor in theirs.filter(|_| !store.has(AncestorsNotKept)) {
            ancestor.keep_until = ancestor.keep_until.max(until);
        }
    }

    /// For those who do not look at ancestors.
    pub fn mark_descendants(&mut self, issuer: &Issuer, id: &FamilyId) {
        let of_it = |it: &&Family| it.issuer == *issuer && self.ancestors(it).iter().any(|ancestor| ancestor.record.id == *id);
        let marked: Vec<_> = self.families.iter().filter(of_it).map(|it| it.record.id).collect();
        let theirs = self.families.iter_mut().filter(|it| it.issuer == *issuer && marked.contains(&it.record.id));
        theirs.for_each(|family| family.inherits = true);
    }

    pub fn end_alone(&mut self, store: &Flawed, issuer: &Issuer, id: &FamilyId) {
        let its = self.families.iter_mut().filter(|it| it.issuer == *issuer && it.record.id == *id);
        its.for_each(|family| family.ends_alone = store.has(ReplayEndsAlone));
    }
}
