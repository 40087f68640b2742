//! What the actors do: one value per request, and how such values are drawn. A request names what it uses by its age (the
//! newest code, the one before), so that a sequence keeps its meaning while it is being shrunk; everything it can be made of
//! is drawn, right and wrong.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A server: its profile and its retry window in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// `Rfc6749` with all it permits.
    Legacy(u64),
    /// `OAuth21`.
    Modern(u64),
}

/// The registered clients, the same at each issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Public.
    App,
    /// Public as well, with the same rights.
    Twin,
    /// Confidential, with short lifetimes of its own.
    Web,
    /// Public, without refresh tokens and response types with tokens, and with one redirect URI.
    Once,
    /// The resource server.
    Rs,
}

/// Which one, counted from the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nth(pub u8);

/// At which issuer something is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Home,
    Away,
}

/// Who presents something, and how they authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The client it was issued to.
    Owner(Secret),
    Client(Who, Secret),
}

/// What a client says to authenticate. The first two are right; for a public client that is its identifier alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    Basic,
    Post,
    Wrong,
    /// The identifier alone, which is right for a public client.
    Missing,
}

/// A set of the scope tokens `read`, `write`, `admin` and `offline_access`, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(pub u8);

impl Scopes {
    pub const ALL: Self = Self(0b1111);
    pub const READ_WRITE: Self = Self(0b1011);
    /// What is granted with it outlives the sign-in, where the server knows sign-ins.
    pub const OFFLINE: Self = Self(0b1000);

    pub fn text(self) -> String {
        let tokens = ["read", "write", "admin", "offline_access"];
        let of = |bit: usize| (self.0 >> bit & 1 == 1).then_some(tokens[bit]);
        (0..4).filter_map(of).collect::<Vec<_>>().join(" ")
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// A set of two APIs, as bits (RFC 8707).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apis(pub u8);

impl Apis {
    pub const NONE: Self = Self(0);
    const NAMES: [&'static str; 2] = ["https://a.example.com", "https://b.example.com/api"];

    pub fn names(self) -> Vec<&'static str> {
        (0..2).filter(|bit| self.0 >> bit & 1 == 1).map(|bit| Self::NAMES[bit]).collect()
    }

    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// These, or those if these are none.
    pub fn or(self, other: Self) -> Self {
        if self == Self::NONE { other } else { self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    Code,
    Token,
    CodeToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    S256,
    Plain,
    Without,
}

/// The redirect URI of an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uri {
    First,
    Second,
    LeftOut,
    Foreign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Alice,
    Bob,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Approve(Person),
    ApproveOnly(Person, Scopes),
    Deny,
}

/// How the person came to be signed in, and whether the client wants them asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// In which of their sign-ins the person is; an application may keep that for itself.
    pub session: Option<u8>,
    /// `prompt=consent`, without which OpenID Connect ignores `offline_access`.
    pub consent: bool,
}

impl SignIn {
    pub const UNNAMED: Self = Self { session: None, consent: false };
}

/// A parameter that the authorization request determined: the same again, another one, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Same,
    Other,
    LeftOut,
    /// Not even well-formed.
    Malformed,
}

/// Something that looks like a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Access(Nth),
    Refresh(Nth),
    Code(Nth),
    Unknown,
}

