//! Issuers that an operator names, and how what they sign is read (RFC 7523 section 3, RFC 8725).

use std::fmt;
use std::sync::Arc;

use super::{Refusal, VerificationKeys, VerifierError, Vouched};
use crate::jose::{Algorithm, CompactJws, JoseError, KeySource as _, PublicKey, TokenType, Unverified};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;

/// Seconds by which the clock of an issuer may be ahead (FAPI 2.0 Security Profile section 5.3.2.1).
const LEEWAY: u64 = 10;
/// Seconds for which what an issuer signs is good at most, unless [`TrustedIssuer::longest`] says otherwise.
const LONGEST: u64 = 60 * 60;
/// The most that it may say: for so long what is used once can be remembered.
const MOST: u64 = 86_400;

/// An issuer that an operator trusts, such as the identity provider of an organization: its identifier (`iss`), and its keys: usually a
/// [`RemoteJwks`](crate::RemoteJwks) at the `jwks_uri` of its metadata.
///
/// For what it is trusted is said by where it stands: [`JwtBearer`](crate::JwtBearer) takes its assertions for authorization grants,
/// [`TokenExchange`](crate::TokenExchange) takes its tokens for others.
pub struct TrustedIssuer<K> {
    issuer: Arc<str>,
    keys: K,
    algorithms: Box<[Algorithm]>,
    longest: u64,
}

impl<K: VerificationKeys> TrustedIssuer<K> {
    /// The issuer of this identifier, compared byte by byte, which signs with these keys.
    pub fn new(issuer: impl Into<Arc<str>>, keys: K) -> Self {
        Self { issuer: issuer.into(), keys, algorithms: Algorithm::ALL.into(), longest: LONGEST }
    }

    /// It signs by these algorithms and no others (RFC 8725 section 3.1). Without this call: all of [`Algorithm`] that the profile permits,
    /// each with a key that is for it.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// For how many seconds at most what it signs is good, counted from `iat` and from now; a day at the most. What says more is refused.
    /// Without this call: an hour.
    #[must_use]
    pub fn longest(mut self, seconds: u64) -> Self {
        self.longest = seconds.min(MOST);
        self
    }
}

impl<K> fmt::Debug for TrustedIssuer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("TrustedIssuer");
        text.field("issuer", &self.issuer).field("algorithms", &self.algorithms).field("longest", &self.longest);
        text.finish_non_exhaustive()
    }
}

/// The issuers that an operator trusts, each once.
///
/// ```
/// # fn f<H: grantor::HttpClient>(http: H) -> Result<(), Box<dyn std::error::Error>> {
/// use grantor::{RemoteJwks, TrustedIssuer, TrustedIssuers};
///
/// let keys = RemoteJwks::new("https://idp.example.com/jwks", http)?;
/// let issuers = TrustedIssuers::new([TrustedIssuer::new("https://idp.example.com", keys)])?;
/// # let _ = issuers;
/// # Ok(())
/// # }
/// ```
pub struct TrustedIssuers<K>(Box<[TrustedIssuer<K>]>);

/// Why issuers cannot be trusted together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustedIssuersError {
    /// Two have one identifier: nobody knows whose keys count.
    #[error("the issuer `{0}` is there twice")]
    Twice(String),
    /// There is none.
    #[error("no issuer is named: nothing could be accepted")]
    Empty,
}

impl<K: VerificationKeys> TrustedIssuers<K> {
    /// These issuers.
    ///
    /// # Errors
    ///
    /// [`TrustedIssuersError::Twice`] if two have one identifier, [`TrustedIssuersError::Empty`] if there is none.
    pub fn new(issuers: impl IntoIterator<Item = TrustedIssuer<K>>) -> Result<Self, TrustedIssuersError> {
        let mut all: Vec<TrustedIssuer<K>> = Vec::new();
        for issuer in issuers {
            if all.iter().any(|known| known.issuer == issuer.issuer) {
                return Err(TrustedIssuersError::Twice((*issuer.issuer).to_owned()));
            }
            all.push(issuer);
        }
        if all.is_empty() { Err(TrustedIssuersError::Empty) } else { Ok(Self(all.into())) }
    }
}

/// The names of the algorithms that a profile permits, if not all.
type Permitted = Option<&'static [&'static str]>;

