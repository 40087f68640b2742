//! The kit behind [`contract`](super::contract).

mod answer;
mod at_once;
mod by_hand;
mod check;
mod history;
mod model;
mod orders;
mod perform;
mod report;
mod rule;
mod rules;
mod stage;
mod step;
mod world;

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

pub use self::at_once::{Caller, block_on, on_a_thread};
use self::perform::Capabilities;
pub use self::report::{Report, Violation};
use self::step::Capability;
use super::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, DeferredStore, FamilyStore,
    KeyStore, PendingStore, PurgeExpired, RefreshTokenStore, RegistrationStore, ReplayStore, SessionRecords,
};

/// How many times callers meet at once if nobody says.
const ROUNDS: usize = 8;

/// A store that nobody else uses, with what has to live as long as it.
struct Fresh<S> {
    store: Arc<S>,
    _beneath: Box<dyn Any>,
}

type MakeFresh<S> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Fresh<S>>>>>;

/// The rules of the storage contract, about to be checked. Name what the store can do, then [`run`](Self::run).
#[must_use = "nothing is checked before `run`"]
pub struct Contract<S> {
    fresh: MakeFresh<S>,
    capabilities: Capabilities<S>,
    only: Option<&'static str>,
    polled_by_hand: bool,
    rounds: usize,
    spawner: Option<Box<dyn Fn(Caller)>>,
}

impl<S> fmt::Debug for Contract<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("only", &self.only).field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

