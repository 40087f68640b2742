//! Keys: those of this process, those that stay elsewhere, sets of them, and keys at rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grantor::jose::{AccessTokenJwt, CompactJws, External, IdTokenJwt, KeySource, TokenSigner, TokenType};
use grantor::{
    Algorithm, Issuer, JoseError, Jwks, KeyError, KeyId, KeyPair, KeySealer, MasterKeys, PublicKey, SealContext, SealedKey,
    SealerError, Signature, Signer, SignerError,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::jws::{self, decode, encode, jwk, key};

const CLAIMS: &[u8] = br#"{"iss":"https://auth.example.com","sub":"alice"}"#;

fn verified<T: TokenType>(token: &str, keys: &impl KeySource) -> Result<Value, JoseError> {
    let jws = CompactJws::decode(token)?;
    let verified = jws.unverified::<T>(&Algorithm::ALL)?.verify(keys)?;
    Ok(verified.deserialize().expect("JSON"))
}

// shows: RFC7515-4.1.9-02, RFC7515-5.1-01, RFC7515-6-01, RFC7515-7.1-01, RFC7518-3.1-01, RFC7519-7.1-01, RFC7519-8-02
// shows: RFC8725-3.11-01, RFC8725-3.11-04, RFC8725-3.2-04
#[test]
fn each_algorithm_signs_what_its_public_key_verifies() {
    for algorithm in Algorithm::ALL {
        let issuer = TokenSigner::new(key(algorithm));
        let token = issuer.sign_now::<AccessTokenJwt>(CLAIMS).expect("a token");
        let header: Value = serde_json::from_slice(&decode(token.split('.').next().expect("a header"))).expect("JSON");
        let kid = issuer.public_key().thumbprint().to_string();
        assert_eq!(header, json!({"alg": algorithm.as_str(), "typ": "at+jwt", "kid": kid}));
        let keys = Jwks::of([issuer.public_key()]);
        assert_eq!(verified::<AccessTokenJwt>(&token, &keys).expect("verified")["sub"], "alice");
        // Nothing of it can be changed.
        for at in (0..token.len()).step_by(token.len() / 40) {
            let mut bytes = token.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).expect("ASCII");
            assert!(verified::<AccessTokenJwt>(&altered, &keys).is_err(), "{algorithm} {at}");
        }
        let other = key(algorithm);
        assert_eq!(verified::<AccessTokenJwt>(&token, other.public_key()).unwrap_err(), JoseError::Signature);
    }
}

/// A type of an application has a header of its own, which is not kept.
#[test]
fn applications_have_types_of_their_own() {
    #[derive(Debug)]
    struct Receipt;
    impl TokenType for Receipt {
        const TYP: &'static str = "receipt+jwt";
    }
    let issuer = TokenSigner::new(key(Algorithm::EdDsa));
    let token = issuer.sign_now::<Receipt>(CLAIMS).expect("a token");
    assert!(verified::<Receipt>(&token, issuer.public_key()).is_ok());
    assert_eq!(verified::<AccessTokenJwt>(&token, issuer.public_key()).unwrap_err(), JoseError::Type);
}

// shows: RFC8725-3.5-01
#[test]
fn private_keys_come_in_pkcs8_and_nothing_else() {
    for algorithm in Algorithm::ALL {
        let pair = key(algorithm);
        let document = pair.to_pkcs8().expect("a document");
        let again = KeyPair::from_pkcs8(algorithm, &document).expect("a key");
        assert_eq!(again.public_key(), pair.public_key());
        let signature = again.sign(b"input").expect("a signature");
        assert_eq!(pair.public_key().verify(b"input", signature.as_bytes()), Ok(()));

        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&document);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("ASCII")).collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\r\n"));
        assert_eq!(KeyPair::from_pem(algorithm, &pem).expect("a key").public_key(), pair.public_key());
        for wrong in [pem.replace("PRIVATE", "PUBLIC"), pem.replace("PRIVATE", "ENCRYPTED PRIVATE"), pem.repeat(2), text.clone()]
        {
            assert_eq!(KeyPair::from_pem(algorithm, &wrong).unwrap_err(), KeyError::Malformed);
        }
        for other in Algorithm::ALL {
            let rsa = [Algorithm::Rs256, Algorithm::Ps256];
            let fits = other == algorithm || rsa.contains(&other) && rsa.contains(&algorithm);
            assert_eq!(KeyPair::from_pkcs8(other, &document).is_ok(), fits, "{algorithm} as {other}");
        }
        for cut in [0, 1, document.len() / 2, document.len() - 1] {
            assert_eq!(KeyPair::from_pkcs8(algorithm, &document[..cut]).unwrap_err(), KeyError::Malformed, "{cut}");
        }
    }
}