/// For whom a token has to be.
#[doc(hidden)]
#[derive(Debug)]
pub enum Meant<'a> {
    /// For this one alone: as a text, or in an array of one.
    Alone(&'a str),
    /// For one of these, whoever else is named (RFC 7523 section 3, item 3).
    Among(&'a [&'a str]),
}

impl Meant<'_> {
    fn accepts<'t>(&self, mut named: impl Iterator<Item = &'t str>) -> bool {
        match self {
            Self::Alone(own) => named.next() == Some(own) && named.next().is_none(),
            Self::Among(own) => named.any(|name| own.contains(&name)),
        }
    }
}

impl<K: VerificationKeys> TrustedIssuers<K> {
    /// What a token of the type `T` says, if one of the issuers signed it and it is for this server now. What costs little comes before the
    /// signature, and before anybody is asked for keys.
    ///
    /// `permitted` names the algorithms that the profile permits, if not all.
    ///
    /// # Errors
    ///
    /// `temporarily_unavailable` if the keys of its issuer cannot be had now.
    pub(crate) async fn verify<T: TokenType>(
        &self,
        text: &str,
        meant: &Meant<'_>,
        permitted: Permitted,
        now: Timestamp,
    ) -> Result<Result<Vouched, Refusal>, OAuthError> {
        let jws = match CompactJws::decode(text) {
            Ok(jws) => jws,
            Err(reason) => return Ok(Err(reason.into())),
        };
        let (issuer, unverified) = match self.check::<T>(&jws, meant, permitted, now) {
            Ok(checked) => checked,
            Err(reason) => return Ok(Err(reason)),
        };
        let key = issuer.key(&unverified, now).await.map_err(|error| issuer.unavailable(error))?;
        Ok(key
            .and_then(|key| unverified.verify(&key))
            .and_then(|it| Vouched::read(&issuer.issuer, it.claims()))
            .map_err(Into::into))
    }

    fn check<'j, T: TokenType>(
        &self,
        jws: &'j CompactJws<'j>,
        meant: &Meant<'_>,
        permitted: Permitted,
        now: Timestamp,
    ) -> Result<(&TrustedIssuer<K>, Unverified<'j, T>), Refusal> {
        let unverified = jws.unverified::<T>(&Algorithm::ALL)?;
        let claims = unverified.claims();
        let named = claims.text("iss")?;
        let issuer = self.0.iter().find(|issuer| *issuer.issuer == *named).ok_or(Refusal::Issuer)?;
        let algorithm = unverified.header().algorithm();
        if !issuer.algorithms.contains(&algorithm) || permitted.is_some_and(|names| !names.contains(&algorithm.as_str())) {
            return Err(Refusal::Algorithm);
        }
        claims.text("sub")?;
        if claims.get("aud").is_none() {
            return Err(JoseError::Missing("aud").into());
        }
        if !meant.accepts(claims.texts("aud")?) {
            return Err(Refusal::Audience);
        }
        let (until, issued_at) = (claims.time("exp")?, claims.optional_time("iat")?);
        if now >= until {
            return Err(Refusal::Expired);
        }
        let latest = now.saturating_add_secs(LEEWAY);
        let is_ahead = |moment: Option<Timestamp>| moment.is_some_and(|moment| moment > latest);
        if is_ahead(issued_at) || is_ahead(claims.optional_time("nbf")?) {
            return Err(Refusal::Ahead);
        }
        let last = latest.min(issued_at.unwrap_or(latest)).saturating_add_secs(issuer.longest);
        if until > last { Err(Refusal::LongLived) } else { Ok((issuer, unverified)) }
    }
}

impl<K: VerificationKeys> TrustedIssuer<K> {
    /// Its key for the token, as it calls it; asked for again if it is not among those that are known.
    async fn key<T: TokenType>(
        &self,
        token: &Unverified<'_, T>,
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

    /// Nobody knows whether the token is good: the client may try again later. What it is not told, the operator is.
    fn unavailable(&self, error: VerifierError) -> OAuthError {
        let retry_after = match &error {
            VerifierError::Unavailable { retry_after } => *retry_after,
            VerifierError::Failed(_) => None,
        };
        let detail: &dyn std::error::Error = &error;
        tracing::warn!(detail, issuer = &*self.issuer, "the keys of a trusted issuer cannot be had");
        OAuthError::unavailable(retry_after)
    }
}

impl<K> fmt::Debug for TrustedIssuers<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TrustedIssuers").field(&self.0).finish()
    }
}
