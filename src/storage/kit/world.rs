//! What the rules are made of: issuers, records and steps with short names. A name begins with what it is the key of: `c` for a
//! code, `a` for an access token, `r` for a refresh token, `p` for a pending request, `w` for an alias of one, `f` or a letter after it for
//! a family.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::step::{Operation, Step};
use crate::client::{CheckedClient, Client, ClientId};
use crate::storage::{
    AlgorithmName, CodeDetails, CodeFacts, CodeRecord, FamilyId, FamilyRecord, Issue, KeyRecord, KeyTimes, Kid, Outliving,
    PendingKind, PendingRecord, ReplayKey, RotationProposal, SealedKey, SessionKey, SessionRecord, Spend, TokenDetails,
    TokenFacts, TokenRecord,
};
use crate::values::asked::Asked;
use crate::values::bearer::{RotationSalt, TokenHash};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// The second 0 of every rule: in 2096, so that a store that asks a clock of its own, instead of taking the time that it is
/// handed, does not find that by chance the two agree.
pub(super) const START: Timestamp = Timestamp::from_unix(4_000_000_000);

/// When everything has expired that can.
pub(super) const END: Timestamp = Timestamp::from_unix(u64::MAX);

/// The names of one run over a store, which no other run shares.
#[derive(Clone)]
pub(super) struct World {
    run: String,
    issuer: Issuer,
    start: Timestamp,
    /// How many callers meet in a race.
    pub(super) crowd: usize,
}

/// What the kit makes of texts of its own.
pub(super) fn sound<T, E: Debug>(sample: Result<T, E>) -> T {
    sample.expect("the samples of the kit are well-formed")
}

/// Keys end with their name, so that a report can tell it from the bytes alone. What comes before is as good as random.
fn key<const N: usize>(run: &str, name: &str) -> [u8; N] {
    let mut key = [0; N];
    for (number, piece) in key.chunks_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        (run, name, number).hash(&mut hasher);
        piece.copy_from_slice(&hasher.finish().to_be_bytes());
    }
    let at = N - name.len();
    key[at - 1] = b' ';
    key[at..].copy_from_slice(name.as_bytes());
    key
}

/// The name at the end of a key, a salt or an identifier.
pub(super) fn name_of(key: &[u8]) -> String {
    let at = key.iter().rposition(|byte| *byte == b' ').map_or(0, |at| at + 1);
    let name =
        std::str::from_utf8(&key[at..]).ok().filter(|name| !name.is_empty() && name.bytes().all(|it| it.is_ascii_graphic()));
    name.map_or_else(|| format!("unknown {key:02x?}"), str::to_owned)
}

impl World {
    pub(super) fn new(run: String, crowd: usize) -> Self {
        let issuer = issuer("here", &run);
        Self { run, issuer, start: START, crowd }
    }

    /// The same names at another issuer.
    pub(super) fn at(&self, host: &str) -> Self {
        Self { issuer: issuer(host, &self.run), ..self.clone() }
    }

    /// The same names at another time.
    pub(super) fn beginning(&self, start: u64) -> Self {
        Self { start: Timestamp::from_unix(start), ..self.clone() }
    }

    pub(super) fn t(&self, second: u64) -> Timestamp {
        self.start.saturating_add_secs(second)
    }

    pub(super) fn hash(&self, name: &str) -> TokenHash {
        TokenHash::from_bytes(key(&self.run, name))
    }

    pub(super) fn id(&self, name: &str) -> FamilyId {
        FamilyId::from_bytes(key(&self.run, name))
    }

    fn salt(&self, name: &str) -> RotationSalt {
        RotationSalt::from_bytes(key(&self.run, name))
    }

    /// A family that Alice began at second 0.
    pub(super) fn family(&self, name: &str) -> FamilyRecord {
        FamilyRecord::new(self.id(name), client_id(), Some(subject("alice")), self.t(0), details())
    }