// shows: RFC7517-9.2-01
#[test]
fn nothing_secret_is_shown() {
    for algorithm in Algorithm::ALL {
        let pair = key(algorithm);
        let document = pair.to_pkcs8().expect("a document");
        let issuer = TokenSigner::new(pair);
        let shown = format!("{issuer:?} {:?}", issuer.key());
        assert!(shown.contains(issuer.public_key().key_id().as_str()) && shown.len() < 300, "{shown}");
        let keys = serde_json::to_string(&Jwks::of([issuer.public_key()])).expect("JSON");
        for secret in document.windows(24).map(encode) {
            assert!(!shown.contains(&secret));
        }
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(!keys.contains(&format!("\"{name}\":")), "{keys}");
        }
    }
}

// shows: RFC7517-4.4-01, RFC7517-4.5-01, RFC8725-3.2-03
#[test]
fn a_set_is_written_with_public_members_and_read_again() {
    let pairs = Algorithm::ALL.map(key);
    let keys = Jwks::of(pairs.iter().map(KeyPair::public_key));
    let text = serde_json::to_vec(&keys).expect("JSON");
    let json: Value = serde_json::from_slice(&text).expect("JSON");
    for (jwk, pair) in json["keys"].as_array().expect("keys").iter().zip(&pairs) {
        let public = pair.public_key();
        assert_eq!((&jwk["alg"], &jwk["use"]), (&json!(public.algorithm().as_str()), &json!("sig")));
        assert_eq!(
            (jwk["kid"].as_str(), public.key_id().to_string()),
            (Some(public.key_id().as_str()), public.thumbprint().to_string())
        );
        assert_eq!(&serde_json::from_value::<PublicKey>(jwk.clone()).expect("a key"), public);
    }
    assert_eq!(Jwks::parse(&text).expect("a set"), keys);
    assert_eq!(serde_json::from_slice::<Jwks>(&text).expect("a set"), keys);
    assert_eq!(serde_json::from_value::<Jwks>(json).expect("a set"), keys);
}

/// What this library does not verify with, its owner may have all the same.
// shows: RFC7517-5-01, RFC7517-5-02, RFC7517-5-03, RFC7517-5-04, RFC7517-9.2-01
#[test]
fn a_set_has_what_can_be_used_of_it() {
    let (rsa, ec) = (key(Algorithm::Rs256), key(Algorithm::Es256));
    let with = |jwk: Value, name: &str, value: Value| {
        let mut jwk = jwk;
        jwk[name] = value;
        jwk
    };
    let set = json!({"keys": [
        jwk(&rsa),
        with(jwk(&ec), "kid", json!("signs")),
        with(jwk(&ec), "use", json!("enc")),
        with(jwk(&ec), "alg", json!("ECDH-ES")),
        with(jwk(&ec), "y", json!("AAAA")),
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {},
    ], "unknown": 1});
    let keys = Jwks::parse(set.to_string().as_bytes()).expect("a set");
    let algorithms: Vec<_> = keys.iter().map(PublicKey::algorithm).collect();
    assert_eq!(algorithms, [Algorithm::Ps256, Algorithm::Rs256, Algorithm::Es256], "of RSA, one for each");
    assert_eq!(
        keys.skipped(),
        [
            JoseError::KeyUse,
            JoseError::UnsupportedKey,
            JoseError::InvalidKey,
            JoseError::UnsupportedKey,
            JoseError::UnsupportedKey,
            JoseError::Missing("kty"),
        ]
    );
    assert!(keys.key(Algorithm::Ps256, None).is_ok() && keys.key(Algorithm::Rs256, None).is_ok());
    assert_eq!(keys.key(Algorithm::EdDsa, None).unwrap_err(), JoseError::UnknownKey);
    // The JWK alone does not say for which algorithm it is.
    assert!(serde_json::from_value::<PublicKey>(jwk(&rsa)).is_err());

    let many = |count: usize| json!({"keys": vec![json!({"kty": "AKP"}); count]}).to_string();
    assert!(Jwks::parse(many(Jwks::MAX_KEYS).as_bytes()).expect("a set").is_empty());
    for (text, expected) in [
        (many(Jwks::MAX_KEYS + 1), JoseError::TooLong),
        (format!("{{\"keys\":[],\"a\":\"{}\"}}", "x".repeat(Jwks::MAX_LEN)), JoseError::TooLong),
        ("{}".to_owned(), JoseError::Malformed("keys")),
        ("{\"keys\":{}}".to_owned(), JoseError::Malformed("keys")),
        ("{\"keys\":[1]}".to_owned(), JoseError::Malformed("keys")),
        ("{\"keys\":[],\"keys\":[]}".to_owned(), JoseError::DuplicateMember),
        ("[]".to_owned(), JoseError::NotAnObject),
        (json!({"keys": [jwk(&ec), {"kty": "oct", "k": "AA"}]}).to_string(), JoseError::SecretKey),
        (json!({"keys": [with(jwk(&ec), "d", json!("AA"))]}).to_string(), JoseError::SecretKey),
    ] {
        assert_eq!(Jwks::parse(text.as_bytes()).unwrap_err(), expected, "{text:.60}");
    }
}

