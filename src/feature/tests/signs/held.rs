//! Keys that do not change while the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;

use super::super::host;
use super::{Signs, verified};
use crate::feature::SigningKeys;
use crate::jose::{Algorithm, EdDsa, Es256, Es384, KeyError, KeyPair, Ps256, PublicKey, Rs256, Signature, Signer, SignerError};
use crate::server::facade::{Route, ServesOAuth as _};

// shows: RFC8414-2-04, RFC8414-2-05
#[tokio::test]
async fn what_is_signed_is_verified_with_the_keys_that_the_metadata_lead_to() {
    let host = host!(SigningKeys::ephemeral().algorithm(Es256).algorithm(Rs256), Signs(None), crate::Introspection::new());
    let (keys, cached) = host.jwks().await;
    assert_eq!((keys.iter().count(), &*cached), (2, "public, max-age=900"));
    assert_eq!(host.0.metadata().document().jwks_uri.as_deref(), Some("https://as.example.com/jwks"));
    assert_eq!(host.0.route_of("/jwks"), Some(Route::Direct));
    let without = host!(crate::Introspection::new());
    assert!(without.0.metadata().document().jwks_uri.is_none() && without.0.route_of("/jwks").is_none());
    for answer in host.every_grant(&[]).await {
        assert_eq!(verified(&answer.member("signed"), &keys), Some(Algorithm::Es256), "the first is preferred");
    }
    // Of another server.
    let (others, _) = host!(SigningKeys::ephemeral().algorithm(Es256), Signs(None)).jwks().await;
    let signed = host.token(&[], "grant_type=client_credentials").await.member("signed");
    assert_eq!(verified(&signed, &others), None);
}

#[tokio::test]
async fn each_algorithm_signs_that_the_server_has_and_no_other() {
    let keys = || {
        let keys = SigningKeys::ephemeral().algorithm(Es256).algorithm(Es384).algorithm(EdDsa);
        keys.algorithm(Ps256).algorithm(Rs256)
    };
    for algorithm in Algorithm::ALL {
        let host = host!(keys(), Signs(Some(algorithm)));
        let signed = host.token(&[], "grant_type=client_credentials").await.member("signed");
        assert_eq!(verified(&signed, &host.jwks().await.0), Some(algorithm));
    }
    let host = host!(SigningKeys::ephemeral().algorithm(Es256), Signs(Some(Algorithm::Rs256)));
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.error(), "500 server_error");
}

#[tokio::test]
async fn a_fixed_key_is_the_same_after_a_restart_and_others_are_published_beside_it() {
    let pair = KeyPair::generate(Algorithm::Es256).unwrap();
    let (document, public) = (pair.to_pkcs8().unwrap(), pair.public_key().clone());
    let before = host!(SigningKeys::fixed(Es256, pair).unwrap(), Signs(None));
    let signed = before.token(&[], "grant_type=client_credentials").await.member("signed");
    let next = KeyPair::generate(Algorithm::Es256).unwrap();
    let ed = KeyPair::generate(Algorithm::EdDsa).unwrap();
    let keys = SigningKeys::fixed(Es256, &document[..]).unwrap().and(EdDsa, ed).unwrap();
    let after = host!(keys.publish(next.public_key().clone()), Signs(None));
    let (published, _) = after.jwks().await;
    assert_eq!(verified(&signed, &published), Some(Algorithm::Es256));
    assert_eq!(published.iter().filter(|key| [&public, next.public_key()].contains(key)).count(), 2);
    assert_eq!(published.iter().count(), 3);
    assert!(!format!("{:?}", after.0.features).contains(&format!("{:?}", &document[..])));
}