/// A moment that matters; the clock goes there, or a second before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Expiry(Thing),
    /// The end of the retry window of this refresh token's family.
    WindowEnd(Nth),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Authorize {
        issuer: u8,
        who: Who,
        response: Response,
        pkce: Pkce,
        uri: Uri,
        scope: Option<Scopes>,
        apis: Apis,
        decided: Decided,
        sign_in: SignIn,
    },
    Redeem {
        code: Nth,
        at: At,
        by: By,
        uri: Again,
        verifier: Again,
        apis: Apis,
    },
    Refresh {
        token: Nth,
        at: At,
        by: By,
        scope: Option<Scopes>,
        apis: Apis,
    },
    ClientCredentials {
        issuer: u8,
        who: Who,
        secret: Secret,
        scope: Option<Scopes>,
    },
    /// An access token is exchanged (RFC 8693) by whom it permits, who impersonates its subject.
    Exchange {
        token: Nth,
        at: At,
        by: By,
        scope: Option<Scopes>,
        apis: Apis,
    },
    Password {
        issuer: u8,
        who: Who,
        secret: Secret,
        right: bool,
        scope: Option<Scopes>,
    },
    Revoke {
        token: Thing,
        at: At,
        by: By,
        hint: Option<bool>,
    },
    Introspect {
        token: Thing,
        at: At,
        by: By,
    },
    /// A person takes back an authorization, counted from the newest that any person gave.
    TakeBack {
        authorization: Nth,
        at: At,
        by: Person,
    },
    /// A person signs out: of this sign-in, or everywhere.
    SignOut {
        issuer: u8,
        person: Person,
        session: Option<u8>,
    },
    /// The clients of sign-ins that have ended are told; their hosts take it, or fail.
    Deliver {
        issuer: u8,
        fails: bool,
    },
    /// A client is registered anew, with the refresh token grant or without.
    Register {
        issuer: u8,
        who: Who,
        refresh: bool,
    },
    Wait(u64),
    WaitUntil(Moment, i8),
    Purge,
    /// Two requests at the same time. The bits say whose turn it is at each step.
    Together(Box<Op>, Box<Op>, u32),
}

/// Two servers on one store, and what happens to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub setups: [Setup; 2],
    pub ops: Vec<Op>,
}

pub fn case(steps: usize) -> BoxedStrategy<Case> {
    let scenes = vec(prop_oneof![25 => op().prop_map(|op| vec![op]), 1 => scene()], 1..=steps);
    ([setup(), setup()], scenes).prop_map(|(setups, scenes)| Case { setups, ops: scenes.concat() }).boxed()
}

fn setup() -> BoxedStrategy<Setup> {
    prop_oneof![
        2 => Just(Setup::Legacy(0)),
        2 => (1..=60_u64).prop_map(Setup::Legacy),
        1 => Just(Setup::Modern(0)),
        2 => (1..=60_u64).prop_map(Setup::Modern),
    ]
    .boxed()
}

pub fn op() -> BoxedStrategy<Op> {
    prop_oneof![
        20 => about(),
        12 => beginning(),
        5 => passing(),
        1 => (about(), about(), any::<u32>()).prop_map(together),
        2 => rivals(),
    ]
    .boxed()
}

fn together((a, b, turns): (Op, Op, u32)) -> Op {
    match (a, b) {
        // Two who take back the same at the same time may both be told that it was they.
        (a @ Op::TakeBack { .. }, Op::TakeBack { .. }) => a,
        // What is posted by whom could not be told, and of two who sign out everywhere each may end a part.
        (a @ Op::Deliver { .. }, Op::Deliver { .. }) => a,
        (a @ Op::SignOut { session: None, .. }, Op::SignOut { session: None, .. }) => a,
        // Which authorization is whose could not be told.
        (a @ Op::Exchange { .. }, Op::Exchange { .. }) => a,
        (a, b) => Op::Together(Box::new(a), Box::new(b), turns),
    }
}

/// Two requests of those who have the right to make them, about the same thing at the same time.
fn rivals() -> BoxedStrategy<Op> {
    let (at, by) = (At::Home, By::Owner(Secret::Basic));
    let redeem = move || Just(Op::Redeem { code: Nth(0), at, by, uri: Again::Same, verifier: Again::Same, apis: Apis::NONE });
    let refresh = move || (0..2_u8, apis()).prop_map(move |(n, apis)| Op::Refresh { token: Nth(n), at, by, scope: None, apis });
    let end = move || {
        prop_oneof![
            thing().prop_map(move |token| Op::Revoke { token, at, by, hint: None }),
            (0..2_u8, person()).prop_map(move |(n, by)| Op::TakeBack { authorization: Nth(n), at, by }),
        ]
    };
    let exchange = move || (0..2_u8).prop_map(move |n| Op::Exchange { token: Nth(n), at, by, scope: None, apis: Apis::NONE });
    prop_oneof![
        (exchange(), end(), any::<u32>()).prop_map(together),
        (redeem(), redeem(), any::<u32>()).prop_map(together),
        (refresh(), refresh(), any::<u32>()).prop_map(together),
        (redeem(), end(), any::<u32>()).prop_map(together),
        (refresh(), end(), any::<u32>()).prop_map(together),
        (redeem(), sign_out(), any::<u32>()).prop_map(together),
        (refresh(), sign_out(), any::<u32>()).prop_map(together),
        (authorize(), sign_out(), any::<u32>()).prop_map(together),
    ]
    .boxed()
}

