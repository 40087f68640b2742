//! The servers and the model side by side: each step is taken by both, and what can be seen of either must agree.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use grantor::storage::{FamilyId, SessionRecord};
use grantor::{Clock, ManualClock};

use super::check::{self, Reply, Verdict, ensure};
use super::op::{Case, Op, Person, Secret, Setup, Thing, Who};
use super::servers::{Server, Store};
use super::state::{Found, Meanwhile, State};
use super::tally::Tally;
use super::wire::{self, Texts};
use crate::common::START;

/// So many things of an authorization are looked at after each request about it, the newest first.
const LOOKS: usize = 6;

pub struct World<S> {
    store: Arc<S>,
    servers: [Server<S>; 2],
    clock: ManualClock,
    state: State,
    texts: Texts,
    /// How the authorizations are called, by their numbers; those without a person are on no list.
    ids: Vec<Option<FamilyId>>,
    steps: usize,
    tally: Tally,
}

/// Plays a case on a store and checks everything that can be seen. Tells what happened.
pub async fn play<S: Store>(store: S, case: &Case) -> Result<Tally, String> {
    let mut world = World::new(store, case.setups).await;
    for (n, op) in case.ops.iter().enumerate() {
        world.step(op).await.map_err(|why| format!("step {n}, {op:?}: {why}"))?;
    }
    world.look_at_everything().await.map_err(|why| format!("at the end: {why}"))?;
    Ok(world.tally)
}

impl<S: Store> World<S> {
    async fn new(store: S, setups: [Setup; 2]) -> Self {
        let (store, clock) = (Arc::new(store), ManualClock::new(START));
        let servers = [Server::new(setups[0], 0, &store, &clock), Server::new(setups[1], 1, &store, &clock)];
        for server in &servers {
            for who in Who::ALL {
                server.register(who, true).await;
            }
        }
        let (state, texts, ids, tally) = (State::new(setups), Texts::default(), Vec::new(), Tally::default());
        Self { store, servers, clock, state, texts, ids, steps: 0, tally }
    }

    async fn step(&mut self, op: &Op) -> Verdict {
        self.steps += 1;
        self.state.look();
        let touched = match op {
            Op::Together(a, b, turns) => {
                self.together(a, b, *turns).await?;
                [self.touched(a), self.touched(b)]
            }
            op => {
                let reply = self.perform(op).await;
                let revoked = self.state.revoked();
                let expected = self.state.apply(op);
                self.tally.count(&expected, self.state.revoked() > revoked);
                check::reply(&expected, &reply, &self.state, &mut self.texts)?;
                [self.touched(op), None]
            }
        };
        self.clock.set(START.saturating_add_secs(self.state.now));
        self.learn_authorizations().await?;
        if matches!(op, Op::TakeBack { .. } | Op::SignOut { .. }) {
            self.check_lists().await?;
        }
        self.look_around(&self.state, &self.texts, &touched).await
    }

    /// Sends the request, or does what happens without one.
    async fn perform(&self, op: &Op) -> Reply {
        if let Some((issuer, request)) = wire::request(op, &self.state, &self.texts) {
            return Reply::Http(self.servers[issuer].send(request).await);
        }
        match *op {
            Op::TakeBack { authorization, at, by } => {
                let Some(family) = self.state.find_authorization(authorization) else { return Reply::Nothing };
                let issuer = State::issuer_at(self.state.families[family].issuer, at);
                // One that ended while it began was on no list: nobody can name it.
                let Some(id) = self.ids[family] else { return Reply::TakenBack(false) };
                return Reply::TakenBack(self.servers[issuer].take_back(by.name(), &id).await);
            }
            Op::SignOut { issuer, person, session } => {
                let name = session.map(|name| name.to_string());
                let ended = self.servers[usize::from(issuer)].sign_out(person.name(), name.as_deref()).await;
                return Reply::SignedOut(ended.iter().map(clients_of).collect());
            }
            Op::Deliver { issuer, fails } => {
                let told = self.servers[usize::from(issuer)].deliver(fails).await;
                let session = |sid: &str| self.ids.iter().position(|id| id.is_some_and(|id| id.to_string() == sid));
                let told = told.into_iter().map(|told| (told.client, told.person, session(&told.sid)));
                return Reply::Told(told.collect());
            }
            Op::Register { issuer, who, refresh } => self.servers[usize::from(issuer)].register(who, refresh).await,
            Op::Purge => {
                self.store.purge_expired(self.clock.now()).await.expect("a purge");
            }
            _ => {}
        }
        Reply::Nothing
    }

