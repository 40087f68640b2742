//! To whom a token is bound: to whoever has a key, to who acts with it for its subject, and to who may (RFC 7800, RFC 8693 section 4).

use serde_json::Value;

use super::{Stored, TokenClaims};
use crate::values::actor::Actor;

/// The keys to which a token is bound (RFC 7800 section 3.1, RFC 7662 section 2.2 by RFC 8705 section 3.2 and RFC 9449 section 6.2).
const CONFIRMATION: &str = "cnf";
const ACT: &str = "act";
const MAY_ACT: &str = "may_act";

impl Stored {
    /// The members that say it.
    pub(super) fn parties(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let facts = self.details.facts();
        let (actor, may_act) = (facts.actor.as_deref(), facts.may_act.as_deref());
        let claims = [(CONFIRMATION, facts.confirmation.as_ref()), (ACT, actor), (MAY_ACT, may_act)];
        claims.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

impl TokenClaims {
    /// `cnf`: the keys to which the token is bound, by the method that confirms them (RFC 7800 section 3.1), such as `x5t#S256` (RFC
    /// 8705 section 3.1) or `jkt` (RFC 9449 section 6.1). `None` for a bearer token.
    #[must_use]
    pub fn confirmation(&self) -> Option<&Value> {
        self.get(CONFIRMATION).filter(|keys| !keys.is_null())
    }

    /// `act`: who acts for the [`subject`](Self::subject), if it is somebody else (RFC 8693 section 4.1). `None` also where nobody can be
    /// made out, such as in an `act` without `sub`: then [`get`](Self::get) has it.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        Actor::read(self.get(ACT)?)
    }

    /// `may_act`: who may come to act for the subject, by an exchange of this token (RFC 8693 section 4.4).
    #[must_use]
    pub fn may_act(&self) -> Option<Actor> {
        Actor::read(self.get(MAY_ACT)?)
    }
}