/// A key management service: another process, in effect.
struct Service {
    public: PublicKey,
    private: KeyPair,
    answers: fn(&Service, &[u8]) -> Result<Signature, SignerError>,
    asked: AtomicUsize,
}

impl Service {
    fn new(private: KeyPair, answers: fn(&Service, &[u8]) -> Result<Signature, SignerError>) -> Self {
        let id = KeyId::parse("projects/p/keys/k/versions/1").expect("a name");
        Self { public: private.public_key().clone().with_key_id(id), private, answers, asked: AtomicUsize::new(0) }
    }
}

impl Signer for Service {
    fn key(&self) -> &PublicKey {
        &self.public
    }

    async fn sign(&self, input: &[u8]) -> Result<Signature, SignerError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        (self.answers)(self, input)
    }
}

// shows: RFC7519-5.1-01
#[tokio::test]
async fn a_key_may_stay_elsewhere() {
    for algorithm in Algorithm::ALL {
        let service = Arc::new(Service::new(key(algorithm), |own, input| own.private.sign(input)));
        let issuer = TokenSigner::new(External(service.clone()));
        let token = issuer.sign::<IdTokenJwt>(CLAIMS).await.expect("a token");
        assert_eq!(service.asked.load(Ordering::SeqCst), 1);
        let keys = Jwks::of([issuer.public_key()]);
        assert!(keys.key(algorithm, Some("projects/p/keys/k/versions/1")).is_ok());
        assert_eq!(verified::<IdTokenJwt>(&token, &keys).expect("verified")["sub"], "alice");
        let header: Value = serde_json::from_slice(&decode(token.split('.').next().expect("a header"))).expect("JSON");
        assert_eq!((&header["typ"], &header["kid"]), (&json!("JWT"), &json!("projects/p/keys/k/versions/1")));
    }
}

/// Nobody gets to see a signature that is not right.
#[tokio::test]
async fn what_a_signer_answers_is_verified() {
    let signing = |algorithm, answers: fn(&Service, &[u8]) -> Result<Signature, SignerError>| async move {
        TokenSigner::new(External(Service::new(key(algorithm), answers))).sign::<IdTokenJwt>(CLAIMS).await
    };
    for algorithm in Algorithm::ALL {
        let of_another = signing(algorithm, |own, input| key(own.public.algorithm()).sign(input)).await;
        assert!(matches!(of_another, Err(SignerError::WrongSignature)), "{algorithm}");
        let of_something_else = signing(algorithm, |own, _| own.private.sign(b"something else")).await;
        assert!(matches!(of_something_else, Err(SignerError::WrongSignature)), "{algorithm}");
    }
    let down = signing(Algorithm::Es256, |_, _| Err(SignerError::Unavailable { retry_after: None })).await;
    assert!(matches!(down, Err(SignerError::Unavailable { .. })));
    let failed = signing(Algorithm::Es256, |_, _| Err(SignerError::failed("access denied"))).await.unwrap_err();
    assert_eq!(failed.to_string(), "signing failed");
}

