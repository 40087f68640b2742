//! Sign-ins, for logout.

use grantor::storage::{FamilyId, FamilyStore, Issue, LogoutNotice, SessionKey, SessionRecord, SessionRecords};
use grantor::{ClientId, Issuer, Subject, Timestamp};
use tokio::sync::Mutex;

use super::descent::find;
use super::{Family, OwnStore, Result};

/// Whoever needs these and others locks `live` first.
#[derive(Default)]
pub struct Sessions {
    pub live: Mutex<Vec<(Issuer, SessionRecord)>>,
    /// Who is to be told, and when.
    pub notices: Mutex<Vec<(Issuer, LogoutNotice, Timestamp)>>,
}

fn lives(families: &[Family], issuer: &Issuer, id: &FamilyId, now: Timestamp) -> bool {
    find(families, issuer, now, |it, state| (it.record.id == *id && !state.revoked).then_some(())).is_some()
}

const fn key(notice: &LogoutNotice) -> (FamilyId, &ClientId) {
    (notice.session, &notice.client_id)
}

impl SessionRecords for OwnStore {
    async fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> Result<SessionRecord> {
        let mut sessions = self.more.sessions.live.lock().await;
        let known = sessions.iter().position(|(owner, it)| owner == issuer && it.handle == session.handle);
        if let Some(known) = known {
            let mut families = self.families.lock().await;
            let session_now = &mut sessions[known].1;
            if lives(&families, issuer, &session_now.id, now) {
                session_now.add(&session.clients);
                let theirs = families.iter_mut().filter(|it| it.issuer == *issuer && it.record.id == session_now.id);
                theirs.for_each(|it| it.keep_until = it.keep_until.max(keep_until));
                return Ok(session_now.clone());
            }
            sessions.remove(known);
        }
        let mut issue = Issue::new(None, None, None);
        issue.keep_family_until = keep_until;
        self.begin_family(issuer, session.family()?, issue, None, now).await?;
        sessions.push((issuer.clone(), session.clone()));
        Ok(session)
    }
    async fn session(&self, issuer: &Issuer, key: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>> {
        let (sessions, families) = (self.more.sessions.live.lock().await, self.families.lock().await);
        let session = sessions.iter().find(|(owner, it)| owner == issuer && it.is(key)).map(|(_, it)| it);
        Ok(session.filter(|it| lives(&families, issuer, &it.id, now)).cloned())
    }
    async fn sessions_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<SessionRecord>> {
        let (sessions, families) = (self.more.sessions.live.lock().await, self.families.lock().await);
        let theirs = sessions.iter().filter(|(owner, it)| owner == issuer && it.subject == *subject).map(|(_, it)| it);
        let mut live: Vec<_> = theirs.filter(|it| lives(&families, issuer, &it.id, now)).cloned().collect();
        live.sort_by_key(|it| std::cmp::Reverse(it.opened_at));
        Ok(live)
    }
    async fn end_session(
        &self,
        issuer: &Issuer,
        key: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>> {
        let mut sessions = self.more.sessions.live.lock().await;
        let (mut notices, mut families) = (self.more.sessions.notices.lock().await, self.families.lock().await);
        let place = sessions.iter().position(|(owner, it)| owner == issuer && it.is(key));
        let Some(place) = place.filter(|at| lives(&families, issuer, &sessions[*at].1.id, now)) else { return Ok(None) };
        let (_, session) = sessions.remove(place);
        families.iter_mut().filter(|it| it.issuer == *issuer && it.record.id == session.id).for_each(|it| it.revoke(()));
        let notice = |client: &ClientId, until| LogoutNotice::new(session.id, client.clone(), session.subject.clone(), 0, until);
        if let Some(until) = tell_until {
            notices.extend(session.clients.iter().map(|client| (issuer.clone(), notice(client, until), now)));
        }
        Ok(Some(session))
    }
    async fn claim_notices(&self, issuer: &Issuer, limit: u32, again_at: Timestamp, now: Timestamp) -> Result<Vec<LogoutNotice>> {
        let mut notices = self.more.sessions.notices.lock().await;
        let is_due = |(owner, it, due_at): &&mut (_, LogoutNotice, _)| owner == issuer && *due_at <= now && now < it.expires_at;
        let mut due: Vec<_> = notices.iter_mut().filter(is_due).collect();
        due.sort_by(|(_, one, due), (_, other, later)| (due, key(one)).cmp(&(later, key(other))));
        due.truncate(limit as usize);
        let claim = |(_, it, due_at): &mut (_, LogoutNotice, _)| {
            (*due_at, it.attempts) = (again_at, it.attempts.saturating_add(1));
            it.clone()
        };
        let mut claimed: Vec<_> = due.into_iter().map(claim).collect();
        claimed.sort_by(|one, other| key(one).cmp(&key(other)));
        Ok(claimed)
    }
    async fn settle_notice(
        &self,
        issuer: &Issuer,
        session: &FamilyId,
        client_id: &ClientId,
        again_at: Option<Timestamp>,
    ) -> Result<()> {
        let mut notices = self.more.sessions.notices.lock().await;
        let is_it = |owner: &Issuer, it: &LogoutNotice| owner == issuer && it.session == *session && it.client_id == *client_id;
        match again_at {
            Some(moment) => notices.iter_mut().filter(|it| is_it(&it.0, &it.1)).for_each(|it| it.2 = moment),
            None => notices.retain(|it| !is_it(&it.0, &it.1)),
        }
        Ok(())
    }
}
