//! Vectors that others made: the examples of the RFCs, and Project Wycheproof's, which know what implementations got wrong before.

use grantor::jose::{CompactJws, IdTokenJwt};
use grantor::{Algorithm, JoseError, Jwks, KeyPair, PublicKey, Signature};
use serde_json::{Value, json};
use wycheproof::TestResult;

use crate::jws::{decode, encode};

fn vector(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../fixtures/jose_vectors.json")).expect("JSON");
    all[name].clone()
}

/// The key and the token of an example. Keys are there with their private part.
fn example(name: &str) -> (Value, String) {
    let vector = vector(name);
    (vector["jwk"].clone(), vector["jws"].as_str().expect("a token").to_owned())
}

fn public(jwk: &Value, algorithm: Algorithm) -> PublicKey {
    let mut jwk = jwk.clone();
    jwk.as_object_mut().expect("an object").retain(|name, _| !["d", "p", "q", "dp", "dq", "qi"].contains(&name.as_str()));
    PublicKey::parse(jwk.to_string().as_bytes(), algorithm).expect("a key")
}

/// Verifies a token whose payload is no JSON object.
fn verify_text(key: &PublicKey, token: &str) -> Result<(), JoseError> {
    let (input, signature) = token.rsplit_once('.').expect("a signature");
    key.verify(input.as_bytes(), &decode(signature))
}

// shows: RFC7515-5.2-01, RFC7518-3.1-01, RFC7518-3.4-01, RFC7519-4-02, RFC7519-8-02
#[test]
fn examples_of_rfc_7515() {
    for (name, algorithm) in [("RFC 7515 appendix A.2", Algorithm::Rs256), ("RFC 7515 appendix A.3", Algorithm::Es256)] {
        let (jwk, token) = example(name);
        let secret = jwk.to_string();
        assert_eq!(PublicKey::parse(secret.as_bytes(), algorithm).unwrap_err(), JoseError::SecretKey, "{name}");
        let jws = CompactJws::decode(&token).expect("a JWS");
        let unverified = jws.unverified::<IdTokenJwt>(&[algorithm]).expect("a token");
        let verified = unverified.verify(&public(&jwk, algorithm)).expect("verified");
        assert_eq!(
            (verified.claims().text("iss"), verified.claims().time("exp").map(|exp| exp.as_unix())),
            (Ok("joe"), Ok(1_300_819_380))
        );
        let claims: Value = verified.deserialize().expect("claims");
        assert_eq!(claims["http://example.com/is_root"], true);
    }
}

/// HMAC, an algorithm that is not offered, and none.
// shows: RFC7515-5.2-03, RFC7518-3.6-01, RFC7519-8-01
#[test]
fn examples_of_what_is_not_accepted() {
    let mut tokens = vec![vector("RFC 7515 appendix A.5").as_str().expect("a token").to_owned()];
    tokens.extend(["RFC 7515 appendix A.1", "RFC 7515 appendix A.4"].map(|name| example(name).1));
    // The payload of this one is no JSON, which is found first where nothing else is wrong.
    tokens.push("eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn".to_owned());
    for token in tokens {
        let jws = CompactJws::decode(&token).expect("a JWS");
        assert_eq!(jws.unverified::<IdTokenJwt>(&Algorithm::ALL).unwrap_err(), JoseError::Algorithm, "{token}");
    }
}

// shows: RFC7517-5-01, RFC7517-5-04, RFC7517-9.2-01
#[test]
fn examples_of_rfc_7517() {
    let set = |name| Jwks::parse(vector(name).to_string().as_bytes());
    let keys = set("RFC 7517 appendix A.1").expect("a set");
    let ids: Vec<_> = keys.iter().map(|key| (key.key_id().as_str(), key.algorithm())).collect();
    assert_eq!(ids, [("2011-04-29", Algorithm::Rs256)]);
    assert_eq!(keys.skipped(), [JoseError::KeyUse], "the other is for encryption");
    assert_eq!(set("RFC 7517 appendix A.2").unwrap_err(), JoseError::SecretKey);
    assert_eq!(set("RFC 7517 appendix A.3").unwrap_err(), JoseError::SecretKey);
}

#[test]
fn example_of_rfc_7520() {
    let (jwk, token) = example("RFC 7520 section 4.1");
    let key = public(&jwk, Algorithm::Rs256);
    assert_eq!(key.key_id().as_str(), "bilbo.baggins@hobbiton.example");
    assert_eq!(verify_text(&key, &token), Ok(()));
    assert_eq!(verify_text(&public(&jwk, Algorithm::Ps256), &token), Err(JoseError::Signature), "another padding");
    assert_eq!(
        CompactJws::decode(&token).expect("a JWS").unverified::<IdTokenJwt>(&Algorithm::ALL).unwrap_err(),
        JoseError::NotAnObject
    );
}

/// Signatures of Ed25519 are the same each time.
// shows: RFC7638-3-01, RFC8037-2-01, RFC8037-3.1-01, RFC8037-3.1.1-01
#[test]
fn examples_of_rfc_8037() {
    let (jwk, token) = example("RFC 8037 appendix A");
    let key = public(&jwk, Algorithm::EdDsa);
    assert_eq!(key.thumbprint().to_string(), vector("RFC 8037 appendix A")["thumbprint"]);
    assert_eq!(verify_text(&key, &token), Ok(()));
    // PKCS#8 of a seed (RFC 8410 section 7).
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let document = [&head[..], &decode(jwk["d"].as_str().expect("d"))].concat();
    let pair = KeyPair::from_pkcs8(Algorithm::EdDsa, &document).expect("a key");
    assert_eq!(pair.public_key().thumbprint(), key.thumbprint());
    let (input, signature) = token.rsplit_once('.').expect("a signature");
    assert_eq!(encode(pair.sign(input.as_bytes()).expect("a signature").as_bytes()), signature);
}

