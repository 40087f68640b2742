//! The flaws of stores in sessions, and in who is still to be told of their ends.

use grantor::storage::*;
use grantor::{ClientId, Issuer, Subject, Timestamp};

use crate::flaw::Flaw::*;
use crate::flawed::{Family, Flawed, Notice, Result, Tables, pause, refuse_if};

impl Tables {
    fn session(&self, store: &Flawed, issuer: &Issuer, key: SessionKey, now: Timestamp) -> Option<usize> {
        let is_it = |it: &SessionRecord| match key {
            SessionKey::Id(id) => it.id == id,
            SessionKey::Handle(handle) => it.handle == handle,
        };
        self.sessions.iter().position(|(owner, it)| owner == issuer && is_it(it) && self.lives(store, issuer, it, now))
    }

    fn lives(&self, store: &Flawed, issuer: &Issuer, session: &SessionRecord, now: Timestamp) -> bool {
        let family = self.family(store, issuer, &session.id, now);
        store.has(SessionsOutliveTheirFamilies) || family.is_some_and(|family| !family.state.revoked)
    }
}

impl Tables {
    pub fn purge_sessions(&mut self, store: &Flawed, is_over: &impl Fn(Timestamp) -> bool) {
        let families: Vec<_> = self.families.iter().map(|it| (it.issuer.clone(), it.record.id)).collect();
        self.sessions.retain(|(owner, it)| families.contains(&(owner.clone(), it.id)));
        self.notices.retain(|it| !is_over(it.notice.expires_at) || store.has(PurgeForgetsNotices));
    }
}

impl SessionRecords for Flawed {
    async fn open_session(
        &self,
        issuer: &Issuer,
        session: SessionRecord,
        keep_until: Timestamp,
        now: Timestamp,
    ) -> Result<SessionRecord> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        if let Some(place) = tables.session(self, &issuer, SessionKey::Handle(session.handle), now) {
            let (_, known) = &mut tables.sessions[place];
            for client in &session.clients {
                if !known.clients.contains(client) || self.has(ClientsJoinTwice) {
                    known.clients.push(client.clone());
                }
            }
            let known = known.clone();
            for family in tables.families.iter_mut().filter(|it| it.issuer == issuer && it.record.id == known.id) {
                if !self.has(SessionsKeptAsAtFirst) {
                    family.keep_until = family.keep_until.max(keep_until);
                }
            }
            return Ok(known);
        }
        refuse_if(tables.families.iter().any(|it| it.issuer == issuer && it.record.id == session.id))?;
        pause!(self, tables, OpensChecksThenActs);
        tables.families.push(Family::beginning(&issuer, session.family()?, keep_until));
        pause!(self, tables, OpensInTwoSteps);
        tables.sessions.retain(|(owner, it)| *owner != issuer || it.handle != session.handle);
        tables.sessions.push((issuer, session.clone()));
        Ok(session)
    }

    async fn session(&self, issuer: &Issuer, key: SessionKey, now: Timestamp) -> Result<Option<SessionRecord>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        Ok(tables.session(self, &issuer, key, now).map(|place| tables.sessions[place].1.clone()))
    }

    async fn sessions_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<SessionRecord>> {
        let (issuer, now, tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let is_theirs = |it: &SessionRecord| match self.flaw {
            Some(SessionsOfNamesakes) => it.subject.as_str().eq_ignore_ascii_case(subject.as_str()),
            _ => it.subject == *subject,
        };
        let theirs = tables.sessions.iter().filter(|(owner, it)| *owner == issuer && is_theirs(it));
        let mut live: Vec<_> = theirs.map(|(_, it)| it.clone()).filter(|it| tables.lives(self, &issuer, it, now)).collect();
        live.sort_by_key(|session| std::cmp::Reverse(session.opened_at));
        Ok(live)
    }

    async fn end_session(
        &self,
        issuer: &Issuer,
        key: SessionKey,
        tell_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let Some(place) = tables.session(self, &issuer, key, now) else { return Ok(None) };
        let session = tables.sessions[place].1.clone();
        pause!(self, tables, EndsChecksThenActs);
        if !self.has(EndedSessionsStay) {
            tables.sessions.retain(|(owner, it)| *owner != issuer || it.id != session.id);
        }
        for family in tables.families.iter_mut().filter(|it| it.issuer == issuer && it.record.id == session.id) {
            family.state.revoked = !self.has(EndIsForgotten);
        }
        pause!(self, tables, TellsAfterwards);
        if let Some(expires_at) = tell_until {
            let told = if self.has(TellsTheFirst) { &session.clients[..1] } else { &session.clients[..] };
            for client in told {
                let notice = LogoutNotice::new(session.id, client.clone(), session.subject.clone(), 0, expires_at);
                tables.notices.push(Notice { issuer: issuer.clone(), notice, due_at: now });
            }
        }
        Ok(Some(session))
    }

    async fn claim_notices(&self, issuer: &Issuer, limit: u32, again_at: Timestamp, now: Timestamp) -> Result<Vec<LogoutNotice>> {
        let (issuer, now, mut tables) = (self.issuer(issuer), self.now(now), self.lock().await);
        let is_due = |it: &Notice| it.issuer == issuer && it.due_at <= now && now < it.notice.expires_at;
        let mut due: Vec<_> = (0..tables.notices.len()).filter(|place| is_due(&tables.notices[*place])).collect();
        let key = |notice: &Notice| (notice.notice.session, notice.notice.client_id.clone());
        due.sort_by_key(|place| (tables.notices[*place].due_at, key(&tables.notices[*place])));
        due.truncate(limit as usize);
        due.sort_by_key(|place| key(&tables.notices[*place]));
        pause!(self, tables, ClaimsChecksThenActs);
        let mut taken = Vec::new();
        for place in due {
            let Some(notice) = tables.notices.get_mut(place) else { continue };
            notice.notice.attempts += u32::from(!self.has(AttemptsAreNotCounted));
            if !self.has(NoticesStayDue) {
                notice.due_at = again_at;
            }
            taken.push(notice.notice.clone());
        }
        Ok(taken)
    }

    async fn settle_notice(
        &self,
        issuer: &Issuer,
        session: &FamilyId,
        client_id: &ClientId,
        again_at: Option<Timestamp>,
    ) -> Result<()> {
        let (issuer, mut tables) = (self.issuer(issuer), self.lock().await);
        let is_it = |it: &Notice| {
            let same_client = it.notice.client_id == *client_id || self.has(SettlesForAllClients);
            it.issuer == issuer && it.notice.session == *session && same_client
        };
        match again_at {
            Some(due_at) => tables.notices.iter_mut().filter(|it| is_it(it)).for_each(|it| it.due_at = due_at),
            None => tables.notices.retain(|it| !is_it(it)),
        }
        Ok(())
    }
}
