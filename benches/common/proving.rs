//! An API whose client proves to have the key to which its token is bound (RFC 9449), and its requests.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{
    Algorithm, Challenge, DpopProofs, KeyPair, ManualClock, Presented, ProofMemory, ResourceServer, Scope, Timestamp,
    TokenClaims, TokenVerifier, VerifierError,
};
use http::Request;
use http::request::Parts;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const NOW: u64 = 1_800_000_000;
/// As long as the library's own.
const TOKEN: &str = "U_EA6bQoi8Zqg4uhqeNHrjUg3U5dpCgDlIzgq_ltIjEpUqY";

/// Knows the one token, without a look-up: what is measured is the proof.
struct Known(TokenClaims);

impl TokenVerifier for Known {
    async fn verify(&self, _: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
        Ok(Some(self.0.clone()))
    }
}

pub struct ProvingBench {
    server: ResourceServer<Known>,
    key: KeyPair,
    made: AtomicU64,
}

impl ProvingBench {
    /// The client has this key: PKCS#8.
    pub fn new(key: &[u8]) -> Self {
        let key = KeyPair::from_pkcs8(Algorithm::Es256, key).expect("a key");
        let bound = json!({"sub": "alice", "cnf": {"jkt": key.public_key().thumbprint().to_string()}});
        let known = Known(serde_json::from_value(bound).expect("claims"));
        let server = ResourceServer::new(known).clock(ManualClock::new(Timestamp::from_unix(NOW)));
        let server = server.dpop("https://api.example.com", DpopProofs::new(ProofMemory::new())).expect("a URL");
        Self { server, key, made: AtomicU64::new(0) }
    }

    /// What is signed of a proof for this path, and the signature.
    pub fn signed(&self, path: &str) -> (String, Vec<u8>) {
        let jti = self.made.fetch_add(1, Ordering::Relaxed);
        let Value::Object(mut jwk) = json!(self.key.public_key()) else { panic!("an object") };
        jwk.retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk});
        let ath = URL_SAFE_NO_PAD.encode(Sha256::digest(TOKEN));
        let claims = json!({
            "htm": "GET", "htu": format!("https://api.example.com{path}"), "iat": NOW, "jti": format!("{jti:024}"), "ath": ath,
        });
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.key.sign(input.as_bytes()).expect("a signature").as_bytes().to_vec();
        (input, signature)
    }

    /// A request to `/notes` with a proof for this path.
    pub fn request(&self, path: &str) -> Parts {
        let (input, signature) = self.signed(path);
        let request = Request::get("/notes").header("authorization", format!("DPoP {TOKEN}"));
        let request = request.header("dpop", format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)));
        request.body(()).expect("a request").into_parts().0
    }

    pub fn check(&self, request: &Parts) -> Result<TokenClaims, Challenge> {
        match pin!(self.server.authenticate(request, &Scope::empty())).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits"),
        }
    }
}