    /// A family that descends from another. It began at a second of its own, so that its place in a list is certain.
    pub(super) fn descendant(&self, name: &str, parent: &str) -> FamilyRecord {
        let second = name.bytes().map(u64::from).sum::<u64>() - u64::from(b'e');
        FamilyRecord { created_at: self.t(second), ..self.family(name) }.descending_from(self.id(parent))
    }

    pub(super) fn code(&self, name: &str, expires_at: u64) -> CodeRecord {
        CodeRecord::new(self.hash(name), self.id("f"), client_id(), self.t(expires_at), code_details())
    }

    pub(super) fn token(&self, name: &str, generation: u32, expires_at: u64) -> TokenRecord {
        TokenRecord::new(self.hash(name), self.id("f"), generation, client_id(), self.t(0), self.t(expires_at), details())
    }

    /// A suspended request of the browser `o`.
    pub(super) fn request(&self, name: &str, expires_at: u64) -> PendingRecord {
        let (hash, owner, expires_at) = (self.hash(name), self.hash("o"), self.t(expires_at));
        PendingRecord::new(hash, PendingKind::Suspended, owner, client_id(), expires_at, "{}".to_owned())
    }

    pub(super) fn spend(&self, name: &str, answer: &str) -> Spend {
        Spend::new(self.hash(name), answer.to_owned())
    }

    /// Tokens of a generation: `a0` until 100 and `r0` until 1000, `a1` and `r1`, and so on.
    pub(super) fn tokens(&self, generation: u32) -> Issue {
        self.pair(&format!("a{generation}"), generation)
    }

    /// An access token of this name until 100 and the refresh token of its generation until 1000.
    pub(super) fn pair(&self, access: &str, generation: u32) -> Issue {
        let refresh = self.token(&format!("r{generation}"), generation, 1000);
        Issue::new(None, Some(self.token(access, generation, 100)), Some(refresh))
    }

    pub(super) fn access(&self, name: &str, generation: u32) -> Issue {
        Issue::new(None, Some(self.token(name, generation, 100)), None)
    }

    pub(super) fn step(&self, now: u64, operation: Operation) -> Vec<Step> {
        vec![Step { issuer: self.issuer.clone(), operation, now: self.t(now) }]
    }

    pub(super) fn begin(&self, now: u64, family: FamilyRecord, issue: Issue) -> Vec<Step> {
        self.step(now, Operation::BeginFamily(family, issue, None))
    }

    /// A family `f`, remembered until 20, with the code `c`, good until 10.
    pub(super) fn with_code(&self) -> Vec<Step> {
        self.begin(0, self.family("f"), self.kept(20, Issue::new(Some(self.code("c", 10)), None, None)))
    }

    /// A family `f` with tokens of generation 0.
    pub(super) fn with_tokens(&self) -> Vec<Step> {
        self.begin(0, self.family("f"), self.tokens(0))
    }

    /// The issue, with its family kept until then.
    pub(super) fn kept(&self, until: u64, issue: Issue) -> Issue {
        Issue { keep_family_until: self.t(until), ..issue }
    }

    pub(super) fn redeem(&self, now: u64, issue: Issue) -> Vec<Step> {
        self.step(now, Operation::RedeemCode(self.hash("c"), issue))
    }

    pub(super) fn revoke(&self, now: u64, family: &str) -> Vec<Step> {
        self.step(now, Operation::RevokeFamily(self.id(family)))
    }

    pub(super) fn revoke_access(&self, now: u64, name: &str) -> Vec<Step> {
        self.step(now, Operation::RevokeAccessToken(self.hash(name)))
    }

    /// The refresh token of a generation is presented, with ten seconds in which to retry. The salt has the access token's name.
    pub(super) fn proposal(&self, now: u64, generation: u32, issue: Issue) -> RotationProposal {
        let salt = issue.access_token.as_ref().map_or_else(|| "s".to_owned(), |token| name_of(token.hash.as_bytes()));
        RotationProposal {
            presented: self.hash(&format!("r{generation}")),
            family: self.id("f"),
            generation,
            salt: Some(self.salt(&salt)),
            retry_until: self.t(now + 10),
            issue,
            outliving: None,
        }
    }

