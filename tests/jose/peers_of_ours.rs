//! Tokens and keys of ours in the hands of others, and theirs in ours: `joserfc` in Python, `jose` in Node.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor::jose::{AccessTokenJwt, CompactJws, TokenSigner};
use grantor::{Algorithm, JoseError, Jwks, KeyPair, PublicKey};
use serde_json::{Value, json};

use crate::jws::{self, jwk, key};
use crate::peers::Peer;

const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "https://api.example.com";

fn claims() -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "ålice \"\u{1F511}\"", "iat": now, "exp": now + 600})
}

fn pem(pair: &KeyPair) -> String {
    let document = pair.to_pkcs8().expect("a document");
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document))
}

fn both_ways(peer: Peer) {
    let claims = claims();
    let issuers = Algorithm::ALL.map(|algorithm| TokenSigner::new(key(algorithm)));
    // All keys are published together, as they are beside each other in a rotation.
    let jwks = json!(Jwks::of(issuers.iter().map(TokenSigner::public_key)));
    let tokens =
        issuers.each_ref().map(|issuer| issuer.sign_now::<AccessTokenJwt>(claims.to_string().as_bytes()).expect("a token"));
    let verify = |issuer: &TokenSigner<KeyPair>, token: &str| json!({"token": token, "jwks": jwks, "alg": issuer.public_key().algorithm(), "typ": "at+jwt"});
    let right = issuers.iter().zip(&tokens).map(|(issuer, token)| verify(issuer, token));
    // The claims of one under the signature of another of the same key.
    let wrong = issuers.iter().zip(&tokens).map(|(issuer, token)| {
        let other = issuer.sign_now::<AccessTokenJwt>(b"{}").expect("a token");
        let (input, signature) = (token.rsplit_once('.').expect("parts").0, other.rsplit_once('.').expect("parts").1);
        verify(issuer, &format!("{input}.{signature}"))
    });
    let own = Algorithm::ALL.map(|algorithm| json!({"alg": algorithm, "typ": "at+jwt", "kid": "own"}));
    let given = issuers
        .each_ref()
        .map(|issuer| json!({"alg": issuer.public_key().algorithm(), "typ": "application/at+jwt", "pkcs8": pem(issuer.key())}));
    let order = json!({
        "issuer": ISSUER, "audience": AUDIENCE, "claims": claims,
        "verify": right.chain(wrong).collect::<Vec<_>>(),
        "sign": own.into_iter().chain(given).collect::<Vec<_>>(),
    });
    let Some(answer) = peer.ask(&order) else { return };

    let verified = answer["verified"].as_array().expect("answers");
    let (right, wrong) = verified.split_at(5);
    for (answer, algorithm) in right.iter().zip(Algorithm::ALL) {
        assert_eq!(answer["claims"], claims, "{algorithm}: {answer}");
    }
    assert!(wrong.len() == 5 && wrong.iter().all(|answer| answer["refused"].is_string()), "{wrong:?}");

    let signed = answer["signed"].as_array().expect("answers");
    for (at, answer) in signed.iter().enumerate() {
        let algorithm = Algorithm::ALL[at % 5];
        theirs(answer, algorithm, &claims);
        if let Some(issuer) = issuers.get(at.wrapping_sub(5)) {
            assert_eq!(answer["jwk"], jwk(issuer.key()), "{algorithm}: it read our private key as another");
        }
    }
    assert_eq!(signed.len(), 10);
}

/// A key and a token of theirs.
fn theirs(answer: &Value, algorithm: Algorithm, claims: &Value) {
    let key = PublicKey::parse(answer["jwk"].to_string().as_bytes(), algorithm).expect("a key");
    assert_eq!(key.thumbprint().to_string(), answer["thumbprint"], "{algorithm}");
    let jws = CompactJws::decode(answer["token"].as_str().expect("a token")).expect("a JWS");
    let verified = |key: &PublicKey| {
        let unverified = jws.unverified::<AccessTokenJwt>(&[algorithm]).expect("a token");
        unverified.verify(key).map(|verified| verified.deserialize::<Value>().expect("claims"))
    };
    assert_eq!(verified(&key).as_ref(), Ok(claims), "{algorithm}");
    assert_eq!(verified(jws::key(algorithm).public_key()), Err(JoseError::Signature), "{algorithm}");
    let pair = KeyPair::from_pem(algorithm, answer["pkcs8"].as_str().expect("PEM")).expect("their private key");
    assert_eq!(pair.public_key().thumbprint(), key.thumbprint(), "{algorithm}: we read their private key as another");
}

#[test]
fn joserfc_in_python() {
    both_ways(Peer::Python("jose_peer.py"));
}

#[test]
fn jose_in_node() {
    both_ways(Peer::Node("jose_peer.mjs"));
}
