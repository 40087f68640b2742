//! Proofs that a client has its key (DPoP, RFC 9449).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::answer::Answer;
use crate::dpop::{NONCE, PROOF};
use crate::jose::KeyPair;
use crate::values::clock::Clock;

/// No proof is one that was sent before.
static NUMBER: AtomicU64 = AtomicU64::new(0);

pub(super) struct Prover {
    key: KeyPair,
    clock: Box<dyn Clock>,
    /// The newest of the server.
    nonce: Mutex<Option<String>>,
}

impl Prover {
    pub(super) fn new(key: KeyPair, clock: impl Clock) -> Self {
        Self { key, clock: Box::new(clock), nonce: Mutex::default() }
    }

    pub(super) fn headers(&self, method: &Method, url: &str, access_token: Option<&str>) -> HeaderMap {
        let proof = self.proof(method, url, access_token).parse().expect("a JWT is a header");
        HeaderMap::from_iter([(PROOF, proof)])
    }

    /// RFC 9449 section 4.2.
    fn proof(&self, method: &Method, url: &str, access_token: Option<&str>) -> String {
        let key = self.key.public_key();
        let mut jwk = serde_json::to_value(key).expect("a key is JSON");
        if let Value::Object(members) = &mut jwk {
            members.retain(|name, _| !matches!(name.as_str(), "alg" | "kid" | "use"));
        }
        let header = json!({"typ": "dpop+jwt", "alg": key.algorithm().as_str(), "jwk": jwk});
        let jti = format!("proof-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut claims = json!({"jti": jti, "htm": method.as_str(), "htu": url, "iat": self.clock.now().as_unix()});
        if let Some(token) = access_token {
            claims["ath"] = URL_SAFE_NO_PAD.encode(Sha256::digest(token)).into();
        }
        if let Some(nonce) = &*self.nonce.lock().unwrap_or_else(PoisonError::into_inner) {
            claims["nonce"] = nonce.as_str().into();
        }
        let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encoded(header), encoded(claims));
        let signature = self.key.sign(input.as_bytes()).expect("a signature");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
    }

    /// RFC 9449 sections 8 and 8.2.
    pub(super) fn keeps_nonce(&self, answer: &Answer) -> bool {
        let Some(nonce) = answer.headers.get(NONCE).and_then(|nonce| nonce.to_str().ok()) else { return false };
        *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        answer.wants_nonce()
    }
}
