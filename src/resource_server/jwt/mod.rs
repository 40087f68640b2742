//! Verification of JWT access tokens (RFC 9068 section 4) with the keys that the authorization server publishes: nobody is asked for each
//! request.

mod families;
mod keys;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use families::{Families, NoFamilies, Revocations};

use super::{Presented, TokenVerifier};
use crate::issuers::{VerificationKeys, VerifierError};
use crate::jose::{
    AccessTokenClaimsSet, AccessTokenJwt, Algorithm, CompactJws, JoseError, KeySource as _, PublicKey, Unverified,
};
use crate::storage::FamilyStore;
use crate::token::claims::{Members, TokenClaims};
use crate::values::clock::{Clock, SystemClock, Timestamp};
use crate::values::issuer::Issuer;
use crate::values::scope::Scope;

/// Seconds, unless [`JwtVerifier::leeway`] says otherwise.
const LEEWAY: u64 = 10;
/// The most seconds of leeway.
const MAX_LEEWAY: u64 = 60;

/// Checks JWT access tokens (RFC 9068) by their signature, with keys that are [fetched](crate::RemoteJwks) now and then, or given once.
///
/// ```
/// # fn f<H: grantor::HttpClient>(http: H) -> Result<(), Box<dyn std::error::Error>> {
/// use grantor::{Algorithm, JwtVerifier, RemoteJwks, ResourceServer};
///
/// let keys = RemoteJwks::new("https://auth.example.com/jwks", http)?;
/// let verifier = JwtVerifier::new("https://auth.example.com", "https://api.example.com", keys);
/// let server = ResourceServer::new(verifier.algorithms([Algorithm::Es256]));
/// # let _ = server;
/// # Ok(())
/// # }
/// ```
///
/// # What it accepts
///
/// A signed token whose `typ` is `at+jwt`, so no ID token; with all claims that RFC 9068 section 2.2 requires; whose `iss` is the issuer, byte
/// by byte, and whose `aud` has the audience among its values; before `exp` and not before `nbf` and `iat`, each with a leeway of 10
/// seconds for clocks that differ ([`leeway`](Self::leeway)); signed with a key that the issuer publishes for the algorithm in the
/// header. A token that is bound to a key (`cnf`) is no bearer token: a [`ResourceServer`](crate::ResourceServer) refuses it unless somebody
/// checks the proof.
///
/// # What it does not see
///
/// A token that was revoked is accepted until it expires. Where the database of the authorization server can be asked,
/// [`families`](Self::families) does that for each request; otherwise keep tokens short.
pub struct JwtVerifier<K, R = NoFamilies> {
    issuer: Box<str>,
    audience: Box<str>,
    algorithms: Box<[Algorithm]>,
    leeway: u64,
    keys: K,
    revocations: R,
    clock: Arc<dyn Clock>,
}

impl<K: VerificationKeys> JwtVerifier<K> {
    /// A verifier of the tokens that `issuer` signs for `audience` with one of these keys: what the issuer calls this resource server, such
    /// as the default resource of its [`JwtAccessTokens`](crate::JwtAccessTokens). A [`ResourceServer`](crate::ResourceServer) over it
    /// insists on that audience by itself.
    ///
    /// All of [`Algorithm`] are permitted, unless [`algorithms`](Self::algorithms) says which. Each key is for one of them, and none is
    /// `none` or a MAC, so what a token claims about its algorithm cannot make a key of one kind pass for another (RFC 8725 section 3.1).
    pub fn new(issuer: &str, audience: &str, keys: K) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            algorithms: Algorithm::ALL.into(),
            leeway: LEEWAY,
            keys,
            revocations: NoFamilies,
            clock: Arc::new(SystemClock),
        }
    }

    /// Asks the store of the authorization server, which is the one with this issuer, whether the authorization from which a token
    /// descends still stands, once for each request. Tokens of the library's own servers alone can be asked about.
    pub fn families<S: FamilyStore>(self, store: S, issuer: Issuer) -> JwtVerifier<K, Families<S>> {
        let Self { issuer: own, audience, algorithms, leeway, keys, clock, .. } = self;
        JwtVerifier { issuer: own, audience, algorithms, leeway, keys, revocations: Families::new(store, issuer), clock }
    }
}

