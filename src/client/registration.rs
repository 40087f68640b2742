//! How a client registered itself (RFC 7591), and by what it manages its registration (RFC 7592).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::client::registered::Draft;
use crate::client::{Client, ClientError, ClientId, Credentials};
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::equal::equal;
use crate::values::lifetime::UnusedClientLifetime;

/// How a client registered itself: when, and what the server has to know of that later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SelfRegistration {
    registered_at: Timestamp,
    token: Token,
    /// The registration access token before that, while nobody has used the new one: the answer that brought it may be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Token>,
    unused_for: UnusedClientLifetime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    software_statement: Option<Arc<str>>,
}

/// The hash of a registration access token, as text.
#[derive(Debug, Clone, Copy)]
struct Token(TokenHash);

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0.as_bytes()))
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.ok_or_else(|| serde::de::Error::custom("the hash of a registration access token is 32 bytes"))?;
        Ok(Self(TokenHash::from_bytes(bytes)))
    }
}

impl SelfRegistration {
    pub(crate) const fn new(token: TokenHash, unused_for: UnusedClientLifetime, registered_at: Timestamp) -> Self {
        Self { registered_at, token: Token(token), previous: None, unused_for, software_statement: None }
    }

    /// When it registered itself (`client_id_issued_at` in RFC 7591 section 3.2.1).
    #[must_use]
    pub const fn registered_at(&self) -> Timestamp {
        self.registered_at
    }

    /// The software statement with which it registered itself, if it had one (RFC 7591 section 2.3).
    #[must_use]
    pub fn software_statement(&self) -> Option<&str> {
        self.software_statement.as_deref()
    }

    /// For how long it stays registered while nobody uses it.
    #[must_use]
    pub const fn unused_for(&self) -> UnusedClientLifetime {
        self.unused_for
    }

    pub(crate) fn with_statement(mut self, statement: Option<Arc<str>>) -> Self {
        self.software_statement = statement;
        self
    }

    pub(crate) const fn kept_unused_for(mut self, unused_for: UnusedClientLifetime) -> Self {
        self.unused_for = unused_for;
        self
    }

    /// Which of its registration access tokens this is, if it is one.
    pub(crate) fn knows(&self, presented: &str) -> Option<WhichToken> {
        let presented = TokenHash::of(presented);
        let is = |token: &Token| equal(token.0.as_bytes(), presented.as_bytes());
        let (newest, previous) = (is(&self.token), self.previous.as_ref().is_some_and(is));
        newest.then_some(WhichToken::Newest).or(previous.then_some(WhichToken::Previous))
    }

    /// With a new registration access token. The one that was presented stays good until the new one is used, so that whoever does not
    /// get the answer can ask again; any other ends.
    pub(crate) fn rotated(self, presented: TokenHash, token: TokenHash) -> Self {
        Self { token: Token(token), previous: Some(Token(presented)), ..self }
    }

    /// Once the newest token was used, if there is one before it.
    pub(crate) fn confirmed(&self) -> Option<Self> {
        self.previous.is_some().then(|| Self { previous: None, ..self.clone() })
    }
}

/// Which registration access token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhichToken {
    Newest,
    /// The one before it, whose successor nobody has used.
    Previous,
}

impl Client {
    /// A client that registers itself: nobody vetted it. When it ends whoever admits it says.
    pub(super) fn registering(
        id: ClientId,
        credentials: Credentials,
        draft: Draft,
        registration: SelfRegistration,
    ) -> Result<Self, ClientError> {
        Ok(Self::new(id, credentials, draft)?.unvetted().with_registration(registration))
    }

    /// How it registered itself; `None` if the operator did it.
    #[must_use]
    pub fn registration(&self) -> Option<&SelfRegistration> {
        self.registration.as_deref()
    }

    pub(crate) fn with_registration(self, registration: SelfRegistration) -> Self {
        Self { registration: Some(Box::new(registration)), ..self }
    }

    /// The moment from which on it is none, if nobody uses it before: one that registered itself ends by disuse, and not by age. `None` if
    /// it does not end by itself.
    ///
    /// It is no part of [`to_json`](Self::to_json): a storage keeps it beside that, since it changes with use.
    #[must_use]
    pub const fn unused_until(&self) -> Option<Timestamp> {
        self.unused_until
    }

    /// The same client with another end, as a storage has it.
    #[must_use]
    pub fn with_unused_until(self, end: Option<Timestamp>) -> Self {
        Self { unused_until: end, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> SelfRegistration {
        SelfRegistration::new(TokenHash::of("first"), UnusedClientLifetime::DEFAULT, Timestamp::from_unix(7))
    }

    #[test]
    fn a_token_is_good_until_its_successor_was_used() {
        let rotated = registration().rotated(TokenHash::of("first"), TokenHash::of("second"));
        let known = |it: &SelfRegistration| ["first", "second", "third", ""].map(|token| it.knows(token));
        assert_eq!(known(&registration()), [Some(WhichToken::Newest), None, None, None]);
        assert_eq!(known(&rotated), [Some(WhichToken::Previous), Some(WhichToken::Newest), None, None]);
        assert_eq!(known(&rotated.confirmed().unwrap()), [None, Some(WhichToken::Newest), None, None]);
        assert!(registration().confirmed().is_none());
        // Whose answer was lost asks again: what nobody got is no token any more.
        let again = rotated.rotated(TokenHash::of("first"), TokenHash::of("third"));
        assert_eq!(known(&again), [Some(WhichToken::Previous), None, Some(WhichToken::Newest), None]);
    }

    #[test]
    fn it_is_kept_as_text_without_a_token() {
        let rotated =
            registration().with_statement(Some("a.b.c".into())).rotated(TokenHash::of("first"), TokenHash::of("second"));
        let text = serde_json::to_string(&rotated).unwrap();
        assert!(!text.contains("first") && !text.contains("second"), "{text}");
        let back: SelfRegistration = serde_json::from_str(&text).unwrap();
        assert_eq!(format!("{back:?}"), format!("{rotated:?}"));
        assert!(serde_json::from_str::<SelfRegistration>(&text.replacen("\"token\":\"", "\"token\":\"A", 1)).is_err());
    }
}