/// A number of DER, in as few bytes as it takes.
fn number(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let sign: &[u8] = if bytes[start] < 0x80 { &[] } else { &[0] };
    let digits = [sign, &bytes[start..]].concat();
    [&[2, digits.len() as u8], &digits[..]].concat()
}

fn sequence(content: &[u8]) -> Vec<u8> {
    [&[0x30, content.len() as u8], content].concat()
}

// shows: RFC7518-3.4-01
#[test]
fn signatures_in_der_become_those_of_jose() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384] {
        let pair = key(algorithm);
        let public = pair.public_key();
        // Numbers are shorter or longer by a byte half of the time.
        for _ in 0..50 {
            let signature = pair.sign(b"input").expect("a signature");
            let (r, s) = signature.as_bytes().split_at(public.signature_len() / 2);
            let der = sequence(&[number(r), number(s)].concat());
            assert_eq!(Signature::from_der(public, &der).expect("a signature").as_bytes(), signature.as_bytes());
            assert_eq!(Signature::fixed(public, signature.as_bytes()).expect("a signature").as_bytes(), signature.as_bytes());
            assert_eq!(Signature::fixed(public, &der).unwrap_err(), JoseError::Signature);
        }
        let one: &[u8] = &[2, 1, 1];
        assert!(Signature::from_der(public, &sequence(&[one, one].concat())).is_ok());
        let full = public.signature_len() / 2;
        let of = |length: usize| [&[2, length as u8], &vec![0x7f; length][..]].concat();
        assert!(Signature::from_der(public, &sequence(&[one, &of(full)].concat())).is_ok());
        for wrong in [
            vec![],
            sequence(&[]),
            sequence(one),
            sequence(&[one, one, one].concat()),
            [sequence(&[one, one].concat()), vec![0]].concat(),
            sequence(&[one, &[2, 1, 0]].concat()),
            sequence(&[one, &[2, 0]].concat()),
            sequence(&[one, &[2, 1, 0x80]].concat()),
            sequence(&[one, &[2, 2, 0, 1]].concat()),
            sequence(&[one, &[3, 1, 1]].concat()),
            sequence(&[one, &of(full + 1)].concat()),
            vec![0x31, 6, 2, 1, 1, 2, 1, 1],
            vec![0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],
            vec![0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0],
            vec![0x30, 7, 2, 1, 1, 2, 1, 1],
        ] {
            assert_eq!(Signature::from_der(public, &wrong).unwrap_err(), JoseError::Signature, "{wrong:?}");
        }
    }
    let edwards = key(Algorithm::EdDsa);
    assert!(Signature::from_der(edwards.public_key(), &sequence(&[2, 1, 1, 2, 1, 1])).is_err());
}

fn master(first: u8) -> MasterKeys {
    let mut secret: Vec<u8> = (1..=32).collect();
    secret[0] = first;
    MasterKeys::from_bytes(&secret).expect("a secret")
}

fn context(issuer: &str, kid: &str, algorithm: Algorithm) -> SealContext {
    SealContext::new(&Issuer::parse(issuer).expect("an issuer"), &KeyId::parse(kid).expect("a kid"), algorithm)
}

// shows: RFC7517-7-01
#[tokio::test]
async fn a_sealed_key_opens_for_what_it_belongs_to_and_for_nothing_else() {
    let pair = key(Algorithm::Es256);
    let document = pair.to_pkcs8().expect("a document");
    let own = context("https://auth.example.com", "kid", Algorithm::Es256);
    let sealed = master(100).seal(&own, &document).await.expect("sealed");
    assert_eq!(*master(100).open(&own, &sealed).await.expect("opened"), *document);
    assert_ne!(master(100).seal(&own, &document).await.expect("sealed"), sealed, "each has a nonce of its own");
    for other in [
        context("https://auth.example.org", "kid", Algorithm::Es256),
        context("https://auth.example.com", "kie", Algorithm::Es256),
        context("https://auth.example.com", "kid", Algorithm::Es384),
    ] {
        assert!(matches!(master(100).open(&other, &sealed).await, Err(SealerError::Damaged)), "{other:?}");
    }
    assert!(matches!(master(101).open(&own, &sealed).await, Err(SealerError::UnknownMasterKey)));
    for at in 0..sealed.as_bytes().len() {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[at] ^= 1;
        let opened = master(100).open(&own, &SealedKey::from_bytes(bytes)).await;
        let is_name = (1..9).contains(&at);
        assert!(
            matches!(opened, Err(SealerError::UnknownMasterKey) if is_name)
                || matches!(opened, Err(SealerError::Damaged) if !is_name)
        );
    }
    for cut in 0..sealed.as_bytes().len() {
        assert!(master(100).open(&own, &SealedKey::from_bytes(sealed.as_bytes()[..cut].to_vec())).await.is_err(), "{cut}");
    }
    let shown = format!("{sealed:?}");
    assert!(shown.starts_with("SealedKey(") && shown.len() < 30, "{shown}");
}

