//! What is known about an active token: the members of an introspection response (RFC 7662 section 2.2). The introspection
//! endpoint writes them, the resource server's verifiers hand them to the application, so both ends mean the same by them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::issuer::Issuer;
use crate::scope::Scope;
use crate::storage::FoundToken;
use crate::token::TokenHash;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenClaims(Arc<Members>);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Members {
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Scope::is_empty")]
    scope: Scope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    username: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_type: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<Arc<str>>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Audience::is_empty")]
    aud: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iss: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<Arc<str>>,
    #[serde(flatten, deserialize_with = "unknown_members")]
    unknown: Map<String, Value>,
}

impl TokenClaims {
    /// What is to be said about a token found in a store. `token_type` is that of RFC 6749 section 5.1, so `None` for a
    /// refresh token.
    pub(crate) fn of(issuer: &Issuer, found: &FoundToken, token_type: Option<&'static str>) -> Self {
        let record = &found.record;
        let facts = record.details.facts();
        Self(Arc::new(Members {
            scope: facts.scope.clone(),
            client_id: Some(record.client_id.as_str().into()),
            username: facts.username.clone(),
            token_type: token_type.map(Arc::from),
            exp: Some(record.expires_at),
            iat: Some(record.issued_at),
            nbf: Some(record.issued_at),
            sub: facts.subject.as_ref().map(|subject| subject.as_str().into()),
            aud: Audience(facts.audience.clone()),
            iss: Some(issuer.as_str().into()),
            jti: Some(identifier(&record.hash)),
            unknown: Map::new(),
        }))
    }

    /// The body of an introspection response about an active token.
    pub(crate) fn to_introspection_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Active<'a> {
            active: bool,
            #[serde(flatten)]
            members: &'a Members,
        }
        // Strings and numbers under string keys can always be written; if not, saying less is the safe answer.
        serde_json::to_vec(&Active { active: true, members: &self.0 }).unwrap_or_else(|_| INACTIVE.to_vec())
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
        &self.0.scope
    }

    /// `client_id`: the client to which the token was issued.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// `username`: a name of the resource owner for people to read, which may change; identify by [`subject`](Self::subject).
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.0.username.as_deref()
    }

    /// `token_type` (RFC 6749 section 5.1), for example `Bearer`; compared without regard to case.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.0.token_type.as_deref()
    }

    /// `exp`: the token is active before this moment, and not at it.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.exp
    }

    /// `iat`: when the token was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.0.iat
    }

    /// `nbf`: the token is not to be used before this moment.
    #[must_use]
    pub fn not_before(&self) -> Option<Timestamp> {
        self.0.nbf
    }

    /// `sub`: who authorized the token; `None` where a client acts for itself.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.0.sub.as_deref()
    }

    /// `aud`: for whom the token is meant; nothing if it is not limited.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.0.aud.0.iter().map(|name| &**name)
    }

    /// Is the token meant for this one, compared byte by byte? Not if it names no audience.
    #[must_use]
    pub fn has_audience(&self, name: &str) -> bool {
        self.audience().any(|own| own == name)
    }

    /// `iss`: the issuer identifier of the authorization server.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.iss.as_deref()
    }

    /// `jti`: an identifier of the token that is not a secret, fit for an audit log.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.0.jti.as_deref()
    }

    /// A member without an accessor of its own, as the authorization server wrote it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.unknown.get(name)
    }
}

/// Half of the token's hash in base64url. As unique as a random 128-bit number, and no key to any store.
fn identifier(hash: &TokenHash) -> Arc<str> {
    let (half, _) = hash.as_bytes().split_at(16);
    URL_SAFE_NO_PAD.encode(half).into()
}

/// A string, or an array of strings (RFC 7519 section 4.1.3).
#[derive(Debug, Default, PartialEq)]
struct Audience(Vec<Arc<str>>);

impl Audience {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

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
    use crate::client::ClientId;
    use crate::storage::{FamilyId, FamilyState, TokenFacts, TokenRecord};
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
            let claims = TokenClaims::of(&issuer, &found(audience), Some("Bearer"));
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
