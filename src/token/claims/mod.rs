//! What is known about an active token: the members of an introspection response (RFC 7662 section 2.2). The introspection
//! endpoint writes them, the resource server's verifiers hand them to the application, so both ends mean the same by them.

mod authentication;
mod parties;
mod read;
#[cfg(feature = "jose")]
mod reserved;
mod size;

use std::sync::Arc;

use authentication::Authentication;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
#[cfg(feature = "jose")]
pub(crate) use reserved::{RESERVED, is_reserved};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::client::ClientId;
use crate::storage::{Carried, FoundToken, TokenDetails, TokenRecord};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::json::{self, Entries, MemberSink, Name, name};
use crate::values::scope::Scope;
use crate::values::subject::{CLIENT_PREFIX, Subject};

/// The whole answer about a token that is not active: nothing else, not even why (RFC 7662 section 2.2).
pub(crate) const INACTIVE: &[u8] = br#"{"active":false}"#;

/// What an introspection response says about an active token (RFC 7662 section 2.2). Cloning does not allocate.
///
/// It is serialized under the registered member names. A verifier of your own makes one from JSON:
///
/// ```
/// use grantor::TokenClaims;
///
/// let claims: TokenClaims = serde_json::from_str(r#"{"sub": "alice", "scope": "read write", "aud": "https://api.example.com"}"#)?;
/// assert_eq!(claims.subject(), Some("alice"));
/// assert!(claims.scope().contains("read"));
/// assert!(claims.has_audience("https://api.example.com"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TokenClaims(Source);

/// Whose resources a token opens (RFC 6749 section 1.1). Two kinds, since clients and people are named by different hands: one
/// who may choose the identifier of a client must not become a person of that name (RFC 9700 section 4.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceOwner<'a> {
    /// A person who authorized the client: the `sub`.
    Person(&'a str),
    /// A client that acts for itself (RFC 6749 section 4.4): the `client_id`.
    Client(&'a str),
}

/// Where the members come from.
#[derive(Debug, Clone)]
enum Source {
    /// A row of the local storage: nothing of it is copied.
    Stored(Stored),
    /// An introspection response.
    Read(Arc<Members>),
}

#[derive(Debug, Clone)]
struct Stored {
    issuer: Issuer,
    client_id: ClientId,
    details: TokenDetails,
    token_type: Option<&'static str>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    /// Half of the token's hash in base64url. As unique as a random 128-bit number, and no key to any store.
    id: [u8; 22],
    /// What the token says itself.
    carried: Option<Arc<Carried>>,
}

/// How each is read: the module `read`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Members {
    #[serde(deserialize_with = "read::scope")]
    pub(crate) scope: Scope,
    #[serde(deserialize_with = "read::text")]
    pub(crate) client_id: Option<Arc<str>>,
    #[serde(deserialize_with = "read::any_text")]
    pub(crate) username: Option<Arc<str>>,
    #[serde(deserialize_with = "read::text")]
    pub(crate) token_type: Option<Arc<str>>,
    #[serde(deserialize_with = "read::time")]
    pub(crate) exp: Option<Timestamp>,
    #[serde(deserialize_with = "read::any_time")]
    pub(crate) iat: Option<Timestamp>,
    #[serde(deserialize_with = "read::any_time")]
    pub(crate) nbf: Option<Timestamp>,
    #[serde(deserialize_with = "read::text")]
    pub(crate) sub: Option<Arc<str>>,
    #[serde(deserialize_with = "read::audience")]
    pub(crate) aud: Vec<Arc<str>>,
    #[serde(deserialize_with = "read::text")]
    pub(crate) iss: Option<Arc<str>>,
    #[serde(deserialize_with = "read::any_text")]
    pub(crate) jti: Option<Arc<str>>,
    #[serde(deserialize_with = "read::any_time")]
    pub(crate) auth_time: Option<Timestamp>,
    #[serde(deserialize_with = "read::any_text")]
    pub(crate) acr: Option<Arc<str>>,
    #[serde(deserialize_with = "read::any_texts")]
    pub(crate) amr: Vec<Arc<str>>,
    #[serde(flatten, deserialize_with = "read::unknown_members")]
    pub(crate) unknown: Map<String, Value>,
}