#[test]
fn a_key_for_another_algorithm_is_refused() {
    let pair = || KeyPair::generate(Algorithm::Es384).unwrap();
    assert_eq!(SigningKeys::fixed(Es256, pair()).unwrap_err(), KeyError::OtherAlgorithm);
    assert_eq!(SigningKeys::fixed(Es256, &pair().to_pkcs8().unwrap()[..]).unwrap_err(), KeyError::Malformed);
    assert_eq!(SigningKeys::fixed(Es256, "-----BEGIN PRIVATE KEY-----").unwrap_err(), KeyError::Malformed);
    // RFC 8725 section 3.1, and `kid` would be the same.
    let rsa = KeyPair::generate(Algorithm::Rs256).unwrap().to_pkcs8().unwrap();
    let twice = SigningKeys::fixed(Rs256, &rsa[..]).unwrap().and(Ps256, &rsa[..]);
    assert_eq!(twice.unwrap_err(), KeyError::ForTwoAlgorithms);
    let far = Far::new(pair());
    assert_eq!(SigningKeys::external(Es256, far).unwrap_err(), KeyError::OtherAlgorithm);
}

#[tokio::test]
async fn everybody_may_read_the_keys_and_nobody_else_does() {
    let host = host!(SigningKeys::ephemeral().algorithm(Es256), Signs(None));
    let call = async |request: http::request::Builder| host.0.handle(request.body(Bytes::new()).unwrap()).await;
    let head = call(Request::head("/jwks")).await;
    assert!(head.body().is_empty() && head.headers()["content-length"] != "0");
    assert_eq!(call(Request::post("/jwks")).await.status(), 405);
    assert_eq!(call(Request::get("http://as.example.com/jwks").extension(crate::Transport::Plain)).await.status(), 400);
    // Tokens are still verified during maintenance.
    host.0.set_available(false);
    assert_eq!(call(Request::get("/jwks")).await.status(), 200);
}

/// A key management service.
struct Far {
    pair: KeyPair,
    mood: Arc<AtomicU8>,
}

const SIGNS: u8 = 0;
const BUSY: u8 = 1;
const SLOW: u8 = 2;
const BROKEN: u8 = 3;
const WRONG: u8 = 4;

impl Far {
    fn new(pair: KeyPair) -> Self {
        Self { pair, mood: Arc::default() }
    }
}

impl Signer for Far {
    fn key(&self) -> &PublicKey {
        self.pair.public_key()
    }

    async fn sign(&self, input: &[u8]) -> Result<Signature, SignerError> {
        match self.mood.load(Ordering::Relaxed) {
            SIGNS => self.pair.sign(input),
            BUSY => Err(SignerError::Unavailable { retry_after: Some(Duration::from_secs(7)) }),
            SLOW => {
                let answer = std::future::pending::<()>();
                let late = tokio::time::timeout(Duration::from_secs(2), answer).await;
                late.map_err(|_| SignerError::Unavailable { retry_after: None })?;
                self.pair.sign(input)
            }
            BROKEN => Err(SignerError::failed("the key was deleted")),
            _ => self.pair.sign(b"something else"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_signer_that_does_not_sign_burns_nothing() {
    let far = Far::new(KeyPair::generate(Algorithm::Es256).unwrap());
    let mood = far.mood.clone();
    let host = host!(SigningKeys::external(Es256, far).unwrap(), Signs(None), crate::Introspection::new());
    let code = host.code().await;
    for (unwell, expected) in [
        (BUSY, "503 temporarily_unavailable"),
        (SLOW, "503 temporarily_unavailable"),
        (BROKEN, "503 temporarily_unavailable"),
        (WRONG, "500 server_error"),
    ] {
        mood.store(unwell, Ordering::Relaxed);
        assert_eq!(host.redeem(&[], &code).await.error(), expected, "{unwell}");
    }
    mood.store(SIGNS, Ordering::Relaxed);
    let tokens = host.redeem(&[], &code).await;
    assert_eq!(verified(&tokens.member("signed"), &host.jwks().await.0), Some(Algorithm::Es256));
    mood.store(BROKEN, Ordering::Relaxed);
    let refresh_token = tokens.member("refresh_token");
    assert_eq!(host.refresh(&[], &refresh_token).await.error(), "503 temporarily_unavailable");
    mood.store(SIGNS, Ordering::Relaxed);
    assert_eq!(host.refresh(&[], &refresh_token).await.status, 200);
}