    pub(super) fn rotate(&self, now: u64, generation: u32, issue: Issue) -> Vec<Step> {
        self.step(now, Operation::RotateRefreshToken(self.proposal(now, generation, issue)))
    }

    /// The same where retries are off.
    pub(super) fn rotate_once(&self, now: u64, generation: u32, issue: Issue) -> Vec<Step> {
        let proposal = RotationProposal { retry_until: self.t(now), ..self.proposal(now, generation, issue) };
        self.step(now, Operation::RotateRefreshToken(proposal))
    }

    /// The same for an API of this name, of several.
    pub(super) fn rotate_for(&self, now: u64, generation: u32, name: &str) -> Vec<Step> {
        let outliving = Some(Outliving::after(None, generation, &[name.into()]));
        let proposal = RotationProposal { outliving, ..self.proposal(now, generation, self.tokens(generation + 1)) };
        self.step(now, Operation::RotateRefreshToken(proposal))
    }

    /// The same where the token stays what it is.
    pub(super) fn renew(&self, now: u64, generation: u32, issue: Issue) -> Vec<Step> {
        let proposal = RotationProposal { salt: None, ..self.proposal(now, generation, issue) };
        self.step(now, Operation::RotateRefreshToken(proposal))
    }

    /// The same as the answer to a request.
    pub(super) fn begin_for(&self, now: u64, family: FamilyRecord, issue: Issue, spend: Spend) -> Vec<Step> {
        self.step(now, Operation::BeginFamily(family, issue, Some(spend)))
    }

    /// With room for more than any scenario puts.
    pub(super) fn put(&self, now: u64, request: PendingRecord) -> Vec<Step> {
        self.put_into(now, request, 1_000)
    }

    pub(super) fn put_into(&self, now: u64, request: PendingRecord, room: u32) -> Vec<Step> {
        self.step(now, Operation::PutPending(request, room))
    }

    pub(super) fn take(&self, now: u64, name: &str) -> Vec<Step> {
        self.step(now, Operation::TakePending(self.hash(name)))
    }

    pub(super) fn decide(&self, now: u64, name: &str, answer: &str) -> Vec<Step> {
        self.step(now, Operation::DecidePending(self.spend(name, answer)))
    }

    /// The same under a second key, with room for more than any scenario puts.
    pub(super) fn defer(&self, now: u64, request: PendingRecord, alias: &str) -> Vec<Step> {
        self.defer_into(now, request, alias, 1_000)
    }

    pub(super) fn defer_into(&self, now: u64, request: PendingRecord, alias: &str, room: u32) -> Vec<Step> {
        self.step(now, Operation::PutDeferred(request, self.hash(alias), room))
    }

    /// Its client polls, which is to wait five seconds in between.
    pub(super) fn poll(&self, now: u64, name: &str) -> Vec<Step> {
        self.poll_by(now, name, "app", 5)
    }

    pub(super) fn poll_by(&self, now: u64, name: &str, client: &str, interval: u32) -> Vec<Step> {
        self.step(now, Operation::PollDeferred(self.hash(name), sound(ClientId::parse(client)), interval))
    }

    /// Somebody comes with a key that is to be remembered until then.
    pub(super) fn first_time(&self, now: u64, name: &str, until: u64) -> Vec<Step> {
        self.step(now, Operation::FirstTime(ReplayKey::from_bytes(key(&self.run, name)), self.t(until)))
    }