impl TokenClaims {
    /// What is to be said about a token found in a store. `token_type` is that of RFC 6749 section 5.1, so `None` for a
    /// refresh token.
    pub(crate) fn of(issuer: &Issuer, found: FoundToken, token_type: Option<&'static str>) -> Self {
        let FoundToken { record, carried, .. } = found;
        let TokenRecord { hash, client_id, details, issued_at, expires_at, .. } = record;
        let mut id = [b'A'; 22];
        // 16 bytes always fill 22 characters: the result can only be Ok. The last ones: the first are characters of the token.
        let _ = URL_SAFE_NO_PAD.encode_slice(hash.as_bytes().split_at(16).1, &mut id);
        let issuer = issuer.clone();
        Self(Source::Stored(Stored { issuer, client_id, details, token_type, issued_at, expires_at, id, carried }))
    }

    /// What a token says of itself, that was verified.
    #[cfg(feature = "jose")]
    pub(crate) fn said(members: Members) -> Self {
        Self(Source::Read(Arc::new(members)))
    }

    /// The body of an introspection response about an active token.
    pub(crate) fn to_introspection_json(&self) -> Bytes {
        json::object(320, |members| {
            members.boolean(name!("active"), true);
            self.list(members);
        })
    }

    /// Reads the body of an introspection response: `None` when the token is not active, whatever else is said about it, and when
    /// what is said cannot be understood. No request with that token would fare better than the one before it: it is refused.
    ///
    /// # Errors
    ///
    /// If the body does not say whether the token is active.
    pub(crate) fn from_introspection_json(body: &[u8]) -> Result<Option<Self>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answer {
            active: bool,
            /// An array has no members, and is no answer.
            #[serde(flatten)]
            _members: IgnoredAny,
        }
        let answer: Answer = serde_json::from_slice(body)?;
        if !answer.active {
            return Ok(None);
        }
        let claims = serde_json::from_slice(body);
        if let Err(error) = &claims {
            tracing::warn!(%error, "refused an active token, as what introspection says of it cannot be understood");
        }
        Ok(claims.ok())
    }

    /// `scope`: what the token permits; empty if the response names none.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        match &self.0 {
            Source::Stored(stored) => &stored.details.facts().scope,
            Source::Read(members) => &members.scope,
        }
    }

    /// `client_id`: the client to which the token was issued.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match &self.0 {
            Source::Stored(stored) => Some(stored.client_id.as_str()),
            Source::Read(members) => members.client_id.as_deref(),
        }
    }

    /// `username`: a name of the resource owner for people to read, which may change; identify by [`subject`](Self::subject).
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        match &self.0 {
            Source::Stored(stored) => stored.details.facts().username.as_deref(),
            Source::Read(members) => members.username.as_deref(),
        }
    }

    /// `token_type` (RFC 6749 section 5.1), for example `Bearer`; compared without regard to case.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        match &self.0 {
            Source::Stored(stored) => stored.token_type,
            Source::Read(members) => members.token_type.as_deref(),
        }
    }

    /// `exp`: the token is active before this moment, and not at it.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.0 {
            Source::Stored(stored) => Some(stored.expires_at),
            Source::Read(members) => members.exp,
        }
    }

    /// `iat`: when the token was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<Timestamp> {
        match &self.0 {
            Source::Stored(stored) => Some(stored.issued_at),
            Source::Read(members) => members.iat,
        }
    }

    /// `nbf`: the token is not to be used before this moment.
    #[must_use]
    pub fn not_before(&self) -> Option<Timestamp> {
        match &self.0 {
            Source::Stored(stored) => Some(stored.issued_at),
            Source::Read(members) => members.nbf,
        }
    }

    /// Whose resources the token opens; `None` if it names nobody. Not text: a client and a person may have the same identifier.
    ///
    /// Tokens that clients get for themselves have no `sub` at servers built with this library; at others they have the client's
    /// identifier there (RFC 9068 section 2.2), and in JWTs of this library the same with `client:` before it. So where `sub` is that of
    /// the client, it is the client's token. Where the storage itself is asked ([`LocalVerifier`](crate::LocalVerifier)) it is known which,
    /// also of a person who has the identifier of the client.
    #[must_use]
    pub fn resource_owner(&self) -> Option<ResourceOwner<'_>> {
        if let Source::Stored(stored) = &self.0 {
            let subject = stored.details.facts().subject.as_ref().map(Subject::as_str);
            return Some(subject.map_or(ResourceOwner::Client(stored.client_id.as_str()), ResourceOwner::Person));
        }
        let names =
            |subject: &str, client: &str| subject.strip_prefix(CLIENT_PREFIX).unwrap_or(subject) == client || subject == client;
        match (self.subject(), self.client_id()) {
            (Some(subject), client) if client.is_none_or(|client| !names(subject, client)) => {
                Some(ResourceOwner::Person(subject))
            }
            (_, client) => client.map(ResourceOwner::Client),
        }
    }

    /// The person who authorized the token; `None` where a client acts for itself (see [`resource_owner`](Self::resource_owner)).
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        match self.resource_owner()? {
            ResourceOwner::Person(subject) => Some(subject),
            ResourceOwner::Client(_) => None,
        }
    }

    /// `sub`: who authorized the token; `None` where a client acts for itself. Where tokens come from another authorization server
    /// it may be a client: see [`person`](Self::person).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match &self.0 {
            Source::Stored(stored) => stored.details.facts().subject.as_ref().map(Subject::as_str),
            Source::Read(members) => members.sub.as_deref(),
        }
    }

    /// `aud`: for whom the token is meant; nothing if it is not limited.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.audience_names().iter().map(|name| &**name)
    }

    pub(crate) fn audience_names(&self) -> &[Arc<str>] {
        match &self.0 {
            Source::Stored(stored) => &stored.details.facts().audience,
            Source::Read(members) => &members.aud,
        }
    }

    /// Is the token meant for this one, compared byte by byte? Not if it names no audience.
    #[must_use]
    pub fn has_audience(&self, name: &str) -> bool {
        self.audience().any(|own| own == name)
    }

    /// `iss`: the issuer identifier of the authorization server.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        match &self.0 {
            Source::Stored(stored) => Some(stored.issuer.as_str()),
            Source::Read(members) => members.iss.as_deref(),
        }
    }

    /// `jti`: an identifier of the token that is not a secret, fit for an audit log.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        match &self.0 {
            Source::Stored(stored) => match &stored.carried {
                Some(carried) => Some(&carried.jti),
                None => str::from_utf8(&stored.id).ok(),
            },
            Source::Read(members) => members.jti.as_deref(),
        }
    }

    /// A member without an accessor of its own, as the authorization server wrote it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.0 {
            Source::Stored(stored) => match stored.parties().find(|(own, _)| *own == name) {
                Some((_, value)) => Some(value),
                None => stored.carried.as_ref().and_then(|carried| carried.claims.get(name)),
            },
            Source::Read(members) => members.unknown.get(name),
        }
    }

    /// The members without an accessor of their own.
    fn rest(&self) -> impl Iterator<Item = (&str, &Value)> {
        let (stored, unknown) = match &self.0 {
            Source::Stored(stored) => (Some(stored), stored.carried.as_ref().map(|carried| &carried.claims)),
            Source::Read(members) => (None, Some(&members.unknown)),
        };
        let unknown = unknown.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        let parties = stored.into_iter().flat_map(Stored::parties).map(|(name, value): (&str, _)| (name, value));
        parties.chain(unknown)
    }

    /// How many bytes of heap the claims take, at most: for a cache that is bounded in bytes.
    pub(crate) fn heap_size(&self) -> usize {
        match &self.0 {
            // They share what the store holds.
            Source::Stored(_) => 0,
            Source::Read(members) => size_of::<Members>() + members.heap_size(),
        }
    }
}