    /// Two requests at once must leave what one after the other leaves, in one order or in the other. Whoever signs out may do so in the
    /// middle of an authorization, which is refused then: its client is known to the sign-in already, or is not yet.
    async fn together(&mut self, a: &Op, b: &Op, turns: u32) -> Verdict {
        let (to_a, to_b) = by_turns(self.perform(a), self.perform(b), turns).await;
        let mut failures = Vec::new();
        let orders = [[(a, &to_a), (b, &to_b)], [(b, &to_b), (a, &to_a)]];
        let in_the_middle = |order: &&[(&Op, &Reply); 2]| matches!(order, [(Op::Authorize { .. }, _), (Op::SignOut { .. }, _)]);
        let interrupted = |when| orders.iter().filter(in_the_middle).map(move |order| (*order, Some(when)));
        let interrupted = interrupted(Meanwhile::BeforeItJoined).chain(interrupted(Meanwhile::AfterItJoined));
        for (order, meanwhile) in orders.iter().map(|order| (*order, None)).chain(interrupted) {
            let (mut state, mut texts) = (self.state.clone(), self.texts.clone());
            state.signed_out_meanwhile = meanwhile;
            let mut verdict = Ok(());
            for (op, reply) in order {
                let expected = state.apply(op);
                verdict = verdict.and_then(|()| check::reply(&expected, reply, &state, &mut texts));
            }
            let touched = [self.touched(a), self.touched(b)];
            // Both orders may explain the answers, and only one of them what is there now.
            let signs_out = order.iter().any(|(op, _)| matches!(op, Op::SignOut { .. }));
            if verdict.is_ok() && signs_out {
                verdict = self.count_lists(&state).await;
            }
            match verdict {
                Ok(()) => match self.look_around(&state, &texts, &touched).await {
                    Ok(()) => {
                        state.signed_out_meanwhile = None;
                        (self.state, self.texts) = (state, texts);
                        return Ok(());
                    }
                    Err(why) => failures.push(why),
                },
                Err(why) => failures.push(why),
            }
        }
        Err(format!("no order explains it:\n{}", failures.join("\n")))
    }

    /// As many sign-ins and authorizations as the model has.
    async fn count_lists(&self, state: &State) -> Verdict {
        for (issuer, server) in self.servers.iter().enumerate() {
            for person in [Person::Alice, Person::Bob] {
                let got = (server.authorizations(person.name()).await.len(), server.sessions(person.name()).await.len());
                let listed = (0..state.families.len()).filter(|family| state.is_listed(*family, issuer, person)).count();
                let wanted = (listed, state.sessions(issuer, person).len());
                ensure(got == wanted, || format!("{person:?} has {got:?} authorizations and sign-ins instead of {wanted:?}"))?;
            }
        }
        Ok(())
    }

    /// The authorization that a request is about.
    fn touched(&self, op: &Op) -> Option<usize> {
        let found = match *op {
            Op::Redeem { code, .. } => self.state.find(Thing::Code(code)),
            Op::Refresh { token, .. } => self.state.find(Thing::Refresh(token)),
            Op::Exchange { token, .. } => self.state.find(Thing::Access(token)),
            Op::Revoke { token, .. } | Op::Introspect { token, .. } => self.state.find(token),
            Op::TakeBack { authorization, .. } => return self.state.find_authorization(authorization),
            _ => return self.state.families.len().checked_sub(1),
        };
        found.map(|found| self.state.family_of(found))
    }

    /// Introspects what belongs to the authorizations, and two others in turn.
    async fn look_around(&self, state: &State, texts: &Texts, touched: &[Option<usize>]) -> Verdict {
        let everything: Vec<_> = state.everything().collect();
        for family in touched.iter().flatten() {
            let of_family = everything.iter().filter(|found| state.family_of(**found) == *family);
            for found in of_family.rev().take(LOOKS) {
                self.look_at(state, texts, *found).await?;
            }
        }
        for turn in [self.steps * 2, self.steps * 2 + 1] {
            if let Some(found) = turn.checked_rem(everything.len()).map(|index| everything[index]) {
                self.look_at(state, texts, found).await?;
            }
        }
        Ok(())
    }

    async fn look_at(&self, state: &State, texts: &Texts, found: Found) -> Verdict {
        let issuer = state.origin(Some(found)).0;
        self.look_from(issuer, texts, found, state.claims(found)).await
    }

    /// What the resource server of an issuer is told.
    async fn look_from(&self, issuer: usize, texts: &Texts, found: Found, expected: Option<super::state::Claims>) -> Verdict {
        let request = wire::post("/introspect", Who::Rs, Secret::Basic, vec![("token", texts.of(Some(found)))]);
        let answer = self.servers[issuer].send(request).await;
        let verdict = check::json(&answer).and_then(|json| check::claims(expected.as_ref(), json));
        verdict.map_err(|why| format!("introspection of {found:?}: {why}"))
    }