impl<K, R> JwtVerifier<K, R> {
    /// Permits these algorithms and no others (RFC 8725 section 3.1).
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// By how many seconds the clock of the authorization server may differ, in either direction, in place of 10; 60 at most. A token is
    /// accepted for so many seconds after `exp`.
    #[must_use]
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds.min(MAX_LEEWAY);
        self
    }

    /// Reads the time from this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What costs little, before the signature and before anybody is asked for keys.
    fn check(&self, token: &Unverified<'_, AccessTokenJwt>, now: Timestamp) -> Result<(), JoseError> {
        let claims = AccessTokenClaimsSet::read(token.claims())?;
        if *claims.issuer != *self.issuer {
            return Err(JoseError::Malformed("iss"));
        }
        if !claims.audience.contains(&&*self.audience) {
            return Err(JoseError::Malformed("aud"));
        }
        if now >= claims.expires_at.saturating_add_secs(self.leeway) {
            return Err(JoseError::Malformed("exp"));
        }
        let latest = now.saturating_add_secs(self.leeway);
        if claims.issued_at > latest {
            return Err(JoseError::Malformed("iat"));
        }
        if claims.not_before.is_some_and(|moment| moment > latest) {
            return Err(JoseError::Malformed("nbf"));
        }
        Ok(())
    }
}

impl<K: VerificationKeys, R: Revocations> JwtVerifier<K, R> {
    /// The issuer's key for the token, as it calls it; asked for again if it is not among those that are known.
    async fn key(
        &self,
        token: &Unverified<'_, AccessTokenJwt>,
        now: Timestamp,
    ) -> Result<Result<PublicKey, JoseError>, VerifierError> {
        let (algorithm, id) = (token.header().algorithm(), token.header().key_id());
        let known = self.keys.keys(now).await?;
        match known.key(algorithm, id) {
            Err(JoseError::UnknownKey) => {}
            found => return Ok(found),
        }
        let newer = self.keys.newer(&known, now).await?;
        Ok(newer.map_or(Err(JoseError::UnknownKey), |keys| keys.key(algorithm, id)))
    }

    async fn claims(&self, text: &str, now: Timestamp) -> Result<Result<TokenClaims, JoseError>, VerifierError> {
        macro_rules! good {
            ($step:expr) => {
                match $step {
                    Ok(good) => good,
                    Err(reason) => return Ok(Err(reason)),
                }
            };
        }
        let jws = good!(CompactJws::decode(text));
        let unverified = good!(jws.unverified::<AccessTokenJwt>(&self.algorithms));
        good!(self.check(&unverified, now));
        let key = good!(self.key(&unverified, now).await?);
        let verified = good!(unverified.verify(&key));
        let claims = good!(claims(verified.claims()));
        let stands = self.revocations.stands(&claims, now).await?;
        Ok(if stands { Ok(claims) } else { Err(JoseError::Malformed("jti")) })
    }
}

/// What a token says that is rightly signed.
fn claims(all: &crate::jose::Object<'_>) -> Result<TokenClaims, JoseError> {
    const READ: [&str; 12] = ["iss", "sub", "aud", "client_id", "jti", "iat", "exp", "nbf", "scope", "auth_time", "acr", "amr"];
    let claims = AccessTokenClaimsSet::read(all)?;
    let scope = all.optional_text("scope")?.unwrap_or_default();
    let token_type = if all.object("cnf")?.is_some_and(|keys| keys.get("jkt").is_some()) { "DPoP" } else { "Bearer" };
    let rest = all.iter().filter(|(name, _)| !READ.contains(name) && !matches!(*name, "active" | "token_type" | "username"));
    Ok(TokenClaims::said(Members {
        scope: Scope::parse(scope).map_err(|_| JoseError::Malformed("scope"))?,
        client_id: Some(claims.client_id.into()),
        username: None,
        token_type: Some(token_type.into()),
        exp: Some(claims.expires_at),
        iat: Some(claims.issued_at),
        nbf: claims.not_before,
        sub: Some(claims.subject.into()),
        aud: claims.audience.into_iter().map(Arc::from).collect(),
        iss: Some(claims.issuer.into()),
        jti: Some(claims.jti.into()),
        auth_time: all.optional_time("auth_time")?,
        acr: all.optional_text("acr")?.map(Arc::from),
        amr: all.texts("amr")?.map(Arc::from).collect(),
        unknown: rest.map(|(name, value)| (name.to_owned(), value.into())).collect(),
    }))
}

#[diagnostic::do_not_recommend]
impl<K: VerificationKeys, R: Revocations> TokenVerifier for JwtVerifier<K, R> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        let claims = self.claims(presented.token(), self.clock.now()).await?;
        if let Err(reason) = &claims {
            tracing::debug!(%reason, "refused an access token");
        }
        Ok(claims.ok())
    }

    fn audience(&self) -> Option<&str> {
        Some(&self.audience)
    }
}

impl<K, R> fmt::Debug for JwtVerifier<K, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("JwtVerifier");
        text.field("issuer", &self.issuer).field("audience", &self.audience).field("algorithms", &self.algorithms);
        text.field("leeway", &self.leeway).finish_non_exhaustive()
    }
}
