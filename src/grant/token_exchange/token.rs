//! A token that is exchanged, once it was verified.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::policy::Allowed;
use super::request::invalid_request;
use crate::client::Client;
use crate::storage::{FamilyId, FoundToken, TokenDetails, TokenFacts};
use crate::values::actor::Actor;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::error::OAuthError;
use crate::values::scope::Scope;

/// A subject token or an actor token (RFC 8693 section 2.1) that was verified: an active access token of this server, or a JWT of a trusted
/// issuer.
#[derive(Debug, Clone)]
pub struct ExchangedToken {
    /// `None`: this server.
    issuer: Option<Arc<str>>,
    subject: Option<Arc<str>>,
    client_id: Option<Arc<str>>,
    scope: Option<Scope>,
    audience: Vec<Arc<str>>,
    expires_at: Timestamp,
    actor: Option<Actor>,
    pub(super) may_act: Option<Actor>,
    bound: bool,
    pub(super) family: Option<FamilyId>,
    details: Option<TokenDetails>,
    claims: Map<String, Value>,
}

impl ExchangedToken {
    pub(super) fn own(found: &FoundToken) -> Self {
        let record = &found.record;
        let facts = record.details.facts();
        Self {
            issuer: None,
            subject: facts.subject.as_ref().map(|subject| subject.as_str().into()),
            client_id: Some(record.client_id.as_str().into()),
            scope: Some(facts.scope.clone()),
            audience: facts.audience.clone(),
            expires_at: record.expires_at,
            actor: facts.actor.as_deref().and_then(Actor::read),
            may_act: facts.may_act.as_deref().and_then(Actor::read),
            bound: facts.confirmation.is_some(),
            family: Some(record.family),
            details: Some(record.details.clone()),
            claims: found.carried.as_ref().map(|carried| carried.claims.clone()).unwrap_or_default(),
        }
    }

    /// Of a trusted issuer.
    ///
    /// # Errors
    ///
    /// The name of the claim that cannot be understood.
    #[cfg(feature = "jose")]
    pub(super) fn foreign(vouched: crate::issuers::Vouched, own_issuer: &str) -> Result<Self, &'static str> {
        let party = |name: &'static str| match vouched.claims.get(name) {
            None => Ok(None),
            Some(claim) => Actor::read(claim).map(|party| Some(party.said_by(&vouched.issuer, own_issuer))).ok_or(name),
        };
        let scope = match vouched.claims.get("scope") {
            None => None,
            Some(Value::String(scope)) => Some(Scope::parse(scope).map_err(|_| "scope")?),
            Some(_) => return Err("scope"),
        };
        Ok(Self {
            actor: party("act")?,
            may_act: party("may_act")?,
            client_id: vouched.text("client_id").map(Into::into),
            bound: vouched.claims.contains_key("cnf"),
            issuer: Some(vouched.issuer),
            subject: Some(vouched.subject),
            scope,
            audience: Vec::new(),
            expires_at: vouched.expires_at,
            family: None,
            details: None,
            claims: vouched.claims,
        })
    }

    /// Who signed it; `None` for a token of this server.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// `sub`; `None` for a token that a client of this server got for itself. That of [another issuer](Self::issuer) is somebody whom this
    /// server may call otherwise.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// `client_id`: the client that got it. A client of [another issuer](Self::issuer) is none of this server.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// `scope`; `None` if a token of another issuer does not say it.
    #[must_use]
    pub const fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// What a token of this server permits in detail (RFC 9396), if it does. What comes of it permits the same, unless the decision says
    /// [otherwise](crate::ExchangeDecision::without_details), or the request asks for less.
    #[must_use]
    pub fn authorization_details(&self) -> Option<&AuthorizationDetails> {
        self.details.as_ref()?.facts().granted.as_ref()
    }

    /// For whom a token of this server is; nobody in particular if it names none.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.audience.iter().map(|name| &**name)
    }

    pub(super) fn audience_names(&self) -> &[Arc<str>] {
        &self.audience
    }

    /// When it ends.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// `act`: who acts for the subject already.
    #[must_use]
    pub const fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// `may_act`: who may come to act for the subject.
    #[must_use]
    pub const fn may_act(&self) -> Option<&Actor> {
        self.may_act.as_ref()
    }

    /// Is it bound to a key (`cnf`), which whoever exchanges it need not have? What comes of it is bound to nothing of that.
    #[must_use]
    pub const fn is_bound(&self) -> bool {
        self.bound
    }

    /// A claim of a token of another issuer, or a claim of the application's own in a JWT of this server.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Who it is about, as one who acts.
    pub(super) fn party(&self) -> Actor {
        match (&self.issuer, &self.subject, &self.client_id) {
            (Some(issuer), Some(subject), _) => Actor::new(&**subject).of_issuer(&**issuer),
            (_, Some(subject), _) => Actor::new(&**subject),
            (_, None, client_id) => Actor::client(client_id.as_deref().unwrap_or_default()),
        }
    }

    /// Did this client get it?
    pub(super) fn was_issued_to(&self, client: &Client) -> bool {
        self.issuer.is_none() && self.client_id() == Some(client.id().as_str())
    }

    /// What was shown of the client that got it, if nobody vetted that.
    pub(super) fn shown(&self) -> Option<&str> {
        self.details.as_ref()?.facts().client_fingerprint.as_deref()
    }

    /// Is it a token of this server for an API that this client is?
    pub(super) fn is_meant_for(&self, client: &Client) -> bool {
        self.issuer.is_none() && client.audience().any(|name| self.audience().any(|own| own == name))
    }

    /// What comes of it is about the same subject.
    ///
    /// # Errors
    ///
    /// `server_error` if the policy does not say who the subject of another issuer is here.
    pub(super) fn facts(&self, allowed: &Allowed, scope: Scope) -> Result<TokenFacts, OAuthError> {
        let Some(own) = self.details.as_ref().map(TokenDetails::facts) else {
            let Some(subject) = allowed.subject.clone() else {
                tracing::error!(
                    issuer = self.issuer(),
                    "the exchange policy does not say who the subject of another issuer is here"
                );
                return Err(OAuthError::unexpected());
            };
            return Ok(TokenFacts::new(Some(subject), scope));
        };
        let mut facts = TokenFacts::new(own.subject.clone(), scope);
        facts.username.clone_from(&own.username);
        facts.auth_time = own.auth_time;
        facts.acr.clone_from(&own.acr);
        facts.amr.clone_from(&own.amr);
        facts.permits(own.granted.clone().filter(|_| !allowed.without_details));
        Ok(facts)
    }

    /// # Errors
    ///
    /// `invalid_request` if it is a token that another client got for itself: as a subject it would become that of whoever exchanges.
    pub(super) fn check_subject(&self, client: &Client) -> Result<(), OAuthError> {
        if self.subject.is_some() || self.was_issued_to(client) {
            return Ok(());
        }
        Err(invalid_request("a token that a client got for itself is exchanged by that client alone"))
    }
}