    /// A key for ES256 that is announced at second 0, signs from 10 to 20 and is published until 30.
    pub(super) fn signing_key(&self, kid: &str, generation: u32) -> KeyRecord {
        let (kid, algorithm) = (sound(Kid::parse(kid)), sound(AlgorithmName::parse("ES256")));
        let times = KeyTimes::new(self.t(0), self.t(10), self.t(20), self.t(30));
        let sealed = SealedKey::from_bytes(*b"sealed");
        KeyRecord::new(kid, algorithm, generation, times, r#"{"kty":"EC"}"#.to_owned(), sealed, r#"{"v":1}"#.to_owned())
    }

    pub(super) fn announce(&self, now: u64, key: KeyRecord) -> Vec<Step> {
        self.step(now, Operation::AnnounceKey(Box::new(key)))
    }

    pub(super) fn withdraw(&self, now: u64, kid: &str) -> Vec<Step> {
        self.step(now, Operation::WithdrawKey(sound(Kid::parse(kid))))
    }

    pub(super) fn keys(&self, now: u64) -> Vec<Step> {
        self.step(now, Operation::ListKeys())
    }

    /// Alice's session of this name and handle, which the client opens.
    pub(super) fn opening(&self, now: u64, name: &str, handle: &str, client: &str) -> SessionRecord {
        SessionRecord::new(self.id(name), self.hash(handle), subject("alice"), self.t(now), vec![sound(ClientId::parse(client))])
    }

    pub(super) fn open(&self, now: u64, session: SessionRecord, until: u64) -> Vec<Step> {
        self.step(now, Operation::OpenSession(Box::new(session), self.t(until)))
    }

    /// Alice's sessions, and those with these identifiers.
    pub(super) fn sessions(&self, now: u64, names: &str) -> Vec<Step> {
        let by_id = |name: &str| self.step(now, Operation::FindSession(SessionKey::Id(self.id(name))));
        let found = names.split_whitespace().flat_map(by_id);
        self.step(now, Operation::SessionsOf(subject("alice"))).into_iter().chain(found).collect()
    }

    pub(super) fn session_called(&self, now: u64, handle: &str) -> Vec<Step> {
        self.step(now, Operation::FindSession(SessionKey::Handle(self.hash(handle))))
    }

    pub(super) fn end(&self, now: u64, name: &str, tell_until: Option<u64>) -> Vec<Step> {
        self.step(now, Operation::EndSession(SessionKey::Id(self.id(name)), tell_until.map(|until| self.t(until))))
    }

    pub(super) fn end_called(&self, now: u64, handle: &str, tell_until: Option<u64>) -> Vec<Step> {
        self.step(now, Operation::EndSession(SessionKey::Handle(self.hash(handle)), tell_until.map(|until| self.t(until))))
    }

    pub(super) fn claim(&self, now: u64, limit: u32, again: u64) -> Vec<Step> {
        self.step(now, Operation::ClaimNotices(limit, self.t(again)))
    }

    pub(super) fn settle(&self, now: u64, name: &str, client: &str, again: Option<u64>) -> Vec<Step> {
        let client = sound(ClientId::parse(client));
        self.step(now, Operation::SettleNotice(self.id(name), client, again.map(|again| self.t(again))))
    }

    pub(super) fn put_client(&self, client: Client) -> Vec<Step> {
        self.step(0, Operation::PutClient(CheckedClient::new(client)))
    }

    /// A client of this name that ends then.
    pub(super) fn ending(&self, id: &str, name: &str, end: u64) -> Client {
        named_client(id, name).unvetted().with_unused_until(Some(self.t(end)))
    }

    pub(super) fn add_client(&self, now: u64, client: Client, room: u32) -> Vec<Step> {
        self.step(now, Operation::AddClient(CheckedClient::new(client), room))
    }

    pub(super) fn replace_client(&self, was: Client, client: Client) -> Vec<Step> {
        self.step(0, Operation::ReplaceClient(Box::new(was), CheckedClient::new(client)))
    }

    pub(super) fn keep_client(&self, id: &str, until: u64) -> Vec<Step> {
        self.step(0, Operation::KeepClient(sound(ClientId::parse(id)), self.t(until)))
    }

    pub(super) fn remove_client(&self, id: &str) -> Vec<Step> {
        self.step(0, Operation::RemoveClient(sound(ClientId::parse(id))))
    }

    /// Those after this one; all after the empty text.
    pub(super) fn list_clients(&self, after: &str, limit: u32) -> Vec<Step> {
        self.step(0, Operation::ListClients(ClientId::parse(after).ok(), limit))
    }

    pub(super) fn find_client(&self, id: &str) -> Vec<Step> {
        self.step(0, Operation::FindClient(id.to_owned()))
    }

    pub(super) fn authorizations(&self, now: u64, name: &str) -> Vec<Step> {
        self.step(now, Operation::AuthorizationsOf(subject(name)))
    }

    /// All pages of a client's authorizations after this family; all after the empty name.
    pub(super) fn pages_of_client(&self, now: u64, id: &str, after: &str, limit: u32) -> Vec<Step> {
        let after = (!after.is_empty()).then(|| self.id(after));
        self.step(now, Operation::PagesOfClient(sound(ClientId::parse(id)), after, limit))
    }

    pub(super) fn pages_of_subject(&self, now: u64, name: &str, after: &str, limit: u32) -> Vec<Step> {
        let after = (!after.is_empty()).then(|| self.id(after));
        self.step(now, Operation::PagesOfSubject(subject(name), after, limit))
    }

    pub(super) fn revoke_of_client(&self, now: u64, id: &str) -> Vec<Step> {
        self.step(now, Operation::RevokeOfClient(sound(ClientId::parse(id))))
    }

    pub(super) fn revoke_of_subject(&self, now: u64, name: &str) -> Vec<Step> {
        self.step(now, Operation::RevokeOfSubject(subject(name)))
    }

    pub(super) fn purge(&self, now: u64) -> Vec<Step> {
        self.step(now, Operation::PurgeExpired)
    }

    /// The same, saying how far it is.
    pub(super) fn purge_with_progress(&self, now: u64) -> Vec<Step> {
        self.step(now, Operation::PurgeWithProgress)
    }

    /// Removes everything, and so counts what was left.
    pub(super) fn purge_all(&self) -> Vec<Step> {
        vec![Step { issuer: self.issuer.clone(), operation: Operation::PurgeExpired, now: END }]
    }

    /// Looks up what these names are the keys of; `s` stands for Alice's authorizations.
    pub(super) fn look(&self, now: u64, names: &str) -> Vec<Step> {
        let look_up = |name: &str| match name.as_bytes()[0] {
            b'c' => Operation::FindCode(self.hash(name)),
            b'a' => Operation::FindAccessToken(self.hash(name)),
            b'r' => Operation::FindRefreshToken(self.hash(name)),
            b'p' => Operation::FindPending(self.hash(name)),
            b'w' => Operation::FindDeferred(self.hash(name)),
            b'f'..=b'h' => Operation::FindFamily(self.id(name)),
            _ => Operation::AuthorizationsOf(subject("alice")),
        };
        names.split_whitespace().flat_map(|name| self.step(now, look_up(name))).collect()
    }
}

fn issuer(host: &str, run: &str) -> Issuer {
    sound(Issuer::parse(&format!("https://{host}-{run}.example.com")))
}

pub(super) fn subject(name: &str) -> Subject {
    sound(Subject::new(name))
}

/// As long as an identifier may be, and nothing that a database could compress: its indexes have to take it as it is.
pub(super) fn longest_client_id() -> String {
    let characters = (b'!'..=b'~').cycle().scan(1_usize, |step, character| {
        *step = *step * 31 % 9973;
        Some(char::from(b'!' + ((usize::from(character) * *step) % 94) as u8))
    });
    characters.take(ClientId::MAX_LEN).collect()
}

pub(super) fn client_id() -> ClientId {
    sound(ClientId::parse("app"))
}

pub(super) fn named_client(id: &str, name: &str) -> Client {
    sound(Client::public(id).redirect_uri("https://app.example.com/").name(name).build()).unvetted()
}

pub(super) fn public_client(id: &str) -> Client {
    sound(Client::public(id).redirect_uri("https://app.example.com/").build())
}

pub(super) fn details() -> TokenDetails {
    TokenFacts::new(Some(subject("alice")), Default::default()).into_details()
}

pub(super) fn code_details() -> CodeDetails {
    CodeFacts::new(&details(), Arc::new(Asked::new("code", "https://app.example.com/".into()))).into_details()
}