/// Our answer to a vector, and what it must be.
fn agree(set: &str, case: usize, result: TestResult, ours: bool) -> bool {
    match result {
        TestResult::Valid => assert!(ours, "{set} {case} is valid"),
        TestResult::Invalid => assert!(!ours, "{set} {case} is invalid"),
        TestResult::Acceptable => {}
    }
    ours
}

// shows: RFC7518-3.4-01, RFC7518-3.4-02, RFC8725-3.3-01
#[test]
fn wycheproof_ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let sets = [
        (TestName::EcdsaSecp256r1Sha256P1363, Algorithm::Es256, false),
        (TestName::EcdsaSecp384r1Sha384P1363, Algorithm::Es384, false),
        (TestName::EcdsaSecp256r1Sha256, Algorithm::Es256, true),
        (TestName::EcdsaSecp384r1Sha384, Algorithm::Es384, true),
    ];
    for (name, algorithm, der) in sets {
        let (mut cases, mut accepted) = (0, 0);
        for group in TestSet::load(name).expect("vectors").test_groups {
            let (x, y) = group.key.key.split_at(1).1.split_at(group.key.key.len() / 2);
            let curve = if algorithm == Algorithm::Es256 { "P-256" } else { "P-384" };
            let jwk = json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)});
            let key = PublicKey::parse(jwk.to_string().as_bytes(), algorithm).expect("a key");
            for test in group.tests {
                let ours = if der {
                    Signature::from_der(&key, &test.sig)
                        .is_ok_and(|signature| key.verify(&test.msg, signature.as_bytes()).is_ok())
                } else {
                    key.verify(&test.msg, &test.sig).is_ok()
                };
                cases += 1;
                accepted += usize::from(agree(&format!("{name:?}"), test.tc_id, test.result, ours));
            }
        }
        assert!(cases > 200 && accepted > 100, "{name:?}: {accepted} of {cases}");
    }
}

#[test]
fn wycheproof_eddsa() {
    use wycheproof::eddsa::{TestName, TestSet};
    let (mut cases, mut accepted) = (0, 0);
    for group in TestSet::load(TestName::Ed25519).expect("vectors").test_groups {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&*group.key.pk)});
        let key = PublicKey::parse(jwk.to_string().as_bytes(), Algorithm::EdDsa).expect("a key");
        for test in group.tests {
            cases += 1;
            accepted += usize::from(agree("Ed25519", test.tc_id, test.result, key.verify(&test.msg, &test.sig).is_ok()));
        }
    }
    assert!(cases > 100 && accepted > 60, "{accepted} of {cases}");
}

fn rsa(n: &[u8], e: &[u8], algorithm: Algorithm) -> Result<PublicKey, JoseError> {
    let number = |bytes: &[u8]| encode(&bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(0)..]);
    let jwk = json!({"kty": "RSA", "n": number(n), "e": number(e)});
    PublicKey::parse(jwk.to_string().as_bytes(), algorithm)
}

#[test]
fn wycheproof_rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let (mut cases, mut accepted) = (0, 0);
    for name in [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256] {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = rsa(&group.key.n, &group.key.e, Algorithm::Rs256).expect("a key");
            for test in group.tests {
                cases += 1;
                let ours = key.verify(&test.msg, &test.sig).is_ok();
                accepted += usize::from(agree(&format!("{name:?}"), test.tc_id, test.result, ours));
            }
        }
    }
    assert!(cases > 600 && accepted > 10, "{accepted} of {cases}");
    for group in TestSet::load(TestName::Rsa8192Sha256).expect("vectors").test_groups {
        assert_eq!(rsa(&group.key.n, &group.key.e, Algorithm::Rs256).unwrap_err(), JoseError::KeySize);
    }
}

/// Of these only SHA-256, MGF1 with SHA-256 and a salt of 32 bytes are PS256 (RFC 7518 section 3.5): the others are good signatures of
/// something else.
// shows: RFC7518-3.5-01
#[test]
fn wycheproof_rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let (mut cases, mut accepted) = (0, 0);
    for name in [
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss3072Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha256Mgf1SaltLen32,
    ] {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = rsa(&group.key.n, &group.key.e, Algorithm::Ps256).expect("a key");
            for test in group.tests {
                cases += 1;
                let ours = key.verify(&test.msg, &test.sig).is_ok();
                accepted += usize::from(agree(&format!("{name:?}"), test.tc_id, test.result, ours));
            }
        }
    }
    assert!(cases > 250 && accepted > 100, "{accepted} of {cases}");
    for name in
        [TestName::RsaPss2048Sha256Mgf1SaltLen0, TestName::RsaPss2048Sha256Mgf1Sha1_20, TestName::RsaPss2048Sha384Mgf1SaltLen48]
    {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = rsa(&group.key.n, &group.key.e, Algorithm::Ps256).expect("a key");
            // Those that are wrong there may be PS256.
            let mut good = group.tests.iter().filter(|test| test.result == TestResult::Valid).peekable();
            assert!(good.peek().is_some() && !good.any(|test| key.verify(&test.msg, &test.sig).is_ok()), "{name:?}");
        }
    }
}