impl PartialEq for TokenClaims {
    fn eq(&self, other: &Self) -> bool {
        self.scope() == other.scope()
            && self.client_id() == other.client_id()
            && self.username() == other.username()
            && self.token_type() == other.token_type()
            && self.expires_at() == other.expires_at()
            && self.issued_at() == other.issued_at()
            && self.not_before() == other.not_before()
            && self.subject() == other.subject()
            && self.audience().eq(other.audience())
            && self.issuer() == other.issuer()
            && self.token_id() == other.token_id()
            && self.authentication() == other.authentication()
            && self.rest().eq(other.rest())
    }
}

impl<'de> Deserialize<'de> for TokenClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Source::Read(Arc::new(Members::deserialize(deserializer)?))))
    }
}

impl Serialize for TokenClaims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = Entries::new(serializer.serialize_map(None)?);
        self.list(&mut entries);
        entries.end()
    }
}

impl TokenClaims {
    fn list(&self, members: &mut impl MemberSink) {
        if !self.scope().is_empty() {
            members.plain(name!("scope"), self.scope().as_str());
        }
        string(members, name!("client_id"), self.client_id());
        string(members, name!("username"), self.username());
        string(members, name!("token_type"), self.token_type());
        string(members, name!("sub"), self.subject());
        string(members, name!("iss"), self.issuer());
        string(members, name!("jti"), self.token_id());
        time(members, name!("exp"), self.expires_at());
        time(members, name!("iat"), self.issued_at());
        time(members, name!("nbf"), self.not_before());
        match self.audience_names() {
            [] => {}
            [one] => members.string(name!("aud"), one),
            several => members.value("aud", several),
        }
        let Authentication { auth_time, acr, amr } = self.authentication();
        time(members, name!("auth_time"), auth_time);
        string(members, name!("acr"), acr);
        if !amr.is_empty() {
            members.value("amr", amr);
        }
        for (name, value) in self.rest() {
            members.value(name, value);
        }
    }
}

