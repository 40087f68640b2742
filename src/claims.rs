//! What is known about an active token: the members of an introspection response (RFC 7662 section 2.2). The introspection
//! endpoint writes them, the resource server's verifiers hand them to the application, so both ends mean the same by them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::json::{self, Entries, MemberSink, Name, name};
use crate::scope::Scope;
use crate::storage::{FoundToken, TokenDetails, TokenRecord};
use crate::subject::Subject;

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

/// The keys to which a token is bound (RFC 7800 section 3.1, RFC 7662 section 2.2 by RFC 8705 section 3.2 and RFC 9449 section 6.2).
const CONFIRMATION: &str = "cnf";

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
}

#[derive(Debug, Deserialize)]
struct Members {
    #[serde(default, deserialize_with = "or_default")]
    scope: Scope,
    client_id: Option<Arc<str>>,
    username: Option<Arc<str>>,
    token_type: Option<Arc<str>>,
    exp: Option<Timestamp>,
    iat: Option<Timestamp>,
    nbf: Option<Timestamp>,
    sub: Option<Arc<str>>,
    #[serde(default, deserialize_with = "or_default")]
    aud: Audience,
    iss: Option<Arc<str>>,
    jti: Option<Arc<str>>,
    #[serde(flatten, deserialize_with = "unknown_members")]
    unknown: Map<String, Value>,
}

impl TokenClaims {
    /// What is to be said about a token found in a store. `token_type` is that of RFC 6749 section 5.1, so `None` for a
    /// refresh token.
    pub(crate) fn of(issuer: &Issuer, found: FoundToken, token_type: Option<&'static str>) -> Self {
        let TokenRecord { hash, client_id, details, issued_at, expires_at, .. } = found.record;
        let mut id = [b'A'; 22];
        // 16 bytes always fill 22 characters: the result can only be Ok. The last ones: the first are characters of the token.
        let _ = URL_SAFE_NO_PAD.encode_slice(hash.as_bytes().split_at(16).1, &mut id);
        Self(Source::Stored(Stored { issuer: issuer.clone(), client_id, details, token_type, issued_at, expires_at, id }))
    }

    /// The body of an introspection response about an active token.
    pub(crate) fn to_introspection_json(&self) -> Bytes {
        json::object(320, |members| {
            members.boolean(name!("active"), true);
            self.list(members);
        })
    }

    /// Reads the body of an introspection response: `None` when the token is not active, whatever else is said about it.
    pub(crate) fn from_introspection_json(body: &[u8]) -> Result<Option<Self>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answer {
            active: bool,
        }
        let answer: Answer = serde_json::from_slice(body)?;
        if answer.active { serde_json::from_slice(body).map(Some) } else { Ok(None) }
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

    /// `sub`: who authorized the token; `None` where a client acts for itself.
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

    fn audience_names(&self) -> &[Arc<str>] {
        match &self.0 {
            Source::Stored(stored) => &stored.details.facts().audience,
            Source::Read(members) => &members.aud.0,
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
            Source::Stored(stored) => str::from_utf8(&stored.id).ok(),
            Source::Read(members) => members.jti.as_deref(),
        }
    }

    /// A member without an accessor of its own, as the authorization server wrote it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.0 {
            Source::Stored(stored) => stored.details.facts().confirmation.as_ref().filter(|_| name == CONFIRMATION),
            Source::Read(members) => members.unknown.get(name),
        }
    }

    /// The members without an accessor of their own.
    fn rest(&self) -> impl Iterator<Item = (&str, &Value)> {
        let (confirmation, unknown) = match &self.0 {
            Source::Stored(stored) => (stored.details.facts().confirmation.as_ref(), None),
            Source::Read(members) => (None, Some(&members.unknown)),
        };
        let unknown = unknown.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        confirmation.map(|value| (CONFIRMATION, value)).into_iter().chain(unknown)
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
        let scope = Some(self.scope().as_str()).filter(|scope| !scope.is_empty());
        string(members, name!("scope"), scope);
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

/// A string, or an array of strings (RFC 7519 section 4.1.3).
#[derive(Debug, Default)]
struct Audience(Vec<Arc<str>>);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(Arc<str>),
            Several(Vec<Arc<str>>),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::One(name) => vec![name],
            Written::Several(names) => names,
        }))
    }
}

/// Some servers write `null` for a member that they leave empty.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Everything else, without `active`: claims are those of an active token, so an answer that says otherwise is none.
fn unknown_members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let mut members = Map::deserialize(deserializer)?;
    match members.remove("active") {
        None | Some(Value::Bool(true)) => Ok(members),
        Some(_) => Err(serde::de::Error::custom("the token is not active")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{FamilyId, FamilyState, TokenFacts};
    use crate::token::TokenHash;
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

    #[test]
    fn responses_are_read_as_other_servers_write_them() {
        for (body, expected) in [
            (json!({"active": false, "exp": "whatever"}), Ok(None)),
            (json!({"active": true}), Ok(Some(json!({})))),
            (json!({"active": true, "scope": null, "aud": null, "exp": null}), Ok(Some(json!({})))),
            (json!({"active": true, "scope": "", "aud": []}), Ok(Some(json!({})))),
            (json!({"active": true, "aud": ["a"], "x": [1]}), Ok(Some(json!({"aud": "a", "x": [1]})))),
            (json!({"active": true, "exp": -1}), Err(())),
            (json!({"active": true, "scope": ["read"]}), Err(())),
            (json!({"active": "true"}), Err(())),
            (json!({"sub": "alice"}), Err(())),
            (json!([true]), Err(())),
        ] {
            let read = TokenClaims::from_introspection_json(body.to_string().as_bytes());
            let read = read.map(|claims| claims.map(|claims| serde_json::to_value(claims).unwrap())).map_err(|_| ());
            assert_eq!(read, expected, "{body}");
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
