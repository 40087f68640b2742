//! Software statements (RFC 7591 section 2.3): what somebody who is trusted says of a software.

use std::fmt;

use serde_json::{Map, Value};

use super::refusal::{Refusal, STATEMENT, UNAPPROVED};
use crate::core::Core;
use crate::http::endpoints;
use crate::jose::{Algorithm, CompactJws, JoseError, Jwks, Object, SoftwareStatementJwt};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

/// Seconds by which the clock of an issuer may be ahead.
const LEEWAY: u64 = 60;

/// The issuers whose software statements are read, each with its public keys.
///
/// A statement is a JWT with `typ` `JWT` or none, signed under one of the library's [algorithms](Algorithm). It has to say `iss` and
/// `software_id`; where it says `exp`, `nbf`, `iat` or `aud`, that has to fit: `aud` this server's issuer or its registration endpoint.
///
/// ```
/// use grantor::{Jwks, SoftwareStatements};
///
/// # fn f(directory: &[u8]) -> Result<(), grantor::JoseError> {
/// let trusted = SoftwareStatements::new().issuer("https://directory.example.org", Jwks::parse(directory)?);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct SoftwareStatements(Vec<(String, Jwks)>);

impl SoftwareStatements {
    /// Of nobody yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Of this issuer, as `iss` has it, too.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>, keys: Jwks) -> Self {
        self.0.push((issuer.into(), keys));
        self
    }

    /// # Errors
    ///
    /// `unapproved_software_statement` if its issuer is not trusted, `invalid_software_statement` if it is not sound.
    pub(super) fn read<S>(&self, core: &Core<S>, text: &str) -> Result<SoftwareStatement, Refusal> {
        self.verified(core, text).map_err(|reason| {
            tracing::info!(%reason, "refused a software statement");
            let code = if matches!(reason, Reason::Issuer) { UNAPPROVED } else { STATEMENT };
            Refusal::Error(OAuthError::new(code, format!("the software_statement is refused: {reason}")))
        })
    }

    fn verified<S>(&self, core: &Core<S>, text: &str) -> Result<SoftwareStatement, Reason> {
        let jws = CompactJws::decode(text)?;
        let permitted = Algorithm::ALL.into_iter().filter(|algorithm| core.manners.permit_algorithm(algorithm.as_str()));
        let permitted = permitted.collect::<Vec<_>>();
        let unverified = jws.unverified::<SoftwareStatementJwt>(&permitted)?;
        let claims = unverified.claims();
        let issuer = claims.text("iss")?.to_owned();
        let known: Vec<_> = self.0.iter().filter(|(known, _)| *known == issuer).collect();
        if known.is_empty() {
            return Err(Reason::Issuer);
        }
        check(core, claims, core.now())?;
        let mut last = JoseError::UnknownKey;
        for (_, keys) in known {
            match jws.unverified::<SoftwareStatementJwt>(&permitted)?.verify(keys) {
                Ok(verified) => {
                    let claims = verified.deserialize().map_err(|_| Reason::Jose(JoseError::Malformed("claims")))?;
                    return Ok(SoftwareStatement { issuer, claims });
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }
}

fn check<S>(core: &Core<S>, claims: &Object<'_>, now: Timestamp) -> Result<(), Reason> {
    if claims.text("software_id")?.is_empty() {
        return Err(JoseError::Malformed("software_id").into());
    }
    if claims.optional_time("exp")?.is_some_and(|end| end <= now) {
        return Err(Reason::Expired);
    }
    let latest = now.saturating_add_secs(LEEWAY);
    let is_ahead = |moment: Option<Timestamp>| moment.is_some_and(|moment| moment > latest);
    if is_ahead(claims.optional_time("nbf")?) || is_ahead(claims.optional_time("iat")?) {
        return Err(Reason::Ahead);
    }
    if claims.get("aud").is_some() {
        let own = endpoints::url(&core.issuer, core.endpoints.registration_path());
        if !claims.texts("aud")?.any(|name| name == core.issuer.as_str() || name == own) {
            return Err(Reason::Audience);
        }
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    Jose(#[from] JoseError),
    #[error("its issuer is not one that this server trusts")]
    Issuer,
    #[error("it has expired")]
    Expired,
    #[error("it is not good yet")]
    Ahead,
    #[error("it is for another server")]
    Audience,
}

impl fmt::Debug for SoftwareStatements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(issuer, _)| issuer)).finish()
    }
}

/// A software statement that was verified (RFC 7591 section 2.3).
#[derive(Debug)]
pub struct SoftwareStatement {
    issuer: String,
    claims: Map<String, Value>,
}

impl SoftwareStatement {
    /// Who says it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What is said.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}
