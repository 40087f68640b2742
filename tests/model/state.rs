//! What the model knows: authorizations and what descends from them, in the words of the RFCs and of section 3 of the design.
//! Codes and tokens are numbers here, in the order in which they were issued; what they read on the wire is `wire.rs`'s.

use std::cmp::Reverse;

use super::op::{Apis, At, Nth, Person, Pkce, Scopes, Setup, Thing, Who};

pub const CODE_LIFETIME: u64 = 60;
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// An authorization descends from so many others at most.
pub const MAX_ANCESTORS: usize = 8;
/// For so many seconds a sign-in is remembered after the last authorization in it, and it is tried to tell a client that it has ended.
pub const REMEMBERED: u64 = 30 * 24 * 60 * 60;
pub const TOLD_FOR: u64 = 24 * 60 * 60;
pub const URIS: [&str; 2] = ["https://client.example/first", "https://client.example/second?kept=1"];

impl Setup {
    pub fn window(self) -> u64 {
        match self {
            Self::Legacy(window) | Self::Modern(window) => window,
        }
    }

    pub fn is_legacy(self) -> bool {
        matches!(self, Self::Legacy(_))
    }
}

/// What is registered.
impl Who {
    pub const ALL: [Self; 5] = [Self::App, Self::Twin, Self::Web, Self::Once, Self::Rs];

    pub fn id(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Twin => "twin",
            Self::Web => "web",
            Self::Once => "once",
            Self::Rs => "rs",
        }
    }

    pub fn is_confidential(self) -> bool {
        matches!(self, Self::Web | Self::Rs)
    }

    pub fn uris(self) -> &'static [&'static str] {
        match self {
            Self::App | Self::Twin | Self::Web => &URIS,
            Self::Once => &URIS[..1],
            Self::Rs => &[],
        }
    }

    pub fn scope(self) -> Scopes {
        match self {
            Self::App | Self::Twin | Self::Once => Scopes::READ_WRITE,
            Self::Web => Scopes::ALL,
            Self::Rs => Scopes(0),
        }
    }

    /// The grants that it registers where the server has them.
    pub fn grants(self) -> &'static [&'static str] {
        match self {
            Self::App | Self::Twin => &["authorization_code", "refresh_token", "password", "implicit", EXCHANGE],
            Self::Web => &["authorization_code", "refresh_token", "password", "implicit", "client_credentials", EXCHANGE],
            Self::Once => &["authorization_code"],
            Self::Rs => &[],
        }
    }

    /// Seconds that its access and refresh tokens live.
    pub fn lifetimes(self) -> (u64, u64) {
        if self == Self::Web { (40, 300) } else { (600, 1_209_600) }
    }
}

impl Who {
    /// Does it want to be told when people sign out?
    pub fn is_told(self) -> bool {
        !matches!(self, Self::Once | Self::Rs)
    }
}

impl Person {
    pub fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
        }
    }
}

/// An authorization: what a person granted a client, or a client itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub issuer: usize,
    pub who: Who,
    pub person: Option<Person>,
    /// From which one it descends.
    pub parent: Option<usize>,
    pub scope: Scopes,
    /// The APIs for which it is; none if it is for nothing in particular.
    pub apis: Apis,
    pub began: u64,
    pub revoked: bool,
    /// For which APIs the access token was, of each time that a refresh token of it was rotated.
    pub rounds: Vec<Apis>,
    /// The one refresh token that is good.
    pub current: Option<usize>,
    /// The one before, and until when it may be presented again.
    pub previous: Option<(usize, u64)>,
    /// Until when it is remembered.
    pub kept_until: u64,
    /// A sign-in is one as well, from which descends what ends with it; nobody granted it.
    pub session: Option<Session>,
}

/// A person's sign-in.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub person: Person,
    /// What the application calls it.
    pub name: u8,
    /// Who got an authorization in it, the first one first.
    pub clients: Vec<Who>,
}

/// A client that is still to be told that a sign-in has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub session: usize,
    pub who: Who,
    pub attempts: u32,
    pub due: u64,
    pub until: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    pub family: usize,
    pub uri: &'static str,
    pub uri_was_sent: bool,
    pub pkce: Pkce,
    pub expires: u64,
    pub redeemed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    pub family: usize,
    pub round: usize,
    pub scope: Scopes,
    pub apis: Apis,
    pub issued: u64,
    pub expires: u64,
    pub revoked: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Refresh {
    pub family: usize,
    pub issued: u64,
    pub expires: u64,
}

/// What introspection tells about an active token (RFC 7662 section 2.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    pub issuer: usize,
    pub who: Who,
    pub person: Option<Person>,
    pub scope: Scopes,
    pub apis: Apis,
    pub issued: u64,
    pub expires: u64,
    pub is_access: bool,
}

/// A thing that was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Access(usize),
    Refresh(usize),
    Code(usize),
}

/// How many there were when a request was made. What is named by its age is counted from there.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    families: usize,
    codes: usize,
    access: usize,
    refresh: usize,
}

/// When somebody signs out while an authorization is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meanwhile {
    /// The sign-in was looked up, and the client is not in it yet.
    BeforeItJoined,
    /// The client is in it, and nothing has begun.
    AfterItJoined,
}

#[derive(Debug, Clone)]
pub struct State {
    seen: Seen,
    pub setups: [Setup; 2],
    /// Seconds since the start.
    pub now: u64,
    pub families: Vec<Family>,
    pub codes: Vec<Code>,
    pub access: Vec<Access>,
    pub refresh: Vec<Refresh>,
    pub notices: Vec<Notice>,
    /// Whoever authorizes something now has their sign-in ended by another request before it is stored.
    pub signed_out_meanwhile: Option<Meanwhile>,
    /// Clients that gave the refresh token grant up.
    pub without_refresh: Vec<(usize, Who)>,
}