/// What chance alone brings together too seldom: something is used in the very second in which that ends.
fn scene() -> BoxedStrategy<Vec<Op>> {
    let (at, by) = (At::Home, By::Owner(Secret::Basic));
    let refresh = move |n| Op::Refresh { token: Nth(n), at, by, scope: None, apis: Apis::NONE };
    let redeem = Op::Redeem { code: Nth(0), at, by, uri: Again::Same, verifier: Again::Same, apis: Apis::NONE };
    let until = |thing, by| Op::WaitUntil(Moment::Expiry(thing), by);
    (0..4, -1..=1_i8)
        .prop_map(move |(which, by)| match which {
            0 => vec![refresh(0), Op::WaitUntil(Moment::WindowEnd(Nth(0)), by), refresh(1)],
            1 => vec![until(Thing::Refresh(Nth(0)), by), refresh(0)],
            2 => vec![until(Thing::Code(Nth(0)), by), redeem.clone()],
            _ => vec![redeem.clone(), until(Thing::Code(Nth(0)), by), Op::Purge, redeem.clone()],
        })
        .boxed()
}

/// Begins an authorization.
fn beginning() -> BoxedStrategy<Op> {
    prop_oneof![
        5 => authorize(),
        1 => (0..2_u8, who(), secret(), option::of(scopes()))
            .prop_map(|(issuer, who, secret, scope)| Op::ClientCredentials { issuer, who, secret, scope }),
        1 => (0..2_u8, who(), secret(), prop::bool::weighted(0.8), option::of(scopes()))
            .prop_map(|(issuer, who, secret, right, scope)| Op::Password { issuer, who, secret, right, scope }),
    ]
    .boxed()
}

fn authorize() -> BoxedStrategy<Op> {
    let asked = (response(), pkce(), uri(), option::weighted(0.7, scopes()), apis());
    (0..2_u8, who(), asked, decided(), sign_in())
        .prop_map(|(issuer, who, (response, pkce, uri, scope, apis), decided, sign_in)| Op::Authorize {
            issuer,
            who,
            response,
            pkce,
            uri,
            scope,
            apis,
            decided,
            sign_in,
        })
        .boxed()
}

fn sign_in() -> BoxedStrategy<SignIn> {
    (option::weighted(0.7, 0..2_u8), any::<bool>()).prop_map(|(session, consent)| SignIn { session, consent }).boxed()
}

fn sign_out() -> BoxedStrategy<Op> {
    (0..2_u8, person(), option::weighted(0.8, 0..2_u8))
        .prop_map(|(issuer, person, session)| Op::SignOut { issuer, person, session })
        .boxed()
}

/// Is about something that was issued.
fn about() -> BoxedStrategy<Op> {
    prop_oneof![
        8 => (nth(), at(), by(), again(), again(), apis())
            .prop_map(|(code, at, by, uri, verifier, apis)| Op::Redeem { code, at, by, uri, verifier, apis }),
        12 => (nth(), at(), by(), option::weighted(0.3, scopes()), apis())
            .prop_map(|(token, at, by, scope, apis)| Op::Refresh { token, at, by, scope, apis }),
        5 => (nth(), at(), by(), option::weighted(0.3, scopes()), apis())
            .prop_map(|(token, at, by, scope, apis)| Op::Exchange { token, at, by, scope, apis }),
        2 => (thing(), at(), by(), option::of(any::<bool>())).prop_map(|(token, at, by, hint)| Op::Revoke { token, at, by, hint }),
        1 => (thing(), at(), by()).prop_map(|(token, at, by)| Op::Introspect { token, at, by }),
        1 => (nth(), at(), person()).prop_map(|(authorization, at, by)| Op::TakeBack { authorization, at, by }),
        2 => sign_out(),
        2 => (0..2_u8, any::<bool>()).prop_map(|(issuer, fails)| Op::Deliver { issuer, fails }),
    ].boxed()
}

