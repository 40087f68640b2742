//! Who may exchange a token, whatever the policy says, and who would act (RFC 8693 sections 1.1 and 4.4).

use super::ExchangedToken;
use super::request::invalid_request;
use crate::client::Client;
use crate::values::actor::Actor;
use crate::values::error::OAuthError;

/// The client may exchange the token.
pub(super) struct Permit {
    /// The party of the actor token, or the client itself.
    acting: Actor,
    /// May it act for the subject?
    may_act: bool,
}

impl Permit {
    /// # Errors
    ///
    /// `invalid_request` if the subject token does not permit the client to exchange it, or the actor token does not permit the client to use
    /// it (section 2.2.2).
    pub(super) fn of(client: &Client, subject: &ExchangedToken, actor: Option<&ExchangedToken>) -> Result<Self, OAuthError> {
        let itself = Actor::client(client.id().as_str());
        let acting = actor.map_or_else(|| itself.clone(), ExchangedToken::party);
        let named = subject.may_act.as_ref().map(|party| (party.is(&acting), party.is(&itself)));
        let is_named = named.is_some_and(|(acting, client)| acting || client);
        let has_it = subject.was_issued_to(client) || subject.is_meant_for(client);
        // Another issuer knows no clients of this server. Where it names nobody the policy alone decides.
        let is_open = subject.issuer().is_some() && named.is_none();
        if !(has_it || is_named || is_open) {
            return Err(invalid_request("the subject token does not permit the client to exchange it"));
        }
        subject.check_subject(client)?;
        if subject.was_issued_to(client) && !client.is_still(subject.shown()) {
            return Err(invalid_request("the client is described otherwise than when it got the subject token"));
        }
        let is_bound = subject.is_bound() || actor.is_some_and(ExchangedToken::is_bound);
        if client.is_public() && is_bound {
            return Err(invalid_request("a token that is bound to a key is exchanged by clients that authenticate"));
        }
        actor.map_or(Ok(()), |actor| check_actor(client, actor))?;
        // Whom it names, and the client that has it anyway.
        let itself_acts = subject.was_issued_to(client) && actor.is_none();
        Ok(Self { acting, may_act: named.is_none_or(|(acting, _)| acting) || itself_acts })
    }

    /// Who acts for the subject from now on.
    ///
    /// # Errors
    ///
    /// `invalid_request` if the subject token names others.
    pub(super) fn delegate(&self) -> Result<Actor, OAuthError> {
        if self.may_act {
            return Ok(self.acting.clone());
        }
        Err(invalid_request("the subject token names another party in may_act"))
    }
}

/// Its subject is who acts: so one of this server has to be one that the client got, and nobody else may act for the subject already. An API
/// to which it was sent becomes neither the client that sent it nor its person. Of that of another issuer the policy decides.
fn check_actor(client: &Client, actor: &ExchangedToken) -> Result<(), OAuthError> {
    let may_use = actor.issuer().is_some() || actor.was_issued_to(client);
    if !may_use {
        return Err(invalid_request("the actor token does not permit the client to use it"));
    }
    if actor.actor().is_some() {
        return Err(invalid_request("somebody acts for the subject of the actor token already"));
    }
    Ok(())
}
