//! Tokens and keys that are wrong in one place, and rightly signed all the same: what a caller could not see afterwards has to be
//! refused here. RFC 7515, RFC 7517, RFC 7518, RFC 8725, RFC 9449.

use grantor::jose::{
    AccessTokenJwt, ClientAssertionJwt, CompactJws, DpopProofJwt, IdTokenJwt, KeySource, RequestObjectJwt, TokenType, Verified,
};
use grantor::{Algorithm, JoseError, Jwks, KeyPair, PublicKey};
use serde_json::{Value, json};

use crate::jws::{self, encode, jwk, key, signed, with};

const CLAIMS: &str = r#"{"jti":"-BwC3ESc6acc2lTc","htm":"POST","htu":"https://auth.example.com/token","iat":1800000000}"#;

/// What a server does with a proof: the key is in the header.
fn check(proof: &str) -> Result<(), JoseError> {
    let jws = CompactJws::decode(proof)?;
    let unverified = jws.unverified::<DpopProofJwt>(&Algorithm::ALL)?;
    let key = unverified.embedded_key()?;
    unverified.verify(&key).map(drop)
}

fn header(key: &KeyPair) -> String {
    json!({"typ": "dpop+jwt", "alg": key.public_key().algorithm().as_str(), "jwk": jwk(key)}).to_string()
}

/// The header with another JWK.
fn header_with_jwk(jwk: &str) -> String {
    format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{jwk}}}"#)
}

