//! Who acts for somebody else (RFC 8693 sections 4.1 and 4.4).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::values::subject::CLIENT_PREFIX;

/// A party that acts for another, or that may: what the claims `act` and `may_act` name (RFC 8693 sections 4.1 and 4.4).
///
/// One without an issuer is known to the server whose token says so: a person by the `sub` of its tokens, a client by `client:` and its
/// identifier, as in the tokens that it gets for itself.
///
/// ```
/// use grantor::Actor;
///
/// let agent = Actor::client("agent");
/// assert_eq!(agent.subject(), "client:agent");
/// assert_eq!(serde_json::to_string(&agent)?, r#"{"sub":"client:agent"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    sub: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iss: Option<Box<str>>,
    /// Who acted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Box<Actor>>,
}

impl Actor {
    /// The party that tokens of this server call so (`sub`).
    #[must_use]
    pub fn new(subject: impl Into<Box<str>>) -> Self {
        Self { sub: subject.into(), iss: None, act: None }
    }

    /// A client of this server.
    #[must_use]
    pub fn client(client_id: &str) -> Self {
        Self::new(format!("{CLIENT_PREFIX}{client_id}"))
    }

    /// The same, known by another issuer: two issuers may call different parties by one name.
    #[must_use]
    pub fn of_issuer(mut self, issuer: impl Into<Box<str>>) -> Self {
        self.iss = Some(issuer.into());
        self
    }

    /// `sub`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.sub
    }

    /// `iss`, if it is another than that of the token.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    /// Who acted before, the last one first. That is for records alone: for who may do what "only the top-level claims and the current
    /// actor" count (section 4.1).
    #[must_use]
    pub fn prior(&self) -> Option<&Self> {
        self.act.as_deref()
    }

    /// How many there are, with those before.
    #[must_use]
    pub fn depth(&self) -> usize {
        1 + std::iter::successors(self.prior(), |actor| actor.prior()).count()
    }

    /// The same, after those who acted before.
    pub(crate) fn after(self, prior: Option<Self>) -> Self {
        Self { act: prior.map(Box::new), ..self }
    }

    /// Is it the same party, whoever acted before?
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.sub == other.sub && self.iss == other.iss
    }

    /// As another issuer says it, in a token of its own: whom it names without an issuer, it knows itself.
    #[cfg(feature = "jose")]
    pub(crate) fn said_by(mut self, issuer: &str, own_issuer: &str) -> Self {
        self.act = self.act.map(|prior| Box::new(prior.said_by(issuer, own_issuer)));
        self.iss = Some(self.iss.unwrap_or_else(|| issuer.into())).filter(|iss| **iss != *own_issuer);
        self
    }

    /// The claim.
    pub(crate) fn to_value(&self) -> Value {
        let mut members = serde_json::Map::new();
        members.insert("sub".to_owned(), (*self.sub).into());
        members.extend(self.iss.as_deref().map(|iss| ("iss".to_owned(), iss.into())));
        members.extend(self.act.as_ref().map(|prior| ("act".to_owned(), prior.to_value())));
        members.into()
    }

    /// What the claim says; `None` if it names nobody.
    pub(crate) fn read(claim: &Value) -> Option<Self> {
        Self::deserialize(claim).ok().filter(Self::is_somebody)
    }

    fn is_somebody(&self) -> bool {
        !self.sub.is_empty() && self.prior().is_none_or(Self::is_somebody)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_read_as_it_was_written() {
        let chain = Actor::client("agent").after(Some(Actor::new("helpdesk").of_issuer("https://idp.example.com")));
        let claim = json!({"sub": "client:agent", "act": {"sub": "helpdesk", "iss": "https://idp.example.com"}});
        assert_eq!((chain.to_value(), serde_json::to_value(&chain).unwrap()), (claim.clone(), claim.clone()));
        assert_eq!((Actor::read(&claim), chain.depth()), (Some(chain), 2));
        // Claims that do not identify are left out.
        assert_eq!(Actor::read(&json!({"sub": "a", "email": "a@example.com", "exp": 1})), Some(Actor::new("a")));
        for nobody in [json!({}), json!({"sub": ""}), json!({"sub": 1}), json!("a"), json!({"sub": "a", "act": {}})] {
            assert_eq!(Actor::read(&nobody), None, "{nobody}");
        }
    }

    #[test]
    fn two_issuers_may_call_different_parties_by_one_name() {
        let (own, other) = (Actor::new("a"), Actor::new("a").of_issuer("https://idp.example.com"));
        assert!(own.is(&own.clone().after(Some(other.clone()))) && !own.is(&other) && !own.is(&Actor::new("b")));
    }

    #[cfg(feature = "jose")]
    #[test]
    fn whom_another_issuer_names_it_knows_itself() {
        let said = Actor::new("a").after(Some(Actor::new("b").of_issuer("https://as.example.com")));
        let read = said.said_by("https://idp.example.com", "https://as.example.com");
        assert_eq!(read, Actor::new("a").of_issuer("https://idp.example.com").after(Some(Actor::new("b"))));
    }
}
