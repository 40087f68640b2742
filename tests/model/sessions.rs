//! Sign-ins, and what becomes of them (OpenID Connect Back-Channel Logout sections 2.3, 2.5 and 2.7).

use super::op::{Apis, Person, Scopes, Who};
use super::rules::Expected;
use super::state::{Notice, REMEMBERED, Session, State, TOLD_FOR};

/// Seconds until a client is told again whose host did not take it: 10, 20, 40, and so on up to 15 minutes.
fn pause(attempts: u32) -> u64 {
    (10 << (attempts - 1).min(10)).min(15 * 60)
}

impl State {
    /// The client got an authorization in the person's sign-in of this name: the sign-in.
    pub fn enter(&mut self, issuer: usize, person: Person, name: u8, who: Who) -> usize {
        let known = self.sessions(issuer, person).into_iter().find(|id| self.is_called(*id, name));
        let id = known.unwrap_or_else(|| {
            let id = self.begin(issuer, Who::Rs, None, None, Scopes(0), Apis::NONE);
            self.families[id].session = Some(Session { person, name, clients: Vec::new() });
            id
        });
        self.keep(id, self.now + REMEMBERED);
        let session = self.families[id].session.as_mut().expect("a sign-in");
        if !session.clients.contains(&who) {
            session.clients.push(who);
        }
        id
    }

    pub fn is_signed_in(&self, issuer: usize, person: Person, name: u8) -> bool {
        self.sessions(issuer, person).into_iter().any(|id| self.is_called(id, name))
    }

    fn is_called(&self, session: usize, name: u8) -> bool {
        self.families[session].session.as_ref().is_some_and(|session| session.name == name)
    }

    pub fn sign_out(&mut self, issuer: usize, person: Person, name: Option<u8>) -> Expected {
        let mut ending = self.sessions(issuer, person);
        ending.retain(|id| name.is_none_or(|name| self.is_called(*id, name)));
        let mut ended = Vec::new();
        for id in ending {
            self.families[id].revoked = true;
            let clients = self.families[id].session.clone().expect("a sign-in").clients;
            let (due, until) = (self.now, self.now + TOLD_FOR);
            self.notices.extend(clients.iter().map(|who| Notice { session: id, who: *who, attempts: 0, due, until }));
            ended.push(clients);
        }
        Expected::SignedOut(ended)
    }

    pub fn deliver(&mut self, issuer: usize, fails: bool) -> Expected {
        let now = self.now;
        let (due, mut later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.notices)
            .into_iter()
            .partition(|notice| self.families[notice.session].issuer == issuer && notice.due <= now && now < notice.until);
        let mut told = Vec::new();
        for notice in due.into_iter().filter(|notice| notice.who.is_told()) {
            let person = self.families[notice.session].session.as_ref().expect("a sign-in").person;
            told.push((notice.who, person, notice.session));
            let attempts = notice.attempts + 1;
            let due = now + pause(attempts);
            if fails && due < notice.until {
                later.push(Notice { attempts, due, ..notice });
            }
        }
        self.notices = later;
        Expected::Told(told)
    }
}
