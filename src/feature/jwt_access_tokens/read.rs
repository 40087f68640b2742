//! A token that was presented, as far as it speaks for itself: is it one of ours?

use std::sync::Arc;

use serde_json::Value;

use super::jti;
use crate::client::ClientId;
use crate::jose::{AccessTokenClaimsSet, AccessTokenJwt, Algorithm, CompactJws, JoseError, Jwks, Object, Verified};
use crate::storage::{Carried, FamilyId, FoundFamily, FoundToken, TokenDetails, TokenRecord};
use crate::token::claims::is_reserved;
use crate::values::bearer::TokenHash;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::issuer::Issuer;
use crate::values::scope::Scope;
use crate::values::subject::{CLIENT_PREFIX, Subject};

/// A token that this server has signed, and that has not expired.
pub(super) struct Own<'t> {
    text: &'t str,
    verified: Verified<'t, AccessTokenJwt>,
    pub(super) family: FamilyId,
    generation: u32,
}

/// Looks at what costs little before the signature. The key is one of this server's by its `kid`, and for one algorithm: that of the
/// header has to be it.
///
/// # Errors
///
/// [`JoseError`].
pub(super) fn verify<'t>(
    text: &'t str,
    jws: &'t CompactJws<'t>,
    issuer: &Issuer,
    keys: &Jwks,
    now: Timestamp,
) -> Result<Own<'t>, JoseError> {
    let unverified = jws.unverified::<AccessTokenJwt>(&Algorithm::ALL)?;
    if unverified.header().key_id().is_none() {
        return Err(JoseError::UnknownKey);
    }
    let claims = AccessTokenClaimsSet::read(unverified.claims())?;
    if claims.issuer != issuer.as_str() {
        return Err(JoseError::Malformed("iss"));
    }
    if now >= claims.expires_at {
        return Err(JoseError::Malformed("exp"));
    }
    let (family, generation) = jti::read(claims.jti).ok_or(JoseError::Malformed("jti"))?;
    Ok(Own { text, verified: unverified.verify(keys)?, family, generation })
}

impl Own<'_> {
    /// What is known about it, with what became of its authorization.
    ///
    /// # Errors
    ///
    /// [`JoseError`] if it says something else than the authorization: then something else was signed with the server's keys.
    pub(super) fn found(&self, family: &FoundFamily, default_resource: &str) -> Result<FoundToken, JoseError> {
        let claims = AccessTokenClaimsSet::read(self.verified.claims())?;
        let client_id = ClientId::parse(claims.client_id).map_err(|_| JoseError::Malformed("client_id"))?;
        if client_id != family.record.client_id {
            return Err(JoseError::Malformed("client_id"));
        }
        let details = self.details(&claims, &family.record.details)?;
        let hash = TokenHash::of(self.text);
        let (issued_at, expires_at) = (claims.issued_at, claims.expires_at);
        let record = TokenRecord::new(hash, self.family, self.generation, client_id, issued_at, expires_at, details);
        let mut found = FoundToken::new(record, false, family.state.clone());
        let for_default_resource = claims.audience == [default_resource];
        found.carried = Some(Arc::new(self.carried(claims.jti, for_default_resource)));
        Ok(found)
    }

    /// Those of the authorization, but for what the token says otherwise.
    fn details(&self, claims: &AccessTokenClaimsSet<'_>, granted: &TokenDetails) -> Result<TokenDetails, JoseError> {
        let all = self.verified.claims();
        let mut facts = granted.facts().clone();
        facts.subject = subject(claims)?;
        let scope = all.optional_text("scope")?.unwrap_or_default();
        facts.scope = Scope::parse(scope).map_err(|_| JoseError::Malformed("scope"))?;
        facts.audience = claims.audience.iter().map(|name| Arc::from(*name)).collect();
        facts.auth_time = all.optional_time("auth_time")?;
        facts.acr = all.optional_text("acr")?.map(Arc::from);
        facts.amr = all.texts("amr")?.map(Arc::from).collect();
        facts.permits(permitted(all)?);
        facts.confirmation = None;
        let bound = all.object("cnf")?.into_iter().flat_map(|keys| keys.iter());
        Ok(bound.fold(facts.into_details(), |details, (method, value)| details.confirmed_by(method, value.into())))
    }

    fn carried(&self, jti: &str, for_default_resource: bool) -> Carried {
        let own = self.verified.claims().iter().filter(|(name, _)| !is_reserved(name));
        let claims = own.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Carried { jti: jti.into(), claims, for_default_resource }
    }
}

/// What it permits in detail.
fn permitted(claims: &Object<'_>) -> Result<Option<AuthorizationDetails>, JoseError> {
    let Some(said) = claims.get("authorization_details") else { return Ok(None) };
    let details = serde_json::from_value(Value::from(said)).map_err(|_| JoseError::Malformed("authorization_details"))?;
    Ok(Some(details))
}

/// The person; `None` where the client acts for itself.
fn subject(claims: &AccessTokenClaimsSet<'_>) -> Result<Option<Subject>, JoseError> {
    match claims.subject.strip_prefix(CLIENT_PREFIX) {
        Some(client) if client == claims.client_id => Ok(None),
        _ => Subject::new(claims.subject).map(Some).map_err(|_| JoseError::Malformed("sub")),
    }
}