impl<S: Send + Sync + 'static> Contract<S> {
    /// The contract, for the stores that `fresh` makes: an empty one for each rule.
    ///
    /// Where making one is slow, `fresh` may hand out the same again, since each scenario has issuers and keys of its own; but
    /// nobody else may use it meanwhile. It keeps no data that matters: the kit purges at the end of all time.
    pub fn new(fresh: impl AsyncFn() -> S + 'static) -> Self {
        Self::upon(async move || (fresh().await, ()))
    }

    /// The same for stores with something beneath that has to live as long, such as a temporary directory.
    pub fn upon<B: 'static>(fresh: impl AsyncFn() -> (S, B) + 'static) -> Self {
        let fresh = Rc::new(fresh);
        let fresh = move || -> Pin<Box<dyn Future<Output = Fresh<S>>>> {
            let fresh = fresh.clone();
            Box::pin(async move {
                let (store, beneath) = fresh().await;
                Fresh { store: Arc::new(store), _beneath: Box::new(beneath) }
            })
        };
        let (fresh, capabilities) = (Box::new(fresh), Capabilities::none());
        Self { fresh, capabilities, only: None, polled_by_hand: false, rounds: ROUNDS, spawner: None }
    }

    /// The store has every capability.
    pub fn whole(self) -> Self
    where
        S: RegistrationStore
            + AuthorizationRecords
            + AuthorizationCodeStore
            + AccessTokenStore
            + RefreshTokenStore
            + PendingStore
            + DeferredStore
            + ReplayStore
            + KeyStore
            + SessionRecords
            + PurgeExpired,
    {
        self.clients()
            .registrations()
            .families()
            .authorization_records()
            .authorization_codes()
            .access_tokens()
            .refresh_tokens()
            .pending_requests()
            .deferred_requests()
            .replays()
            .signing_keys()
            .sessions()
            .purge()
    }

    /// The store looks up clients.
    pub fn clients(mut self) -> Self
    where
        S: ClientStore,
    {
        self.capabilities.add(Capability::Clients, perform::clients);
        self
    }

    /// The store registers clients.
    pub fn registry(mut self) -> Self
    where
        S: ClientRegistry,
    {
        self.capabilities.add(Capability::Registry, perform::registry);
        self.clients()
    }

    /// The store keeps clients that register themselves.
    pub fn registrations(mut self) -> Self
    where
        S: RegistrationStore,
    {
        self.capabilities.add(Capability::Registrations, perform::registrations);
        self.registry()
    }

    /// The store keeps families.
    pub fn families(mut self) -> Self
    where
        S: FamilyStore,
    {
        self.capabilities.add(Capability::Families, perform::families);
        self
    }

    /// The store lists a person's authorizations.
    pub fn authorization_records(mut self) -> Self
    where
        S: AuthorizationRecords,
    {
        self.capabilities.add(Capability::Records, perform::records);
        self.families()
    }

    /// The store keeps authorization codes.
    pub fn authorization_codes(mut self) -> Self
    where
        S: AuthorizationCodeStore,
    {
        self.capabilities.add(Capability::Codes, perform::codes);
        self.families()
    }

    /// The store keeps access tokens.
    pub fn access_tokens(mut self) -> Self
    where
        S: AccessTokenStore,
    {
        self.capabilities.add(Capability::AccessTokens, perform::access_tokens);
        self.families()
    }

    /// The store keeps refresh tokens.
    pub fn refresh_tokens(mut self) -> Self
    where
        S: RefreshTokenStore,
    {
        self.capabilities.add(Capability::RefreshTokens, perform::refresh_tokens);
        self.families()
    }

    /// The store keeps requests that wait to be decided.
    pub fn pending_requests(mut self) -> Self
    where
        S: PendingStore,
    {
        self.capabilities.add(Capability::Pending, perform::pending);
        self
    }

    /// The store keeps requests whose answer is fetched later.
    pub fn deferred_requests(mut self) -> Self
    where
        S: DeferredStore,
    {
        self.capabilities.add(Capability::Deferred, perform::deferred);
        self.pending_requests().authorization_codes()
    }

    /// The store remembers what may be used once.
    pub fn replays(mut self) -> Self
    where
        S: ReplayStore,
    {
        self.capabilities.add(Capability::Replays, perform::replays);
        self
    }

    /// The store keeps signing keys.
    pub fn signing_keys(mut self) -> Self
    where
        S: KeyStore,
    {
        self.capabilities.add(Capability::SigningKeys, perform::signing_keys);
        self
    }

    /// The store keeps sessions.
    pub fn sessions(mut self) -> Self
    where
        S: SessionRecords,
    {
        self.capabilities.add(Capability::Sessions, perform::sessions);
        self.families()
    }

    /// The store removes what has expired.
    pub fn purge(mut self) -> Self
    where
        S: PurgeExpired,
    {
        self.capabilities.add(Capability::Purge, perform::purge);
        self
    }

    /// Checks this rule alone, by the name that a report gives it: while you look for what is wrong.
    pub fn only(mut self, rule: &'static str) -> Self {
        self.only = Some(rule);
        self
    }

    /// The store lives in this process: its futures go on when they are polled, and wait only for each other. So the kit may
    /// poll them in every order. A store with a thread, a runtime or a network behind it does not call this.
    pub fn polled_by_hand(mut self) -> Self {
        self.polled_by_hand = true;
        self
    }

    /// How many times callers meet at once in each scenario that is a race. Without this call: 8. For a database take more, 50 or
    /// 500.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// Where callers run that meet at once, so that they run in parallel. Without this call all are polled by the task that
    /// [`run`](Self::run)s the contract, and meet where the store waits.
    ///
    /// With tokio, in a test with the `multi_thread` flavor: `|caller| drop(tokio::spawn(caller))`. Without a runtime:
    /// [`on_a_thread`].
    pub fn spawner(mut self, spawn: impl Fn(Caller) + 'static) -> Self {
        self.spawner = Some(Box::new(spawn));
        self
    }

    /// Checks every rule that says something about the capabilities named.
    ///
    /// It needs no runtime of its own: await it in whatever runtime the store needs, or use [`block_on`].
    pub async fn run(self) -> Report {
        self.check().await
    }
}

/// The names of all rules, in the order in which they are checked.
pub fn rules() -> impl Iterator<Item = &'static str> {
    rule::all().map(|rule| rule.name)
}