/// The first seals, each opens; and what tells them apart is not the secret nor a key.
#[tokio::test]
async fn master_keys_can_be_replaced() {
    let own = context("https://auth.example.com", "kid", Algorithm::Es256);
    let before = master(100).seal(&own, b"key").await.expect("sealed");
    let both = master(101).and_before(master(100)).expect("two");
    assert_eq!(**both.open(&own, &before).await.expect("opened"), *b"key");
    let after = both.seal(&own, b"key").await.expect("sealed");
    assert_eq!(**master(101).open(&own, &after).await.expect("opened"), *b"key");
    assert!(matches!(master(100).open(&own, &after).await, Err(SealerError::UnknownMasterKey)));
    let name = |sealed: &SealedKey| sealed.as_bytes()[1..9].to_vec();
    assert_ne!(name(&before), name(&after));
    assert_eq!(name(&before), name(&master(100).seal(&own, b"other").await.expect("sealed")));
    let secret: Vec<u8> = [100].into_iter().chain(2..=32).collect();
    assert!(!secret.windows(4).any(|part| before.as_bytes().windows(4).any(|other| part == other)));
}

/// Each part has its length before it.
#[test]
fn contexts_do_not_run_into_each_other() {
    let issuer = "https://auth.example.com";
    let one = context(&format!("{issuer}/a"), "b", Algorithm::Es256);
    let other = context(issuer, "/ab", Algorithm::Es256);
    assert_ne!(one, other);
    assert_ne!(one.as_bytes().len() % 8, 0, "lengths are not padding");
    assert!(one.as_bytes().windows(5).any(|part| part == b"ES256"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Any object with names of their own is read as another parser reads it, and any claims come back.
    #[test]
    fn claims_come_back_whatever_they_are(members in proptest::collection::btree_map(".{0,12}", ".{0,24}", 0..20)) {
        let pair = jws::key(Algorithm::EdDsa);
        let claims = serde_json::to_string(&members).expect("JSON");
        let issuer = TokenSigner::new(pair);
        let token = issuer.sign_now::<AccessTokenJwt>(claims.as_bytes()).expect("a token");
        prop_assert_eq!(verified::<AccessTokenJwt>(&token, issuer.public_key()).expect("verified"), json!(members));
        let jws = CompactJws::decode(&token).expect("a JWS");
        let unverified = jws.unverified::<AccessTokenJwt>(&[Algorithm::EdDsa]).expect("a token");
        let read: std::collections::BTreeMap<String, String> = unverified.claims().iter()
            .map(|(name, value)| (name.to_owned(), value.as_text().expect("text").to_owned())).collect();
        prop_assert_eq!(read, members);
    }

    /// Whatever is decoded, is read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in "[A-Za-z0-9_.-]{0,80}|.{0,80}") {
        if let Ok(jws) = CompactJws::decode(&text) {
            let _ = jws.unverified::<IdTokenJwt>(&Algorithm::ALL);
        }
    }

    /// A signature of one text is one of no other.
    #[test]
    fn signatures_are_of_one_text(one in proptest::collection::vec(any::<u8>(), 0..60), other in proptest::collection::vec(any::<u8>(), 0..60)) {
        let pair = jws::key(Algorithm::Es256);
        let signature = pair.sign(&one).expect("a signature");
        prop_assert_eq!(pair.public_key().verify(&other, signature.as_bytes()).is_ok(), one == other);
    }
}
