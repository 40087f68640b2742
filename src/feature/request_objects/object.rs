//! A request object (RFC 9101 section 4): whether it is meant for this server now, and the parameters that are in it.

use super::refusal::Refusal;
use crate::jose::{Algorithm, CompactJws, JoseError, KeySource, Object, RequestObjectJwt, TokenType as _, Value};
use crate::values::clock::Timestamp;
use crate::values::response_name::same_words;

/// By how many seconds a client's clock may be ahead (FAPI 2.0 Security Profile section 5.3.2.1).
const LEEWAY: u64 = 10;
/// For so many seconds a request object is good at most, and so long ago it may have become that, where it has to be short-lived (FAPI 2.0
/// Message Signing section 5.3.1).
const SHORT: u64 = 3_600;

/// Claims that are about the JWT, and no parameters (RFC 9101 section 9.1).
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// A parameter that may repeat is an array of strings where it does (RFC 8707 section 2.1 has that one).
const REPEATABLE: [&str; 1] = ["resource"];

/// A request object whose signature nobody has looked at.
pub(super) struct RequestObject<'t>(CompactJws<'t>);

/// What a request object has to say.
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    pub(super) issuer: &'a str,
    /// Has it to say when it begins and ends, within an hour?
    pub(super) short_lived: bool,
    /// Has it to say by what it is known when it comes again?
    pub(super) once: bool,
    /// The `response_type` beside it.
    pub(super) response_type: Option<&'a str>,
}

/// What is good of it, if it is signed.
pub(super) struct Read {
    pub(super) parameters: Vec<(String, String)>,
    /// By what it is known when it comes again, and until when it may.
    pub(super) once: Option<(String, Timestamp)>,
}

impl<'t> RequestObject<'t> {
    pub(super) fn decode(text: &'t str) -> Result<Self, Refusal> {
        if text.len() > RequestObjectJwt::MAX_LEN {
            return Err(JoseError::TooLong.into());
        }
        Ok(Self(CompactJws::decode(text)?))
    }

    /// Everything that costs no signature.
    pub(super) fn read(&self, permitted: &[Algorithm], expected: &Expected<'_>, now: Timestamp) -> Result<Read, Refusal> {
        let unverified = self.0.unverified::<RequestObjectJwt>(permitted)?;
        let claims = unverified.claims();
        expected.check_parties(claims)?;
        let until = expected.end(claims, now)?;
        let parameters = parameters(claims)?;
        expected.check_response_type(&parameters)?;
        let once = match expected.once {
            true => Some((jti(claims)?.to_owned(), until.ok_or(JoseError::Missing("exp"))?)),
            false => None,
        };
        Ok(Read { parameters, once })
    }

    /// The signature.
    pub(super) fn verify(&self, permitted: &[Algorithm], keys: &impl KeySource) -> Result<(), JoseError> {
        self.0.unverified::<RequestObjectJwt>(permitted)?.verify(keys).map(drop)
    }
}

fn jti<'o>(claims: &'o Object<'_>) -> Result<&'o str, JoseError> {
    let jti = claims.text("jti")?;
    if jti.is_empty() { Err(JoseError::Malformed("jti")) } else { Ok(jti) }
}

impl Expected<'_> {
    fn check_parties(&self, claims: &Object<'_>) -> Result<(), Refusal> {
        if claims.optional_text("client_id")? != Some(self.client_id) {
            return Err(Refusal::Client);
        }
        if claims.text("iss")? != self.client_id {
            return Err(Refusal::Issuer);
        }
        if claims.optional_text("sub")? == Some(self.client_id) {
            return Err(Refusal::Assertion);
        }
        if !claims.texts("aud")?.any(|audience| audience == self.issuer) {
            return Err(Refusal::Audience);
        }
        if ["request", "request_uri"].iter().any(|name| claims.get(name).is_some()) {
            return Err(Refusal::Nested);
        }
        Ok(())
    }

    /// When it ends, if it says so, of one that is good now.
    fn end(&self, claims: &Object<'_>, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
        let (begins, ends) = (claims.optional_time("nbf")?, claims.optional_time("exp")?);
        let latest = now.saturating_add_secs(LEEWAY);
        if ends.is_some_and(|ends| now >= ends) {
            return Err(Refusal::Expired);
        }
        if [begins, claims.optional_time("iat")?].into_iter().flatten().any(|moment| moment > latest) {
            return Err(Refusal::Ahead);
        }
        if self.short_lived {
            let begins = begins.ok_or(JoseError::Missing("nbf"))?;
            let ends = ends.ok_or(JoseError::Missing("exp"))?;
            if begins.saturating_add_secs(SHORT) < now {
                return Err(Refusal::Old);
            }
            if begins.saturating_add_secs(SHORT) < ends {
                return Err(Refusal::LongLived);
            }
        }
        Ok(ends)
    }

    /// OpenID Connect has the `response_type` beside the object, too; what it says there must be the same.
    fn check_response_type(&self, parameters: &[(String, String)]) -> Result<(), Refusal> {
        let inside = |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let is_openid = inside("scope").is_some_and(|scope| scope.split(' ').any(|token| token == "openid"));
        let differs = self.response_type.zip(inside("response_type")).is_some_and(|(beside, inside)| !same_words(beside, inside));
        if is_openid && differs { Err(Refusal::ResponseType) } else { Ok(()) }
    }
}

/// The claims as the parameters that they stand for: texts as they are, everything else as JSON (section 4).
fn parameters(claims: &Object<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let mut parameters = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_JWT.contains(name)) {
        match value {
            Value::Array(values) if REPEATABLE.contains(&name) => {
                let texts = values.iter().map(|value| text(value).map(|text| (name.to_owned(), text)));
                parameters.append(&mut texts.collect::<Result<Vec<_>, _>>()?);
            }
            value => parameters.push((name.to_owned(), text(value)?)),
        }
    }
    Ok(parameters)
}

fn text(value: &Value<'_>) -> Result<String, Refusal> {
    match value {
        Value::Null => Err(Refusal::Null),
        Value::String(text) => Ok(text.clone().into_owned()),
        value => Ok(serde_json::Value::from(value).to_string()),
    }
}
