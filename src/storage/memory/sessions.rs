//! Sessions, and who is still to be told that one has ended. Their families are where families are; the lock of this table comes before
//! theirs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::steps::Memory;
use crate::client::ClientId;
use crate::storage::{FamilyId, Issue, LogoutNotice, SessionKey, SessionRecord};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

#[derive(Default)]
pub(super) struct Sessions(Mutex<BTreeMap<Issuer, Table>>);

#[derive(Default)]
pub(super) struct Table {
    sessions: Vec<SessionRecord>,
    notices: Vec<Notice>,
}

struct Notice {
    record: LogoutNotice,
    due_at: Timestamp,
}

impl Sessions {
    /// No step can leave half a state, so a poisoned lock is sound.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Issuer, Table>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rows(&self) -> usize {
        self.lock().values().map(Table::rows).sum()
    }

    pub(super) fn issuers(&self) -> BTreeSet<Issuer> {
        self.lock().keys().cloned().collect()
    }

    /// `remembered` says which families have not gone.
    pub(super) fn purge(&self, now: Timestamp, remembered: impl Fn(&Issuer, &FamilyId) -> bool) -> u64 {
        let (mut tables, mut purged) = (self.lock(), 0);
        tables.retain(|issuer, table| {
            let before = table.rows();
            table.sessions.retain(|session| remembered(issuer, &session.id));
            table.notices.retain(|notice| now < notice.record.expires_at);
            purged += before.saturating_sub(table.rows()) as u64;
            table.rows() > 0
        });
        purged
    }

    pub(super) fn claim(&self, issuer: &Issuer, limit: u32, again_at: Timestamp, now: Timestamp) -> Vec<LogoutNotice> {
        let mut tables = self.lock();
        let Some(table) = tables.get_mut(issuer) else { return Vec::new() };
        let is_due = |notice: &&mut Notice| notice.due_at <= now && now < notice.record.expires_at;
        let mut due: Vec<&mut Notice> = table.notices.iter_mut().filter(is_due).collect();
        due.sort_unstable_by_key(|notice| (notice.due_at, notice.key()));
        due.truncate(limit as usize);
        due.sort_unstable_by_key(|notice| notice.key());
        let take = |notice: &mut Notice| {
            (notice.due_at, notice.record.attempts) = (again_at, notice.record.attempts.saturating_add(1));
            notice.record.clone()
        };
        due.into_iter().map(take).collect()
    }

    pub(super) fn settle(&self, issuer: &Issuer, session: &FamilyId, client_id: &ClientId, again_at: Option<Timestamp>) {
        let mut tables = self.lock();
        let Some(table) = tables.get_mut(issuer) else { return };
        let is_it = |notice: &Notice| notice.record.session == *session && notice.record.client_id == *client_id;
        match again_at {
            None => table.notices.retain(|notice| !is_it(notice)),
            Some(due_at) => table.notices.iter_mut().filter(|it| is_it(it)).for_each(|notice| notice.due_at = due_at),
        }
    }
}

impl Notice {
    fn key(&self) -> (FamilyId, ClientId) {
        (self.record.session, self.record.client_id.clone())
    }
}

impl Table {
    fn rows(&self) -> usize {
        self.sessions.len() + self.notices.len()
    }
}

impl Memory {
    pub(super) fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> Result<SessionRecord, StoreError> {
        let mut tables = self.sessions.lock();
        let sessions = &mut tables.entry(issuer.clone()).or_default().sessions;
        if let Some(place) = sessions.iter().position(|known| known.handle == session.handle) {
            if self.lives(issuer, &sessions[place].id, now) {
                sessions[place].add(&session.clients);
                self.keep_family(issuer, &sessions[place].id, keep_until);
                return Ok(sessions[place].clone());
            }
            sessions.remove(place);
        }
        let mut issue = Issue::new(None, None, None);
        issue.keep_family_until = keep_until;
        let (_, grown) = self.begin(issuer, session.family()?, issue, None, now)?;
        sessions.push(session.clone());
        drop(tables);
        self.purge_if(grown, now);
        Ok(session)
    }

    fn lives(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> bool {
        self.family(issuer, id, now).is_some_and(|found| !found.state.revoked)
    }

    pub(super) fn session(&self, issuer: &Issuer, key: SessionKey, now: Timestamp) -> Option<SessionRecord> {
        let tables = self.sessions.lock();
        let session = tables.get(issuer)?.sessions.iter().find(|session| session.is(key))?;
        self.lives(issuer, &session.id, now).then(|| session.clone())
    }

    pub(super) fn sessions_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Vec<SessionRecord> {
        let tables = self.sessions.lock();
        let theirs = tables.get(issuer).into_iter().flat_map(|table| &table.sessions).filter(|it| it.subject == *subject);
        let mut live: Vec<_> = theirs.filter(|session| self.lives(issuer, &session.id, now)).cloned().collect();
        live.sort_unstable_by_key(|session| (Reverse(session.opened_at), session.id));
        live
    }

    pub(super) fn end_session(
        &self,
        issuer: &Issuer,
        key: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<SessionRecord> {
        let mut tables = self.sessions.lock();
        let table = tables.get_mut(issuer)?;
        let place = table.sessions.iter().position(|session| session.is(key))?;
        if !self.lives(issuer, &table.sessions[place].id, now) {
            return None;
        }
        let session = table.sessions.remove(place);
        self.revoke_family(issuer, &session.id);
        if let Some(expires_at) = tell_until {
            let notice = |client: &ClientId| Notice {
                record: LogoutNotice::new(session.id, client.clone(), session.subject.clone(), 0, expires_at),
                due_at: now,
            };
            table.notices.extend(session.clients.iter().map(notice));
        }
        Some(session)
    }
}