/// Time, and what happens by itself.
fn passing() -> BoxedStrategy<Op> {
    prop_oneof![
        2 => prop_oneof![3 => 1..=10_u64, 1 => 1..=700_u64].prop_map(Op::Wait),
        2 => (moment(), -1..=1_i8).prop_map(|(moment, by)| Op::WaitUntil(moment, by)),
        1 => Just(Op::Purge),
        1 => (0..2_u8, who(), prop::bool::weighted(0.8)).prop_map(|(issuer, who, refresh)| Op::Register { issuer, who, refresh }),
    ]
    .boxed()
}

fn nth() -> BoxedStrategy<Nth> {
    prop_oneof![12 => 0..3_u8, 2 => 0..12_u8, 1 => any::<u8>()].prop_map(Nth).boxed()
}

fn at() -> BoxedStrategy<At> {
    prop_oneof![24 => Just(At::Home), 1 => Just(At::Away)].boxed()
}

fn by() -> BoxedStrategy<By> {
    prop_oneof![16 => secret().prop_map(By::Owner), 1 => (who(), secret()).prop_map(|(who, secret)| By::Client(who, secret))]
        .boxed()
}

fn secret() -> BoxedStrategy<Secret> {
    prop_oneof![20 => Just(Secret::Basic), 10 => Just(Secret::Post), 1 => Just(Secret::Wrong), 1 => Just(Secret::Missing)].boxed()
}

fn who() -> BoxedStrategy<Who> {
    prop_oneof![8 => Just(Who::App), 2 => Just(Who::Twin), 6 => Just(Who::Web), 2 => Just(Who::Once), 1 => Just(Who::Rs)].boxed()
}

fn person() -> BoxedStrategy<Person> {
    prop_oneof![Just(Person::Alice), Just(Person::Bob)].boxed()
}

fn scopes() -> BoxedStrategy<Scopes> {
    prop_oneof![3 => 1..4_u8, 2 => 9..12_u8, 1 => 0..16_u8].prop_map(Scopes).boxed()
}

fn apis() -> BoxedStrategy<Apis> {
    prop_oneof![3 => Just(Apis::NONE), 2 => Just(Apis(0b11)), 1 => Just(Apis(0b01)), 1 => Just(Apis(0b10))].boxed()
}

fn response() -> BoxedStrategy<Response> {
    prop_oneof![8 => Just(Response::Code), 1 => Just(Response::Token), 3 => Just(Response::CodeToken)].boxed()
}

fn pkce() -> BoxedStrategy<Pkce> {
    prop_oneof![8 => Just(Pkce::S256), 1 => Just(Pkce::Plain), 2 => Just(Pkce::Without)].boxed()
}

fn uri() -> BoxedStrategy<Uri> {
    prop_oneof![12 => Just(Uri::First), 3 => Just(Uri::Second), 2 => Just(Uri::LeftOut), 1 => Just(Uri::Foreign)].boxed()
}

fn decided() -> BoxedStrategy<Decided> {
    prop_oneof![
        12 => person().prop_map(Decided::Approve),
        2 => (person(), scopes()).prop_map(|(person, scopes)| Decided::ApproveOnly(person, scopes)),
        1 => Just(Decided::Deny),
    ]
    .boxed()
}

fn again() -> BoxedStrategy<Again> {
    prop_oneof![30 => Just(Again::Same), 1 => Just(Again::Other), 1 => Just(Again::LeftOut), 1 => Just(Again::Malformed)].boxed()
}

fn thing() -> BoxedStrategy<Thing> {
    prop_oneof![
        6 => nth().prop_map(Thing::Access),
        6 => nth().prop_map(Thing::Refresh),
        1 => nth().prop_map(Thing::Code),
        1 => Just(Thing::Unknown),
    ]
    .boxed()
}

fn moment() -> BoxedStrategy<Moment> {
    prop_oneof![3 => thing().prop_map(Moment::Expiry), 1 => nth().prop_map(Moment::WindowEnd)].boxed()
}
