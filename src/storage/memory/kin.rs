//! Families together with those that they descend from, locked at once. Most descend from none: those cost one lock, as ever.

use std::sync::Arc;

use crate::storage::memory::row::Family;
use crate::storage::memory::shards::{Locked, Several, Sharded};
use crate::storage::{FamilyId, FamilyRecord, FamilyState, Spending};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;

/// The ancestors of a family, the nearest first. They never change, and are shared by what has the same parent.
pub(super) struct Lineage(Box<[FamilyId]>);

impl Lineage {
    pub(super) fn parent(&self) -> Option<FamilyId> {
        self.0.first().copied()
    }
}

pub(super) enum Kin<'a> {
    /// A family that descends from none, or one that is not there.
    Alone(Locked<'a, FamilyId, Family>),
    Several(Several<'a, FamilyId, Family>),
}

impl Sharded<FamilyId, Family> {
    /// Locks a family and its ancestors.
    pub(super) fn lock_kin<'a>(&'a self, issuer: &'a Issuer, id: &FamilyId) -> Kin<'a> {
        let family = self.lock(issuer, id);
        let Some(lineage) = family.get(id).and_then(|family| family.lineage().cloned()) else { return Kin::Alone(family) };
        drop(family);
        self.lock_lineage(issuer, &lineage, id)
    }

    fn lock_lineage<'a>(&'a self, issuer: &'a Issuer, lineage: &Lineage, id: &FamilyId) -> Kin<'a> {
        Kin::Several(self.lock_several(issuer, lineage.0.iter().chain([id])))
    }

    /// Reads a family that is remembered, with its state, while it and its ancestors are locked.
    pub(super) fn read_kin<T>(
        &self,
        issuer: &Issuer,
        id: &FamilyId,
        now: Timestamp,
        read: impl FnOnce(&Family, FamilyState) -> T,
    ) -> Option<T> {
        let alone = self.lock(issuer, id);
        let family = alone.get(id)?;
        let Some(lineage) = family.lineage().cloned() else {
            return family.is_remembered(now).then(|| read(family, family.state(family.revoked)));
        };
        drop(alone);
        let several = self.lock_lineage(issuer, &lineage, id);
        let (family, state) = several.remembered(id, now)?;
        Some(read(family, state))
    }

    /// Locks the place of a family that is to begin, and its ancestors; gives who they are.
    ///
    /// # Errors
    ///
    /// Why it cannot descend from its parent.
    pub(super) fn lock_beginning<'a>(
        &'a self,
        issuer: &'a Issuer,
        record: &FamilyRecord,
        now: Timestamp,
    ) -> Result<(Kin<'a>, Option<Arc<Lineage>>), Spending> {
        let Some(parent) = record.parent else { return Ok((Kin::Alone(self.lock(issuer, &record.id)), None)) };
        let before = self.lock(issuer, &parent).get(&parent).and_then(Family::lineage).cloned();
        let lineage = before.map_or_else(|| vec![parent], |before| [&[parent], &*before.0].concat());
        let kin = Kin::Several(self.lock_several(issuer, lineage.iter().chain([&record.id])));
        let of_parent = kin.get(&parent).filter(|parent| parent.is_remembered(now)).and_then(|parent| kin.state(parent));
        if of_parent.is_none_or(|state| state.revoked) {
            return Err(Spending::Orphaned);
        }
        if lineage.len() > FamilyRecord::MAX_ANCESTORS {
            return Err(Spending::TooDeep);
        }
        Ok((kin, Some(Arc::new(Lineage(lineage.into())))))
    }
}

impl Kin<'_> {
    pub(super) fn get(&self, id: &FamilyId) -> Option<&Family> {
        match self {
            Self::Alone(family) => family.get(id),
            Self::Several(families) => families.get(id),
        }
    }

    pub(super) fn get_mut(&mut self, id: &FamilyId) -> Option<&mut Family> {
        match self {
            Self::Alone(family) => family.get_mut(id),
            Self::Several(families) => families.get_mut(id),
        }
    }

    /// All that are locked.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(FamilyId, Family)> {
        let (alone, several) = match self {
            Self::Alone(family) => (Some(family), None),
            Self::Several(families) => (None, Some(families)),
        };
        alone.into_iter().flat_map(Locked::iter).chain(several.into_iter().flat_map(Several::iter))
    }

    /// As [`Locked::insert`].
    pub(super) fn insert(&mut self, id: FamilyId, family: Family, until: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Alone(place) => place.insert(id, family, until, now),
            Self::Several(places) => places.insert(id, family, until, now),
        }
    }

    /// A family that is remembered, with its state.
    pub(super) fn remembered(&self, id: &FamilyId, now: Timestamp) -> Option<(&Family, FamilyState)> {
        let family = self.get(id).filter(|family| family.is_remembered(now))?;
        Some((family, self.state(family)?))
    }

    /// The state of a family that is locked with its ancestors; none if one of those is gone.
    fn state(&self, family: &Family) -> Option<FamilyState> {
        let mut revoked = family.revoked;
        for ancestor in family.ancestors() {
            revoked |= self.get(ancestor)?.revoked;
        }
        Some(family.state(revoked))
    }

    /// Keeps a family, and what it descends from, until then.
    pub(super) fn keep_until(&mut self, id: &FamilyId, moment: Timestamp) {
        let Some(family) = self.get_mut(id) else { return };
        family.keep_until(moment);
        if let Some(lineage) = family.lineage().cloned() {
            self.keep_ancestors_until(&lineage, moment);
        }
    }

    /// Keeps what a family descends from until then.
    pub(super) fn keep_ancestors_until(&mut self, lineage: &Lineage, moment: Timestamp) {
        for ancestor in &lineage.0 {
            if let Some(ancestor) = self.get_mut(ancestor) {
                ancestor.keep_until(moment);
            }
        }
    }
}

impl Family {
    fn ancestors(&self) -> &[FamilyId] {
        self.lineage().map_or(&[], |lineage| &lineage.0)
    }
}