    async fn look_at_everything(&self) -> Verdict {
        for found in self.state.everything() {
            self.look_at(&self.state, &self.texts, found).await?;
            let away = 1 - self.state.origin(Some(found)).0;
            self.look_from(away, &self.texts, found, None).await?;
        }
        self.check_lists().await
    }

    /// Finds out how the newest authorization is called: it is what is new on its person's list.
    async fn learn_authorizations(&mut self) -> Verdict {
        for family in self.ids.len()..self.state.families.len() {
            let (issuer, person) = (self.state.families[family].issuer, self.state.families[family].person);
            if let Some(session) = &self.state.families[family].session {
                let listed = self.servers[issuer].sessions(session.person.name()).await;
                // One that ended while it began is on no list.
                let new = listed.iter().map(|record| record.id).find(|id| !self.ids.contains(&Some(*id)));
                ensure(new.is_some() || self.state.families[family].revoked, || format!("no new sign-in in {listed:?}"))?;
                self.ids.push(new);
                continue;
            }
            let Some(person) = person else {
                self.ids.push(None);
                continue;
            };
            if !self.state.is_listed(family, issuer, person) {
                self.ids.push(None);
                continue;
            }
            let listed = self.servers[issuer].authorizations(person.name()).await;
            let mut new = listed.iter().map(|record| record.id).filter(|id| !self.ids.contains(&Some(*id)));
            let (id, other) = (new.next(), new.next());
            ensure(id.is_some() && other.is_none(), || format!("not one new authorization in {listed:?}"))?;
            self.ids.push(id);
        }
        Ok(())
    }

    /// The lists have what is live, the newest first, and nothing else.
    async fn check_lists(&self) -> Verdict {
        for (issuer, server) in self.servers.iter().enumerate() {
            for person in [Person::Alice, Person::Bob] {
                let listed = server.authorizations(person.name()).await;
                ensure(listed.is_sorted_by(|a, b| a.created_at >= b.created_at), || format!("out of order: {listed:?}"))?;
                let mut got = Vec::new();
                for record in &listed {
                    let family = self.ids.iter().position(|id| *id == Some(record.id)).ok_or("an unknown authorization")?;
                    let known = &self.state.families[family];
                    let wanted = (known.who.id(), START.saturating_add_secs(known.began), known.scope.text());
                    let is = (record.client_id.as_str(), record.created_at, record.scope().to_string());
                    ensure(is == (wanted.0, wanted.1, wanted.2.clone()), || format!("{is:?} is listed as {wanted:?}"))?;
                    got.push(family);
                }
                got.sort_unstable();
                let live = |family: &usize| self.state.is_listed(*family, issuer, person);
                let wanted: Vec<_> = (0..self.state.families.len()).filter(live).collect();
                ensure(got == wanted, || format!("{person:?}'s list at {issuer} is {got:?} instead of {wanted:?}"))?;
                self.check_sessions(issuer, person).await?;
            }
        }
        Ok(())
    }

    /// The sign-ins that live, the newest first, each with its clients in their order.
    async fn check_sessions(&self, issuer: usize, person: Person) -> Verdict {
        let listed = self.servers[issuer].sessions(person.name()).await;
        ensure(listed.is_sorted_by(|a, b| a.opened_at >= b.opened_at), || format!("out of order: {listed:?}"))?;
        let mut got: Vec<_> = listed.iter().map(|record| (Some(record.id), record.opened_at, clients_of(record))).collect();
        let known = self.state.sessions(issuer, person).into_iter().map(|id| {
            let family = &self.state.families[id];
            let clients = family.session.iter().flat_map(|session| &session.clients).map(|who| who.id().to_owned());
            (self.ids[id], START.saturating_add_secs(family.began), clients.collect::<Vec<_>>())
        });
        let mut wanted: Vec<_> = known.collect();
        got.sort_unstable();
        wanted.sort_unstable();
        ensure(got == wanted, || format!("{person:?}'s sign-ins at {issuer} are {got:?} instead of {wanted:?}"))
    }
}

fn clients_of(record: &SessionRecord) -> Vec<String> {
    record.clients.iter().map(|id| id.as_str().to_owned()).collect()
}

/// Polls one or the other, as the bits say, over and over.
async fn by_turns<T>(a: impl Future<Output = T>, b: impl Future<Output = T>, mut turns: u32) -> (T, T) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(|context| {
        let is_a = turns & 1 == 0;
        turns = turns.rotate_right(1);
        let turn_of_a = from_a.is_none() && (is_a || from_b.is_some());
        if turn_of_a {
            from_a = ready(a.as_mut().poll(context));
        } else {
            from_b = ready(b.as_mut().poll(context));
        }
        if from_a.is_some() && from_b.is_some() {
            return Poll::Ready(from_a.take().zip(from_b.take()));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
    .expect("both are there")
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