/// The one so many before the newest; the oldest if there are not so many.
fn nth(nth: Nth, count: usize) -> Option<usize> {
    count.checked_sub(1).map(|last| last.saturating_sub(nth.0.into()))
}

impl State {
    pub fn new(setups: [Setup; 2]) -> Self {
        Self {
            seen: Seen::default(),
            setups,
            now: 0,
            families: Vec::new(),
            codes: Vec::new(),
            access: Vec::new(),
            refresh: Vec::new(),
            notices: Vec::new(),
            signed_out_meanwhile: None,
            without_refresh: Vec::new(),
        }
    }

    /// Before a request, or before two at the same time.
    pub fn look(&mut self) {
        let (families, codes) = (self.families.len(), self.codes.len());
        self.seen = Seen { families, codes, access: self.access.len(), refresh: self.refresh.len() };
    }

    pub fn find(&self, thing: Thing) -> Option<Found> {
        match thing {
            Thing::Access(n) => nth(n, self.seen.access).map(Found::Access),
            Thing::Refresh(n) => nth(n, self.seen.refresh).map(Found::Refresh),
            Thing::Code(n) => nth(n, self.seen.codes).map(Found::Code),
            Thing::Unknown => None,
        }
    }

    /// One of the authorizations that persons gave.
    pub fn find_authorization(&self, n: Nth) -> Option<usize> {
        let with_person: Vec<_> = (0..self.seen.families).filter(|id| self.families[*id].person.is_some()).collect();
        nth(n, with_person.len()).map(|index| with_person[index])
    }

    pub fn family_of(&self, found: Found) -> usize {
        match found {
            Found::Access(id) => self.access[id].family,
            Found::Refresh(id) => self.refresh[id].family,
            Found::Code(id) => self.codes[id].family,
        }
    }

    pub fn expiry_of(&self, found: Found) -> u64 {
        match found {
            Found::Access(id) => self.access[id].expires,
            Found::Refresh(id) => self.refresh[id].expires,
            Found::Code(id) => self.codes[id].expires,
        }
    }

    /// Where it was issued and to whom; an unknown thing is presented as if it was `App`'s.
    pub fn origin(&self, found: Option<Found>) -> (usize, Who) {
        found.map_or((0, Who::App), |found| {
            let family = &self.families[self.family_of(found)];
            (family.issuer, family.who)
        })
    }

    pub fn issuer_at(home: usize, at: At) -> usize {
        if at == At::Home { home } else { 1 - home }
    }

    pub fn has_grant(&self, issuer: usize, who: Who, grant: &str) -> bool {
        let legacy = self.setups[issuer].is_legacy() || matches!(grant, "authorization_code" | "refresh_token");
        let given_up = grant == "refresh_token" && self.without_refresh.contains(&(issuer, who));
        legacy && who.grants().contains(&grant) && !given_up
    }

    /// What anybody who may know would be told about a token at its own issuer; `None` if it is not active.
    pub fn claims(&self, found: Found) -> Option<Claims> {
        let family = &self.families[self.family_of(found)];
        let live = !self.is_revoked(self.family_of(found)) && self.now < self.expiry_of(found);
        let of = |scope, apis, issued, is_access| {
            let &Family { issuer, who, person, .. } = family;
            Claims { issuer, who, person, scope, apis, issued, expires: self.expiry_of(found), is_access }
        };
        match found {
            Found::Access(id) => {
                let token = &self.access[id];
                // Each rotation ends the access tokens issued before, for the APIs that it was for; one that is for all ends all, and
                // so does each where there are none.
                let ends = |apis: &Apis| apis.meets(token.apis) || *apis == family.apis || token.apis == Apis::NONE;
                let good = live && !token.revoked && !family.rounds[token.round..].iter().any(ends);
                good.then(|| of(token.scope, token.apis, token.issued, true))
            }
            Found::Refresh(id) => {
                (live && family.current == Some(id)).then(|| of(family.scope, family.apis, self.refresh[id].issued, false))
            }
            Found::Code(_) => None,
        }
    }

    /// Does a person's list of authorizations have it?
    pub fn is_listed(&self, id: usize, issuer: usize, person: Person) -> bool {
        let family = &self.families[id];
        family.issuer == issuer && family.person == Some(person) && !self.is_revoked(id) && self.now < family.kept_until
    }

    /// The sign-ins of the person that have not ended and are not forgotten, the newest first.
    pub fn sessions(&self, issuer: usize, person: Person) -> Vec<usize> {
        let is_theirs = |session: &Session| session.person == person;
        let lives = |family: &Family| family.issuer == issuer && !family.revoked && self.now < family.kept_until;
        let found = self.families.iter().enumerate();
        let found = found.filter(|(_, family)| lives(family) && family.session.as_ref().is_some_and(is_theirs));
        let mut found: Vec<usize> = found.map(|(id, _)| id).collect();
        found.sort_by_key(|id| Reverse(self.families[*id].began));
        found
    }

    /// The authorization, and those from which it descends.
    pub fn lineage(&self, family: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(family), |id| self.families[*id].parent)
    }

    /// Was it revoked, or one from which it descends?
    pub fn is_revoked(&self, family: usize) -> bool {
        self.lineage(family).any(|id| self.families[id].revoked)
    }

    /// How many authorizations have ended.
    pub fn revoked(&self) -> usize {
        self.families.iter().filter(|family| family.revoked).count()
    }

    pub fn everything(&self) -> impl Iterator<Item = Found> {
        let access = (0..self.access.len()).map(Found::Access);
        access.chain((0..self.refresh.len()).map(Found::Refresh)).chain((0..self.codes.len()).map(Found::Code))
    }
}
