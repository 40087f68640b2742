//! One proof, checked as RFC 9449 section 4.3 says: what costs nothing first, then the signature. That it comes for the first time is
//! for whoever keeps those that came.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::refusal::ProofRefusal;
use super::{NonceState, Nonces, PROOF, WINDOW, target};
use crate::jose::{
    Algorithm, CompactJws, DpopProofJwt, JoseError, Object, PermittedAlgorithms, Thumbprint, TokenType as _, Unverified,
};
use crate::storage::ReplayKey;
use crate::values::clock::Timestamp;

/// What is known of the proofs of one owner, for one `ReplayKey` each.
const PURPOSE: &str = "dpop proof";

/// By which algorithms proofs may be signed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProofRules(PermittedAlgorithms);

/// What a proof has to be for.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// Without query and fragment, as clients were told.
    pub(crate) url: &'a str,
    /// The access token that is presented with it.
    pub(crate) token: Option<&'a str>,
    /// Where a nonce is required.
    pub(crate) nonces: Option<&'a Nonces>,
    pub(crate) now: Timestamp,
}

/// A proof that is good, if it is here for the first time.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Of the key that signed it.
    pub(crate) thumbprint: Thumbprint,
    /// By what it is known when it comes again, and until when it may.
    pub(crate) key: ReplayKey,
    pub(crate) until: Timestamp,
    /// Its nonce is not the newest, and it was to have one.
    pub(crate) needs_newer_nonce: bool,
}

/// The one proof of a request, if there is one.
pub(crate) fn header(headers: &HeaderMap) -> Result<Option<&str>, ProofRefusal> {
    let mut all = headers.get_all(&PROOF).iter();
    let Some(value) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(ProofRefusal::Several);
    }
    if value.len() > DpopProofJwt::MAX_LEN {
        return Err(JoseError::TooLong.into());
    }
    value.to_str().map(Some).map_err(|_| JoseError::NotCompact.into())
}

impl ProofRules {
    pub(crate) fn new<const N: usize>(algorithms: [Algorithm; N]) -> Self {
        Self(PermittedAlgorithms::new(algorithms))
    }

    /// Those alone that are permitted, too.
    pub(crate) fn narrow(&mut self, feature: &'static str, permits: impl Fn(&str) -> bool) {
        self.0.narrow(feature, permits);
    }

    /// Their registered names.
    pub(crate) fn names(&self) -> &[&'static str] {
        self.0.names()
    }

    /// Checks a proof.
    pub(crate) fn check(&self, text: &str, expected: &Expected<'_>) -> Result<Accepted, ProofRefusal> {
        if text.len() > DpopProofJwt::MAX_LEN {
            return Err(JoseError::TooLong.into());
        }
        let jws = CompactJws::decode(text)?;
        let unverified: Unverified<'_, DpopProofJwt> = jws.unverified(self.0.all())?;
        let claims = unverified.claims();
        let jti = claims.text("jti")?;
        if jti.is_empty() {
            return Err(JoseError::Malformed("jti").into());
        }
        let until = expected.check(claims)?;
        let needs_newer_nonce = expected.check_nonce(claims)?;
        let key = unverified.embedded_key()?;
        let thumbprint = key.thumbprint();
        // In the context of the URL (section 11.1), and of the key: nobody spends the next ones of somebody else.
        let owner = format!("{thumbprint} {}", target::canonical(expected.url));
        let once = ReplayKey::new(PURPOSE, &owner, jti);
        unverified.verify(&key)?;
        Ok(Accepted { thumbprint, key: once, until, needs_newer_nonce })
    }
}

impl Expected<'_> {
    /// Until when a proof has to be remembered that is for this request.
    fn check(&self, claims: &Object<'_>) -> Result<Timestamp, ProofRefusal> {
        if claims.text("htm")? != self.method {
            return Err(ProofRefusal::Method);
        }
        if !target::is_same(claims.text("htu")?, self.url) {
            return Err(ProofRefusal::Target);
        }
        let issued_at = claims.time("iat")?;
        let until = issued_at.saturating_add_secs(WINDOW + 1);
        if until <= self.now {
            return Err(ProofRefusal::Old);
        }
        if issued_at > self.now.saturating_add_secs(WINDOW) {
            return Err(ProofRefusal::Ahead);
        }
        if let Some(token) = self.token {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
            if !bool::from(hash.as_bytes().ct_eq(claims.text("ath")?.as_bytes())) {
                return Err(ProofRefusal::Token);
            }
        }
        Ok(until)
    }

    /// Is the nonce, if one is required, not the newest?
    fn check_nonce(&self, claims: &Object<'_>) -> Result<bool, ProofRefusal> {
        let Some(nonces) = self.nonces else { return Ok(false) };
        let nonce = claims.optional_text("nonce")?.ok_or(ProofRefusal::Nonce)?;
        match nonces.state(nonce, self.now) {
            NonceState::Newest => Ok(false),
            NonceState::Older => Ok(true),
            NonceState::Unknown => Err(ProofRefusal::Nonce),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::KeyPair;

    /// Whatever costs little comes before the signature, which costs the most: rubbish is told apart without it.
    #[test]
    fn what_is_wrong_otherwise_is_refused_before_the_signature_is_checked() {
        let key = KeyPair::generate(Algorithm::Es256).unwrap();
        let jwk = serde_json::json!({"kty": "EC", "crv": "P-256", "x": member(&key, "x"), "y": member(&key, "y")});
        let header = serde_json::json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}).to_string();
        let text = |claims: &str| {
            let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
            // A signature of the right length that is nobody's.
            format!("{}.{}.{}", encode(&header), encode(claims), URL_SAFE_NO_PAD.encode([1; 64]))
        };
        let now = Timestamp::from_unix(1_700_000_000);
        let url = "https://as.example.com/token";
        let expected = Expected { method: "POST", url, token: None, nonces: None, now };
        let check = |claims: &str| ProofRules::default().check(&text(claims), &expected).unwrap_err();
        for (claims, refusal) in [
            (r#"{"jti":"1","htm":"GET","htu":"https://as.example.com/token","iat":1700000000}"#, ProofRefusal::Method),
            (r#"{"jti":"1","htm":"POST","htu":"https://as.example.com/x","iat":1700000000}"#, ProofRefusal::Target),
            (r#"{"jti":"1","htm":"POST","htu":"https://as.example.com/token","iat":1600000000}"#, ProofRefusal::Old),
            (r#"{"jti":"1","htm":"POST","htu":"https://as.example.com/token","iat":1800000000}"#, ProofRefusal::Ahead),
        ] {
            assert_eq!(check(claims), refusal);
        }
        let good = check(r#"{"jti":"1","htm":"POST","htu":"https://as.example.com/token","iat":1700000000}"#);
        assert_eq!(good, ProofRefusal::from(JoseError::Signature));
    }

    fn member(key: &KeyPair, name: &str) -> serde_json::Value {
        serde_json::to_value(key.public_key()).unwrap()[name].clone()
    }
}