// Not in a loop over the names: each is copied as what it is.
#[inline(always)]
fn string(members: &mut impl MemberSink, name: Name, value: Option<&str>) {
    if let Some(value) = value {
        members.string(name, value);
    }
}

#[inline(always)]
fn time(members: &mut impl MemberSink, name: Name, time: Option<Timestamp>) {
    if let Some(time) = time {
        members.number(name, time.as_unix());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{FamilyId, FamilyState, TokenFacts};
    use crate::values::bearer::TokenHash;
    use serde_json::json;

    fn found(audience: &[&str]) -> FoundToken {
        let mut facts = TokenFacts::new(None, Scope::parse("read write").unwrap());
        facts.username = Some("Alice".into());
        facts.audience = audience.iter().map(|name| Arc::from(*name)).collect();
        let record = TokenRecord::new(
            TokenHash::from_bytes([0; 32]),
            FamilyId::from_bytes([1; 16]),
            0,
            ClientId::parse("app").unwrap(),
            Timestamp::from_unix(100),
            Timestamp::from_unix(160),
            facts.into_details(),
        );
        FoundToken::new(record, false, FamilyState::new(false, 0))
    }

    #[test]
    fn a_stored_token_is_described_by_the_registered_members() {
        let issuer = Issuer::parse("https://auth.example.com").unwrap();
        for (audience, written) in [(&["a"][..], json!("a")), (&["a", "b"], json!(["a", "b"]))] {
            let claims = TokenClaims::of(&issuer, found(audience), Some("Bearer"));
            let body: Value = serde_json::from_slice(&claims.to_introspection_json()).unwrap();
            let expected = json!({
                "active": true, "scope": "read write", "client_id": "app", "username": "Alice", "token_type": "Bearer",
                "exp": 160, "iat": 100, "nbf": 100, "aud": written, "iss": "https://auth.example.com",
                "jti": "AAAAAAAAAAAAAAAAAAAAAA",
            });
            assert_eq!(body, expected);
            let read = TokenClaims::from_introspection_json(&claims.to_introspection_json()).unwrap();
            assert_eq!(read, Some(claims));
        }
    }

    // shows: RFC9700-4.15.1-02
    #[test]
    fn a_client_is_no_person_of_that_name() {
        use ResourceOwner::{Client, Person};
        for (members, owner) in [
            (json!({"sub": "alice", "client_id": "app"}), Some(Person("alice"))),
            (json!({"sub": "alice"}), Some(Person("alice"))),
            (json!({"client_id": "alice"}), Some(Client("alice"))),
            (json!({"sub": "alice", "client_id": "alice"}), Some(Client("alice"))),
            (json!({"sub": "client:alice", "client_id": "alice"}), Some(Client("alice"))),
            (json!({"sub": "client:alice", "client_id": "client:alice"}), Some(Client("client:alice"))),
            (json!({"sub": "client:alice", "client_id": "app"}), Some(Person("client:alice"))),
            (json!({}), None),
        ] {
            let claims: TokenClaims = serde_json::from_value(members).unwrap();
            assert_eq!(claims.resource_owner(), owner, "{claims:?}");
            let person = if let Some(Person(name)) = owner { Some(name) } else { None };
            assert_eq!(claims.person(), person);
        }
    }

    /// A person may be called what a client is called; what is stored says which of the two it is.
    #[test]
    fn the_storage_knows_a_person_with_the_name_of_the_client() {
        let issuer = Issuer::parse("https://auth.example.com").unwrap();
        let mut found = found(&[]);
        let nobody = TokenClaims::of(&issuer, found.clone(), Some("Bearer"));
        assert_eq!((nobody.resource_owner(), nobody.person()), (Some(ResourceOwner::Client("app")), None));
        found.record.details = TokenFacts::new(Some(Subject::new("app").unwrap()), Scope::empty()).into_details();
        let person = TokenClaims::of(&issuer, found, Some("Bearer"));
        assert_eq!((person.resource_owner(), person.person()), (Some(ResourceOwner::Person("app")), Some("app")));
        // Whoever only reads what is said of it cannot know, and takes it for the less of the two.
        let read = TokenClaims::from_introspection_json(&person.to_introspection_json()).unwrap().unwrap();
        assert_eq!(read.resource_owner(), Some(ResourceOwner::Client("app")));
    }

    #[test]
    fn what_a_stored_token_is_bound_to_is_said() {
        let issuer = Issuer::parse("https://auth.example.com").unwrap();
        let mut found = found(&[]);
        found.record.details =
            found.record.details.confirmed_by("x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2".into());
        let claims = TokenClaims::of(&issuer, found, Some("Bearer"));
        let body: Value = serde_json::from_slice(&claims.to_introspection_json()).unwrap();
        assert_eq!(body["cnf"], json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}));
        let read = TokenClaims::from_introspection_json(&claims.to_introspection_json()).unwrap();
        assert_eq!(read, Some(claims));
    }

    #[test]
    fn responses_are_read_as_other_servers_write_them() {
        for (written, read) in [
            (json!({"scope": null, "aud": null, "exp": null, "sub": null}), json!({})),
            (json!({"scope": "", "aud": []}), json!({})),
            (json!({"aud": ["a"], "x": [1]}), json!({"aud": "a", "x": [1]})),
            (json!({"aud": ["a", 7]}), json!({"aud": ["a", "7"]})),
            (json!({"scope": ["read", "write"]}), json!({"scope": "read write"})),
            (json!({"scope": [" a  b ", "a", 7, null, {}]}), json!({"scope": "a b 7"})),
            (json!({"scope": "read l\u{e4}s \"x\" write"}), json!({"scope": "read write"})),
            (json!({"scope": {"read": true}}), json!({})),
            (
                json!({"exp": 4_102_444_800.0, "iat": "100", "nbf": 100.9}),
                json!({"exp": 4_102_444_800_u64, "iat": 100, "nbf": 100}),
            ),
            (json!({"exp": "4102444800.5", "iat": -1}), json!({"exp": 4_102_444_800_u64, "iat": 0})),
            (json!({"exp": -1.5}), json!({"exp": 0})),
            (json!({"exp": 1e300}), json!({"exp": u64::MAX})),
            (json!({"iat": "yesterday", "nbf": {}}), json!({})),
            (json!({"sub": 42, "client_id": -7, "iss": 0}), json!({"sub": "42", "client_id": "-7", "iss": "0"})),
            (json!({"username": ["Alice"], "jti": 1.5}), json!({})),
            (json!({"cnf": {"jkt": "x"}}), json!({"cnf": {"jkt": "x"}})),
        ] {
            let claims: TokenClaims = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(serde_json::to_value(claims).unwrap(), read, "{written}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_understood_is_no_good_token() {
        for (body, expected) in [
            (json!({"active": false, "exp": "whatever"}), Ok(false)),
            (json!({"active": true}), Ok(true)),
            (json!({"active": true, "exp": "never"}), Ok(false)),
            (json!({"active": true, "exp": "inf"}), Ok(false)),
            (json!({"active": true, "exp": true}), Ok(false)),
            (json!({"active": true, "sub": {"name": "alice"}}), Ok(false)),
            (json!({"active": true, "sub": 1.5}), Ok(false)),
            (json!({"active": true, "sub": 1e30}), Ok(false)),
            (json!({"active": true, "token_type": ["Bearer"]}), Ok(false)),
            (json!({"active": true, "aud": [null]}), Ok(false)),
            (json!({"active": true, "aud": {}}), Ok(false)),
            (json!({"active": "true"}), Err(())),
            (json!({"sub": "alice"}), Err(())),
            (json!([true]), Err(())),
        ] {
            let read = TokenClaims::from_introspection_json(body.to_string().as_bytes());
            assert_eq!(read.map(|claims| claims.is_some()).map_err(|_| ()), expected, "{body}");
        }
    }

    #[test]
    fn an_inactive_answer_is_never_claims() {
        assert!(serde_json::from_value::<TokenClaims>(json!({"active": false, "sub": "alice"})).is_err());
        assert_eq!(TokenClaims::from_introspection_json(INACTIVE).unwrap(), None);
    }

    #[test]
    fn unknown_members_can_be_asked_for() {
        let claims: TokenClaims = serde_json::from_value(json!({"active": true, "tenant": "t1"})).unwrap();
        assert_eq!(claims.get("tenant"), Some(&json!("t1")));
        assert_eq!(claims.get("active"), None);
        assert!(!claims.has_audience(""));
    }
}