/// Each is refused for its own reason, and the same proof without the fault is accepted.
// shows: RFC7515-4-01, RFC7515-4.1.11-01, RFC7515-4.1.11-02, RFC7515-5.2-01, RFC7515-5.2-02, RFC7515-5.3-01, RFC7517-4-01
// shows: RFC7517-9.2-01, RFC7518-3.4-02, RFC7518-3.6-01, RFC7519-4-01, RFC7519-7.2-01, RFC8725-3.1-02, RFC8725-3.2-05
// shows: RFC8725-3.3-01
#[test]
fn the_nineteen_faulty_proofs_are_refused() {
    let pair = key(Algorithm::Es256);
    let (header, own) = (header(&pair), jwk(&pair));
    let right = signed(&header, CLAIMS, &pair);
    assert_eq!(check(&right), Ok(()));
    let proof = |header: &str, claims: &str| signed(header, claims, &pair);
    let [first, claims, signature] = right.split('.').collect::<Vec<_>>()[..] else { panic!("{right}") };
    let x = own["x"].as_str().expect("x");
    let with_key = |member: &str| header_with_jwk(&with(&own.to_string(), member));
    let off_the_curve = {
        let mut key = own.clone();
        let y = jws::decode(own["y"].as_str().expect("y"));
        key["y"] = encode([&y[..31], &[y[31] ^ 1]].concat()).into();
        header_with_jwk(&key.to_string())
    };
    // The last character of 64 bytes has four bits that no byte needs.
    let unused = {
        let last = signature.chars().last().expect("a character");
        let next = char::from(last as u8 + 1);
        format!("{first}.{claims}.{}{next}", &signature[..signature.len() - 1])
    };
    let unsigned = |alg: &str| {
        let header = header.replace("ES256", alg);
        format!("{}.{claims}.", encode(header))
    };
    let faults = [
        // 1 to 3: what is looked at, twice.
        ("alg twice", proof(&with(&header, r#""alg":"ES256""#), CLAIMS), JoseError::DuplicateMember),
        ("jti twice", proof(&header, &with(CLAIMS, r#""jti":"other""#)), JoseError::DuplicateMember),
        ("x twice", proof(&with_key(&format!(r#""x":"{x}""#)), CLAIMS), JoseError::DuplicateMember),
        // 4 to 6: what nobody looks at, twice.
        ("unknown twice in the header", proof(&with(&header, r#""a":1,"a":2"#), CLAIMS), JoseError::DuplicateMember),
        ("unknown twice in the key", proof(&with_key(r#""a":1,"a":2"#), CLAIMS), JoseError::DuplicateMember),
        ("unknown twice in the claims", proof(&header, &with(CLAIMS, r#""a":1,"a":2"#)), JoseError::DuplicateMember),
        // 7: RFC 9449 section 4.3, check 7.
        ("private", proof(&with_key(&format!(r#""d":"{x}""#)), CLAIMS), JoseError::SecretKey),
        ("crit empty", proof(&with(&header, r#""crit":[]"#), CLAIMS), JoseError::Critical),
        ("b64", proof(&with(&header, r#""b64":false"#), CLAIMS), JoseError::Unencoded),
        ("crit unknown", proof(&with(&header, r#""crit":["exp"],"exp":1"#), CLAIMS), JoseError::Critical),
        ("off the curve", proof(&off_the_curve, CLAIMS), JoseError::InvalidKey),
        ("padding", format!("{right}=="), JoseError::Base64),
        ("unused bits", unused, JoseError::Base64),
        ("four parts", format!("{right}."), JoseError::NotCompact),
        ("none", unsigned("none"), JoseError::Algorithm),
        ("HMAC with the public key", hmac(&header, CLAIMS, &own), JoseError::Algorithm),
        ("DER", in_der(&right), JoseError::Signature),
        ("another algorithm", proof(&header.replace("ES256", "ES384"), CLAIMS), JoseError::KeyUse),
        ("another type", proof(&header.replace("dpop+jwt", "JWT"), CLAIMS), JoseError::Type),
    ];
    assert_eq!(faults.len(), 19);
    for (fault, proof, expected) in faults {
        assert_eq!(check(&proof), Err(expected), "{fault}");
    }
}

/// The mistake that this is for is to take a public key for a shared secret.
fn hmac(header: &str, claims: &str, key: &Value) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let input = format!("{}.{}", encode(header.replace("ES256", "HS256")), encode(claims));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.to_string().as_bytes()).expect("any length");
    mac.update(input.as_bytes());
    format!("{input}.{}", encode(mac.finalize().into_bytes()))
}

/// The same signature in the form in which other protocols have it.
fn in_der(token: &str) -> String {
    let (input, signature) = token.rsplit_once('.').expect("a signature");
    let signature = jws::decode(signature);
    let number = |bytes: &[u8]| {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
        let sign: &[u8] = if bytes[start] < 0x80 { &[] } else { &[0] };
        let digits = [sign, &bytes[start..]].concat();
        [&[2, digits.len() as u8], &digits[..]].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let numbers = [number(r), number(s)].concat();
    format!("{input}.{}", encode([&[0x30, numbers.len() as u8], &numbers[..]].concat()))
}

/// What a client signs about itself, of which the owner registered the keys.
fn check_as<T: TokenType>(token: &str, permitted: &[Algorithm], keys: &Jwks) -> Result<(), JoseError> {
    CompactJws::decode(token)?.unverified::<T>(permitted)?.verify(keys).map(|verified: Verified<'_, T>| drop(verified))
}

// shows: RFC7515-2-01, RFC7515-5.2-02, RFC7515-7.1-01, RFC7515-7.2-01, RFC7515-10.12-01, RFC7519-7.2-01, RFC8725-3.7-01
#[test]
fn what_is_no_compact_jws_is_refused() {
    let pair = key(Algorithm::EdDsa);
    let right = signed(&header(&pair), CLAIMS, &pair);
    let [first, claims, signature] = right.split('.').collect::<Vec<_>>()[..] else { panic!("{right}") };
    for (text, expected) in [
        (String::new(), JoseError::NotCompact),
        ("a".to_owned(), JoseError::NotCompact),
        (format!("{first}.{claims}"), JoseError::NotCompact),
        (format!("{right}.{signature}.{signature}"), JoseError::NotCompact),
        (format!("{{\"protected\":\"{first}\",\"payload\":\"{claims}\",\"signature\":\"{signature}\"}}"), JoseError::NotCompact),
        (format!(" {right}"), JoseError::Base64),
        (format!("{right}\n"), JoseError::Base64),
        (right.replace('.', ". "), JoseError::Base64),
        (format!("{first}.{claims}.{}+", &signature[1..]), JoseError::Base64),
        (format!("{first}.{claims}.{}\u{e9}", &signature[1..]), JoseError::Base64),
        (format!("{first}.{claims}."), JoseError::Signature),
        (format!("{first}.{claims}.{}", &signature[..84]), JoseError::Signature),
        (format!("{first}.{claims}.{signature}AA"), JoseError::Signature),
        (format!("{first}.{claims}.{}", encode([0; 65])), JoseError::Signature),
        (format!("{first}..{signature}"), JoseError::NotAnObject),
        (format!(".{claims}.{signature}"), JoseError::NotAnObject),
        (format!("{}.{claims}.{signature}", encode("[]")), JoseError::NotAnObject),
        (format!("{}.{claims}.{signature}", encode(format!("{} ", header(&pair)) + "{}")), JoseError::NotAnObject),
        (signed(&header(&pair), "\"text\"", &pair), JoseError::NotAnObject),
        (signed(&header(&pair), &format!("{CLAIMS}x"), &pair), JoseError::NotAnObject),
        (format!("{}.{claims}.{signature}", encode(b"{\"alg\":\"\xff\"}")), JoseError::NotAnObject),
    ] {
        assert_eq!(check(&text), Err(expected), "{text}");
    }
    assert_eq!(check(&right), Ok(()));
}

#[test]
fn sizes_are_bounded_before_anything_is_decoded() {
    let pair = key(Algorithm::Es256);
    let proof = |padding: usize| signed(&header(&pair), &with(CLAIMS, &format!(r#""pad":"{}""#, "x".repeat(padding))), &pair);
    let (small, large) = (proof(5_000), proof(6_100));
    assert!(small.len() < DpopProofJwt::MAX_LEN && large.len() > DpopProofJwt::MAX_LEN);
    assert_eq!(check(&small), Ok(()));
    assert_eq!(check(&large), Err(JoseError::TooLong));
    // Not even split.
    assert_eq!(CompactJws::decode(&"é".repeat(40_000)).unwrap_err(), JoseError::TooLong);
    // A type that allows more gets more.
    let keys = Jwks::of([pair.public_key()]);
    let request = signed(r#"{"alg":"ES256"}"#, &with(CLAIMS, &format!(r#""pad":"{}""#, "x".repeat(40_000))), &pair);
    assert_eq!(check_as::<RequestObjectJwt>(&request, &Algorithm::ALL, &keys), Ok(()));
    assert_eq!(check_as::<ClientAssertionJwt>(&request, &Algorithm::ALL, &keys), Err(JoseError::TooLong));
}

/// A source of keys that does not look at what it is asked for.
struct Always(PublicKey);

impl KeySource for Always {
    fn key(&self, _: Algorithm, _: Option<&str>) -> Result<PublicKey, JoseError> {
        Ok(self.0.clone())
    }
}

// shows: RFC7515-4.1.1-01, RFC7515-5.2-03, RFC7519-7.2-02, RFC7519-8-01, RFC8725-3.1-01, RFC8725-3.1-02, RFC8725-3.1-03
// shows: RFC8725-3.1-04, RFC8725-3.1-05, RFC8725-3.2-01, RFC8725-3.2-02, RFC8725-3.2-05
#[test]
fn the_owner_says_which_algorithm_and_never_the_token() {
    let pairs = Algorithm::ALL.map(key);
    for pair in &pairs {
        let own = pair.public_key().algorithm();
        let keys = Jwks::of([pair.public_key()]);
        let token = signed(&format!(r#"{{"alg":"{own}","typ":"at+jwt"}}"#), CLAIMS, pair);
        assert_eq!(check_as::<AccessTokenJwt>(&token, &[own], &keys), Ok(()), "{own}");
        assert_eq!(check_as::<AccessTokenJwt>(&token, &[], &keys), Err(JoseError::Algorithm), "{own}");
        for other in Algorithm::ALL.into_iter().filter(|other| *other != own) {
            assert_eq!(check_as::<AccessTokenJwt>(&token, &[other], &keys), Err(JoseError::Algorithm), "{own}");
            // Signed by the owner, under the name of an algorithm that the key is not for.
            let renamed = signed(&format!(r#"{{"alg":"{other}","typ":"at+jwt"}}"#), CLAIMS, pair);
            assert_eq!(check_as::<AccessTokenJwt>(&renamed, &Algorithm::ALL, &keys), Err(JoseError::UnknownKey), "{own} {other}");
        }
        for name in ["none", "None", "HS256", "HS384", "es256", "RS1", "ES256K", "Ed448", ""] {
            let renamed = signed(&format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#), CLAIMS, pair);
            assert_eq!(check_as::<AccessTokenJwt>(&renamed, &Algorithm::ALL, &keys), Err(JoseError::Algorithm), "{name}");
        }
    }
    // Not even a source of keys can say otherwise.
    let edwards = pairs.iter().find(|pair| pair.public_key().algorithm() == Algorithm::EdDsa).expect("a key");
    let renamed = signed(r#"{"alg":"ES256","typ":"at+jwt"}"#, CLAIMS, edwards);
    let jws = CompactJws::decode(&renamed).expect("a JWS");
    let unverified = jws.unverified::<AccessTokenJwt>(&[Algorithm::Es256]).expect("a token");
    assert_eq!(unverified.verify(&Always(edwards.public_key().clone())).unwrap_err(), JoseError::UnknownKey);

    let pair = &pairs[0];
    for (header, expected) in [
        (r#"{"typ":"at+jwt"}"#, JoseError::Missing("alg")),
        (r#"{"alg":["ES256"],"typ":"at+jwt"}"#, JoseError::Malformed("alg")),
        (r#"{"alg":"ES256","typ":1}"#, JoseError::Malformed("typ")),
        (r#"{"alg":"ES256","typ":"at+jwt","kid":1}"#, JoseError::Malformed("kid")),
        (r#"{"alg":"ES256","typ":"at+jwt","crit":null}"#, JoseError::Critical),
        (r#"{"alg":"ES256","typ":"at+jwt","b64":true}"#, JoseError::Unencoded),
        (r#"{"alg":"ES256"}"#, JoseError::Type),
    ] {
        let token = signed(header, CLAIMS, pair);
        let keys = Jwks::of([pair.public_key()]);
        assert_eq!(check_as::<AccessTokenJwt>(&token, &Algorithm::ALL, &keys), Err(expected), "{header}");
    }
}

/// `Ed25519` (RFC 9864) is the same algorithm under a name of its own.
// shows: RFC8037-3.1-01
#[test]
fn eddsa_has_two_names() {
    let pair = key(Algorithm::EdDsa);
    let keys = Jwks::of([pair.public_key()]);
    for name in ["EdDSA", "Ed25519"] {
        let token = signed(&format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#), CLAIMS, &pair);
        assert_eq!(check_as::<AccessTokenJwt>(&token, &[Algorithm::EdDsa], &keys), Ok(()), "{name}");
        let mut jwk = jwk(&pair);
        jwk["alg"] = name.into();
        assert_eq!(&PublicKey::parse(jwk.to_string().as_bytes(), Algorithm::EdDsa).expect("a key"), pair.public_key());
    }
}

/// A key in the header, or where to get one, is an attacker's.
// shows: RFC7515-4-02, RFC7515-4.1.3-01, RFC8725-3.10-01
#[test]
fn keys_that_a_token_brings_count_for_nothing() {
    let (owner, attacker) = (key(Algorithm::Es256), key(Algorithm::Es256));
    let keys = Jwks::of([owner.public_key()]);
    for brought in [
        format!(r#""jwk":{}"#, jwk(&attacker)),
        r#""jku":"https://attacker.example/jwks""#.to_owned(),
        r#""x5u":"https://attacker.example/chain""#.to_owned(),
        r#""x5c":["MIIB"]"#.to_owned(),
        r#""jwk":"no key at all","jku":1,"x5u":[],"x5c":null,"x5t":7,"cty":8"#.to_owned(),
    ] {
        let header = with(r#"{"alg":"ES256","typ":"at+jwt"}"#, &brought);
        let check = |pair| check_as::<AccessTokenJwt>(&signed(&header, CLAIMS, pair), &[Algorithm::Es256], &keys);
        assert_eq!(check(&attacker), Err(JoseError::Signature), "{brought}");
        assert_eq!(check(&owner), Ok(()), "{brought}");
    }
}

// shows: RFC7515-4.1.4-01
#[test]
fn a_kid_finds_a_key_among_those_of_the_owner_or_none() {
    let [one, other, edwards] = [Algorithm::Es256, Algorithm::Es256, Algorithm::EdDsa].map(key);
    let id = |pair: &KeyPair| pair.public_key().key_id().to_string();
    let token = |header: &str, pair| signed(&with(header, r#""typ":"at+jwt""#), CLAIMS, pair);
    let check = |token: &str, keys: &[&KeyPair]| {
        let keys = Jwks::of(keys.iter().map(|pair| pair.public_key()));
        check_as::<AccessTokenJwt>(token, &Algorithm::ALL, &keys)
    };
    let named = token(&json!({"alg": "ES256", "kid": id(&one)}).to_string(), &one);
    assert_eq!(check(&named, &[&one, &other, &edwards]), Ok(()));
    assert_eq!(check(&named, &[&other, &edwards]), Err(JoseError::UnknownKey));
    assert_eq!(check(&named, &[]), Err(JoseError::UnknownKey));
    let misnamed = token(&json!({"alg": "ES256", "kid": id(&other)}).to_string(), &one);
    assert_eq!(check(&misnamed, &[&one, &other]), Err(JoseError::Signature));
    assert_eq!(check(&misnamed, &[&one]), Err(JoseError::UnknownKey));
    let wrong_kind = token(&json!({"alg": "ES256", "kid": id(&edwards)}).to_string(), &one);
    assert_eq!(check(&wrong_kind, &[&one, &edwards]), Err(JoseError::UnknownKey));
    for kid in ["", "' OR 1=1 --", "../../dev/null", "\u{0}", "*"] {
        let injected = token(&json!({"alg": "ES256", "kid": kid}).to_string(), &one);
        assert_eq!(check(&injected, &[&one]), Err(JoseError::UnknownKey), "{kid}");
    }
    let unnamed = token(r#"{"alg":"ES256"}"#, &one);
    assert_eq!(check(&unnamed, &[&one, &edwards]), Ok(()), "one key fits");
    assert_eq!(check(&unnamed, &[&one, &other]), Err(JoseError::AmbiguousKey));
    // The key that the application itself chose has any name.
    let verified = CompactJws::decode(&named).expect("a JWS");
    let unverified = verified.unverified::<AccessTokenJwt>(&[Algorithm::Es256]).expect("a token");
    assert_eq!(unverified.verify(edwards.public_key()).unwrap_err(), JoseError::UnknownKey);
}

/// No JWT passes for another.
// shows: RFC7515-4.1.9-01, RFC8725-2.8-01, RFC8725-3.11-02, RFC8725-3.12-01, RFC8725-3.12-02
#[test]
fn a_token_of_one_type_is_none_of_another() {
    let pair = key(Algorithm::Es256);
    let keys = Jwks::of([pair.public_key()]);
    let token = |typ: &str| signed(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), CLAIMS, &pair);
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT"] {
        assert_eq!(check_as::<AccessTokenJwt>(&token(typ), &[Algorithm::Es256], &keys), Ok(()), "{typ}");
        assert_eq!(check_as::<IdTokenJwt>(&token(typ), &[Algorithm::Es256], &keys), Err(JoseError::Type), "{typ}");
        assert_eq!(check_as::<ClientAssertionJwt>(&token(typ), &[Algorithm::Es256], &keys), Err(JoseError::Type), "{typ}");
    }
    for typ in ["JWT", "dpop+jwt", "client-authentication+jwt", "logout+jwt", "token-introspection+jwt", "x/at+jwt"] {
        assert_eq!(check_as::<AccessTokenJwt>(&token(typ), &[Algorithm::Es256], &keys), Err(JoseError::Type), "{typ}");
    }
}

/// RFC 7517 section 4: what a key says about itself.
// shows: RFC7517-4-02, RFC7517-4.1-01, RFC7517-4.2-01, RFC7517-4.3-01, RFC7517-4.3-02, RFC7517-4.4-01, RFC7517-9.2-01
// shows: RFC7518-6.2.1-01, RFC7518-6.2.1-02, RFC7518-6.3.1-01, RFC7518-6.3.1-02, RFC8037-2-02
#[test]
fn keys_for_something_else_and_keys_that_are_none_are_refused() {
    let [p256, p384, edwards, rsa] = [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256].map(key);
    let parse = |jwk: &Value, algorithm| PublicKey::parse(jwk.to_string().as_bytes(), algorithm).map(drop);
    for (pair, algorithms) in [
        (&p256, &[Algorithm::Es256][..]),
        (&p384, &[Algorithm::Es384]),
        (&edwards, &[Algorithm::EdDsa]),
        (&rsa, &[Algorithm::Rs256, Algorithm::Ps256]),
    ] {
        for algorithm in Algorithm::ALL {
            let expected = if algorithms.contains(&algorithm) { Ok(()) } else { Err(JoseError::KeyUse) };
            assert_eq!(parse(&jwk(pair), algorithm), expected, "{algorithm}");
        }
        for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let mut key = jwk(pair);
            key[secret] = Value::Null;
            assert_eq!(parse(&key, algorithms[0]), Err(JoseError::SecretKey), "{secret}");
        }
    }
    for (member, value, expected) in [
        ("use", json!("sig"), Ok(())),
        ("use", json!("enc"), Err(JoseError::KeyUse)),
        ("use", json!("SIG"), Err(JoseError::KeyUse)),
        ("use", json!(1), Err(JoseError::Malformed("use"))),
        ("key_ops", json!(["verify"]), Ok(())),
        ("key_ops", json!(["sign", "verify"]), Ok(())),
        ("key_ops", json!(["encrypt"]), Err(JoseError::KeyUse)),
        ("key_ops", json!([]), Err(JoseError::KeyUse)),
        ("key_ops", json!(["verify", "verify"]), Err(JoseError::Malformed("key_ops"))),
        ("key_ops", json!(["verify", 1]), Err(JoseError::Malformed("key_ops"))),
        ("key_ops", json!("verify"), Err(JoseError::Malformed("key_ops"))),
        ("alg", json!("ES256"), Ok(())),
        ("alg", json!("ES384"), Err(JoseError::KeyUse)),
        ("alg", json!("ECDH-ES"), Err(JoseError::UnsupportedKey)),
        ("alg", json!(256), Err(JoseError::Malformed("alg"))),
        ("kid", json!(""), Err(JoseError::Malformed("kid"))),
        ("kid", json!("k".repeat(257)), Err(JoseError::Malformed("kid"))),
        ("kid", json!(7), Err(JoseError::Malformed("kid"))),
        ("kty", json!("ec"), Err(JoseError::UnsupportedKey)),
        ("kty", json!("oct"), Err(JoseError::UnsupportedKey)),
        ("kty", json!(null), Err(JoseError::Malformed("kty"))),
        ("crv", json!("P-521"), Err(JoseError::UnsupportedKey)),
        ("crv", json!("P-384"), Err(JoseError::InvalidKey)),
        ("crv", json!("secp256k1"), Err(JoseError::UnsupportedKey)),
        ("crv", json!("Ed25519"), Err(JoseError::UnsupportedKey)),
        ("x", json!("AA"), Err(JoseError::InvalidKey)),
        ("x", json!(format!("{}=", jwk(&p256)["x"].as_str().expect("x"))), Err(JoseError::Malformed("x"))),
        ("x5c", json!([1]), Ok(())),
    ] {
        let mut key = jwk(&p256);
        key[member] = value.clone();
        assert_eq!(parse(&key, Algorithm::Es256), expected, "{member}: {value}");
    }
    for member in ["kty", "crv", "x", "y"] {
        let mut key = jwk(&p256);
        key.as_object_mut().expect("an object").remove(member);
        assert_eq!(parse(&key, Algorithm::Es256), Err(JoseError::Missing(member)));
    }
    // A leading zero that is left out, and one that is not (RFC 7518 sections 6.2.1.2 and 2).
    for (pair, member) in [(&p256, "x"), (&rsa, "n"), (&rsa, "e")] {
        let mut key = jwk(pair);
        let bytes = jws::decode(key[member].as_str().expect("text"));
        key[member] = encode([&[0], &bytes[..]].concat()).into();
        assert_eq!(parse(&key, pair.public_key().algorithm()), Err(JoseError::InvalidKey), "{member}");
    }
    let long = format!("{{\"kty\":\"EC\",\"a\":\"{}\"}}", "x".repeat(PublicKey::MAX_LEN));
    assert_eq!(PublicKey::parse(long.as_bytes(), Algorithm::Es256).unwrap_err(), JoseError::TooLong);
}

/// Points of small order, and what is no point.
#[test]
fn weak_points_are_refused() {
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
    };
    let zeros = "00".repeat(30);
    let prime = |first: &str, last: &str| format!("{first}{}{last}", "ff".repeat(30));
    for point in [
        format!("00{zeros}00"),
        format!("00{zeros}80"),
        format!("01{zeros}00"),
        format!("01{zeros}80"),
        prime("ec", "7f"),
        prime("ec", "ff"),
        prime("ed", "7f"),
        prime("ed", "ff"),
        prime("ee", "7f"),
        prime("ee", "ff"),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".to_owned(),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85".to_owned(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".to_owned(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".to_owned(),
    ] {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(hex(&point))}).to_string();
        assert_eq!(PublicKey::parse(jwk.as_bytes(), Algorithm::EdDsa).unwrap_err(), JoseError::InvalidKey, "{point}");
    }
    for (curve, algorithm, size) in [("P-256", Algorithm::Es256, 32), ("P-384", Algorithm::Es384, 48)] {
        for (x, y) in [(0, 0), (0xff, 0xff), (0, 1)] {
            let jwk = json!({"kty": "EC", "crv": curve, "x": encode(vec![x; size]), "y": encode(vec![y; size])}).to_string();
            assert_eq!(PublicKey::parse(jwk.as_bytes(), algorithm).unwrap_err(), JoseError::InvalidKey, "{curve} {x} {y}");
        }
    }
}
