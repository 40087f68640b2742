//! Signed tokens and keys.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::jose::{CompactJws, DpopProofJwt, IdTokenJwt, Object, Unverified, Value as Strict};
use grantor::{Algorithm, JoseError, Jwks, PublicKey};
use serde_json::Value;

/// RFC 8037 appendix A.2.
static KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    let jwk = br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    PublicKey::parse(jwk, Algorithm::EdDsa).expect("a key")
});

/// The seeds that the key has signed, without padding.
const SIGNED: [&str; 3] =
    [include_str!("../seeds/jws/right"), include_str!("../seeds/jws/named"), include_str!("../seeds/jws/padded")];

/// The parameters in which secret keys are (RFC 7518 section 6).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A token: what is read of it is what other parsers read, and nobody else can sign.
pub fn jws(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(jws) = CompactJws::decode(text) else { return };
    let parts: Vec<Vec<u8>> = text.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url")).collect();
    assert_eq!(
        parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect::<Vec<_>>().join("."),
        text,
        "one text for some bytes"
    );
    assert!(text.len() <= 64 * 1024 && parts.len() == 3);
    if let Ok(proof) = jws.unverified::<DpopProofJwt>(&Algorithm::ALL) {
        header(&parts, &proof, "dpop+jwt");
        if let Ok(key) = proof.embedded_key() {
            let header: Value = serde_json::from_slice(&parts[0]).expect("JSON");
            is_public(&header["jwk"]);
            assert_eq!(key.algorithm(), proof.header().algorithm());
        }
    }
    let Ok(unverified) = jws.unverified::<IdTokenJwt>(&Algorithm::ALL) else { return };
    header(&parts, &unverified, "jwt");
    let verified = unverified.verify(&*KEY);
    assert_eq!(verified.is_ok(), SIGNED.map(|seed| seed.trim_end_matches('=')).contains(&text), "{text}");
    assert!(!matches!(verified, Err(error) if format!("{error:?} {error}").len() > 200));
}

fn header<T: grantor::jose::TokenType>(parts: &[Vec<u8>], token: &Unverified<'_, T>, typ: &str) {
    let header: Value = serde_json::from_slice(&parts[0]).expect("JSON");
    let claims: Value = serde_json::from_slice(&parts[1]).expect("JSON");
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    assert!(["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "RS256"].contains(&header["alg"].as_str().expect("alg")));
    assert_eq!(token.header().key_id(), header["kid"].as_str());
    match header.get("typ") {
        None => assert_eq!(typ, "jwt"),
        Some(own) => assert_eq!(own.as_str().expect("typ").to_lowercase().trim_start_matches("application/"), typ),
    }
    same(token.claims(), &claims);
}

/// The members of a map are as many as those that stand there only if no name is there twice.
fn same(object: &Object<'_>, value: &Value) {
    let members = value.as_object().expect("an object");
    assert_eq!(object.iter().count(), members.len());
    assert!(members.len() <= 64);
    for (name, value) in object.iter() {
        same_value(value, &members[name]);
    }
}

fn same_value(strict: &Strict<'_>, value: &Value) {
    match (strict, value) {
        (Strict::Object(object), value) => same(object, value),
        (Strict::Array(values), Value::Array(others)) => {
            assert_eq!(values.len(), others.len());
            values.iter().zip(others).for_each(|(one, other)| same_value(one, other));
        }
        (Strict::String(text), Value::String(other)) => assert_eq!(text, other),
        (Strict::Number(number), Value::Number(other)) => assert_eq!(number, other),
        (Strict::Bool(one), Value::Bool(other)) => assert_eq!(one, other),
        (Strict::Null, Value::Null) => {}
        other => panic!("{other:?}"),
    }
}

fn is_public(jwk: &Value) {
    assert!(SECRET.iter().all(|name| jwk.get(name).is_none()), "a secret key was read");
    assert!(jwk["use"].is_null() || jwk["use"] == "sig");
    assert!(["EC", "OKP", "RSA"].contains(&jwk["kty"].as_str().expect("kty")));
}

/// A public key: it is what it says, and the same when it is written and read again.
pub fn jwk(data: &[u8]) {
    let keys = Algorithm::ALL.map(|algorithm| PublicKey::parse(data, algorithm));
    for key in keys.iter().flatten() {
        let jwk: Value = serde_json::from_slice(data).expect("JSON");
        is_public(&jwk);
        let curve = match key.algorithm() {
            Algorithm::Es256 => Some("P-256"),
            Algorithm::Es384 => Some("P-384"),
            Algorithm::EdDsa => Some("Ed25519"),
            _ => None,
        };
        match curve {
            Some(curve) => assert_eq!(jwk["crv"], curve),
            None => {
                let n = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().expect("n")).expect("base64url");
                assert!((256..=512).contains(&n.len()) && n[0] != 0);
            }
        }
        if let Some(kid) = jwk.get("kid") {
            assert_eq!(kid, key.key_id().as_str());
        }
        let written = serde_json::to_vec(key).expect("JSON");
        let again = PublicKey::parse(&written, key.algorithm()).expect("what was written");
        assert!(again == *key && again.thumbprint() == key.thumbprint());
        assert_eq!(key.verify(b"", &[0; 64]), Err(JoseError::Signature));
    }
}

/// A set: nothing secret is in it, and it is the same when it is written and read again.
pub fn jwks(data: &[u8]) {
    let Ok(keys) = Jwks::parse(data) else { return };
    let set: Value = serde_json::from_slice(data).expect("JSON");
    let members = set["keys"].as_array().expect("keys");
    assert!(members.len() <= Jwks::MAX_KEYS && keys.skipped().len() <= members.len());
    assert!(members.iter().all(|jwk| SECRET.iter().all(|name| jwk.get(name).is_none())), "a secret key was read");
    // One of RSA may be for two algorithms.
    let read = members.len() - keys.skipped().len();
    assert!((read..=2 * read).contains(&keys.iter().count()));
    let written = serde_json::to_vec(&keys).expect("JSON");
    if written.len() <= Jwks::MAX_LEN && keys.iter().count() <= Jwks::MAX_KEYS {
        assert!(Jwks::parse(&written).expect("what was written").iter().eq(keys.iter()));
    }
}
