//! To whom a token is bound: to whoever has a key, to who acts with it for its subject, and to who may (RFC 7800, RFC 8693 section 4); and
//! what it permits in detail (RFC 9396 section 9).

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Stored, TokenClaims};
use crate::typelevel::WireName;
use crate::values::actor::Actor;
use crate::values::details::{AuthorizationDetails, UnreadableDetail, read_all};

/// The keys to which a token is bound (RFC 7800 section 3.1, RFC 7662 section 2.2 by RFC 8705 section 3.2 and RFC 9449 section 6.2).
const CONFIRMATION: &str = "cnf";
const ACT: &str = "act";
const MAY_ACT: &str = "may_act";
const AUTHORIZATION_DETAILS: &str = "authorization_details";

impl Stored {
    /// The members that say it.
    pub(super) fn parties(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let facts = self.details.facts();
        let (actor, may_act) = (facts.actor.as_deref(), facts.may_act.as_deref());
        let granted = facts.granted.as_ref().map(AuthorizationDetails::json);
        let bound = facts.confirmation.as_ref();
        let claims = [(CONFIRMATION, bound), (ACT, actor), (MAY_ACT, may_act), (AUTHORIZATION_DETAILS, granted)];
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

    /// `authorization_details`: what the token permits in detail, of the type that `T` is (RFC 9396 sections 9.1 and 9.2). None if it says
    /// nothing of that type. Of a client that sends a token it is not known what it was granted for but by this: an API for which details
    /// are has to look at them, beside the [`scope`](Self::scope).
    ///
    /// # Errors
    ///
    /// [`UnreadableDetail`] if what it says is no `T`, or no authorization details at all: refuse the request, as what the token permits is
    /// not known.
    pub fn details<T: WireName + DeserializeOwned>(&self) -> Result<Vec<T>, UnreadableDetail> {
        self.get(AUTHORIZATION_DETAILS).map_or(Ok(Vec::new()), read_all)
    }

    /// `may_act`: who may come to act for the subject, by an exchange of this token (RFC 8693 section 4.4).
    #[must_use]
    pub fn may_act(&self) -> Option<Actor> {
        Actor::read(self.get(MAY_ACT)?)
    }
}
