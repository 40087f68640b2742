//! An assertion (RFC 7523 section 3): what it says, whether that may be believed, and until when it has to be remembered.

use super::refusal::Refusal;
use crate::jose::{Algorithm, ClientAssertionJwt, CompactJws, JoseError, KeySource, Object, TokenType as _, Value};
use crate::values::clock::Timestamp;

/// For so many seconds an assertion is good, at most.
const MAX_LIFETIME: u64 = 300;

/// An assertion of which nothing has been looked at but its length.
pub(super) struct Assertion<'t>(CompactJws<'t>);

/// What an assertion has to say.
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    pub(super) issuer: &'a str,
    /// The URLs of endpoints, if they are audiences too, and if `aud` may be an array.
    pub(super) endpoints: Option<Vec<String>>,
    /// By how many seconds the client's clock may be ahead.
    pub(super) leeway: u64,
}

/// By what an assertion is known when it comes again, and until when it may.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Once {
    pub(super) jti: String,
    pub(super) until: Timestamp,
}

impl<'t> Assertion<'t> {
    pub(super) fn decode(text: &'t str) -> Result<Self, Refusal> {
        if text.len() > ClientAssertionJwt::MAX_LEN {
            return Err(JoseError::TooLong.into());
        }
        Ok(Self(CompactJws::decode(text)?))
    }

    /// Whose it says it is.
    pub(super) fn client_id(&self, permitted: &[Algorithm]) -> Result<String, Refusal> {
        let unverified = self.0.unverified::<ClientAssertionJwt>(permitted)?;
        let (issuer, subject) = (unverified.claims().text("iss")?, unverified.claims().text("sub")?);
        if issuer == subject { Ok(issuer.to_owned()) } else { Err(Refusal::Owner) }
    }

    /// Everything that costs no signature.
    pub(super) fn check(&self, permitted: &[Algorithm], expected: &Expected<'_>, now: Timestamp) -> Result<Once, Refusal> {
        let unverified = self.0.unverified::<ClientAssertionJwt>(permitted)?;
        let claims = unverified.claims();
        if claims.text("iss")? != expected.client_id || claims.text("sub")? != expected.client_id {
            return Err(Refusal::Owner);
        }
        if !expected.is_meant(claims)? {
            return Err(Refusal::Audience);
        }
        let until = expected.end(claims, now)?;
        let jti = claims.text("jti")?;
        if jti.is_empty() {
            return Err(JoseError::Malformed("jti").into());
        }
        Ok(Once { jti: jti.to_owned(), until })
    }

    /// The signature.
    pub(super) fn verify(&self, permitted: &[Algorithm], keys: &impl KeySource) -> Result<(), JoseError> {
        self.0.unverified::<ClientAssertionJwt>(permitted)?.verify(keys).map(drop)
    }
}

impl Expected<'_> {
    /// Is this server the audience, and nobody else?
    fn is_meant(&self, claims: &Object<'_>) -> Result<bool, JoseError> {
        let Some(endpoints) = &self.endpoints else {
            return match claims.get("aud") {
                None => Err(JoseError::Missing("aud")),
                Some(Value::String(audience)) => Ok(*audience == self.issuer),
                Some(_) => Ok(false),
            };
        };
        let mut audiences = claims.texts("aud")?.peekable();
        if audiences.peek().is_none() {
            return Err(JoseError::Missing("aud"));
        }
        Ok(audiences.all(|audience| audience == self.issuer || endpoints.iter().any(|endpoint| endpoint == audience)))
    }

    /// The end of an assertion that is good now.
    fn end(&self, claims: &Object<'_>, now: Timestamp) -> Result<Timestamp, Refusal> {
        let (until, issued_at) = (claims.time("exp")?, claims.optional_time("iat")?);
        if now >= until {
            return Err(Refusal::Expired);
        }
        let latest = now.saturating_add_secs(self.leeway);
        let is_ahead = |moment: Option<Timestamp>| moment.is_some_and(|moment| moment > latest);
        if is_ahead(issued_at) || is_ahead(claims.optional_time("nbf")?) {
            return Err(Refusal::Ahead);
        }
        // A client whose clock is ahead says a later end.
        let last = latest.min(issued_at.unwrap_or(latest)).saturating_add_secs(MAX_LIFETIME);
        if until > last { Err(Refusal::LongLived) } else { Ok(until) }
    }
}
