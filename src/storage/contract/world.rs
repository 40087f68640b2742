//! What the rules are made of: issuers, records and steps with short names. A name begins with what it is the key of: `c` for a
//! code, `a` for an access token, `r` for a refresh token, `p` for a pending request, `f` for a family.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::step::{Operation, Step};
use crate::authorization::Asked;
use crate::client::{CheckedClient, Client, ClientId};
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::storage::{
    CodeDetails, CodeFacts, CodeRecord, FamilyId, FamilyRecord, Issue, PendingKind, PendingRecord, RotationProposal, Spend,
    TokenDetails, TokenFacts, TokenRecord,
};
use crate::subject::Subject;
use crate::token::{RotationSalt, TokenHash};

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
            salt: self.salt(&salt),
            retry_until: self.t(now + 10),
            issue,
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

    pub(super) fn put_client(&self, client: Client) -> Vec<Step> {
        self.step(0, Operation::PutClient(CheckedClient::new(client)))
    }

    pub(super) fn find_client(&self, id: &str) -> Vec<Step> {
        self.step(0, Operation::FindClient(id.to_owned()))
    }

    pub(super) fn authorizations(&self, now: u64, name: &str) -> Vec<Step> {
        self.step(now, Operation::AuthorizationsOf(subject(name)))
    }

    pub(super) fn purge(&self, now: u64) -> Vec<Step> {
        self.step(now, Operation::PurgeExpired)
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

pub(super) fn public_client(id: &str) -> Client {
    sound(Client::public(id).redirect_uri("https://app.example.com/").build())
}

pub(super) fn details() -> TokenDetails {
    TokenFacts::new(Some(subject("alice")), Default::default()).into_details()
}

pub(super) fn code_details() -> CodeDetails {
    CodeFacts::new(&details(), Arc::new(Asked::new("code", "https://app.example.com/".into()))).into_details()
}
