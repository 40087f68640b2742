//! `self_signed_tls_client_auth`: certificates that a client registered (RFC 8705 section 2.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{Client, ClientBuilder, ClientRejection};
use rcgen::{PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use serde_json::{Value, json};

use crate::certificates::{Certified, authority, issued, key, key_for, self_signed, usual};
use crate::{MACHINE, ask, jwk, other, own, peer, register, said, thumbprint, unverified, verified, with_chain};

const REFUSED: &str = "401 invalid_client";

fn client(keys: Value) -> ClientBuilder {
    Client::with_self_signed_certificate("self").grant_types(["client_credentials"]).jwks(json!({"keys": keys}))
}

fn signed_by_itself() -> Certified {
    self_signed(&usual("self"), key())
}

// shows: RFC8705-2-01, RFC8705-2-03
#[tokio::test]
async fn the_certificate_is_one_of_those_that_were_registered() {
    let (one, two, three) = (signed_by_itself(), signed_by_itself(), signed_by_itself());
    let peer = peer!();
    register!(peer, client(json!([with_chain(jwk(&one), &one), with_chain(jwk(&two), &two)])));
    for (certified, good) in [(&one, true), (&two, true), (&three, false), (own(), false)] {
        for certificate in [unverified(certified), verified(certified)] {
            let answer = said(&ask(&peer, "self", &MACHINE, certificate).await);
            assert_eq!(answer, if good { "200 Bearer" } else { REFUSED });
        }
    }
    assert_eq!(said(&ask(&peer, "self", &MACHINE, None).await), REFUSED);
    // That of one client is none of another.
    let other_client = Client::with_self_signed_certificate("else").grant_types(["client_credentials"]);
    register!(peer, other_client.jwks(json!({"keys": [with_chain(jwk(&three), &three)]})));
    assert_eq!(said(&ask(&peer, "else", &MACHINE, unverified(&one)).await), REFUSED);
    assert_eq!(said(&ask(&peer, "else", &MACHINE, unverified(&three)).await), "200 Bearer");
}

/// Where a certificate is registered, another one for the same key is none; where only the key is, each is.
// shows: RFC8705-2-03
#[tokio::test]
async fn a_certificate_counts_or_its_thumbprint_and_without_either_the_key() {
    let one = signed_by_itself();
    let renewed = usual("self");
    let renewed = renewed.self_signed(&one.key).expect("a certificate").der().to_vec();
    let renewed = Certified { der: renewed, key: rcgen::KeyPair::try_from(one.key.serialize_der()).expect("a key") };
    assert_ne!(one.der, renewed.der);
    let named = |name: &str, value: Value| {
        let mut jwk = jwk(&one);
        jwk[name] = value;
        jwk
    };
    let chain = |second: &Certified| {
        let mut jwk = with_chain(jwk(&one), &one);
        jwk["x5c"].as_array_mut().expect("a chain").push(with_chain(json!({}), second)["x5c"][0].clone());
        jwk
    };
    let peer = peer!();
    for (registered, first, second) in [
        (with_chain(jwk(&one), &one), true, false),
        (named("x5t#S256", thumbprint(&one).into()), true, false),
        (jwk(&one), true, true),
        (named("use", "sig".into()), true, true),
        // The rest of a chain is of those who signed it.
        (chain(&renewed), true, false),
    ] {
        register!(peer, client(json!([registered])));
        for (certified, good) in [(&one, first), (&renewed, second), (other(), false)] {
            let answer = said(&ask(&peer, "self", &MACHINE, unverified(certified)).await);
            assert_eq!(answer, if good { "200 Bearer" } else { REFUSED }, "{registered}");
        }
    }
}

#[tokio::test]
async fn keys_are_compared_whatever_their_algorithm() {
    let point = |crv: &str, certified: &Certified| {
        let raw = certified.key.public_key_raw();
        let (x, y) = raw[1..].split_at((raw.len() - 1) / 2);
        json!({"kty": "EC", "crv": crv, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)})
    };
    let p384 = self_signed(&usual("self"), key_for(&PKCS_ECDSA_P384_SHA384));
    let ed25519 = self_signed(&usual("self"), key_for(&PKCS_ED25519));
    let edwards = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(ed25519.key.public_key_raw())});
    let rsa = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).expect("a key");
    let rsa = self_signed(&usual("self"), rsa);
    // `RSAPublicKey` (RFC 8017 appendix A.1.1): of 2048 bits the modulus has 256 bytes behind a zero, and the exponent is 65537.
    let raw = rsa.key.public_key_raw();
    let modulus = URL_SAFE_NO_PAD.encode(&raw[9..265]);
    assert_eq!((&raw[..9], &raw[265..]), (&[0x30, 0x82, 1, 10, 2, 0x82, 1, 1, 0][..], &[2, 3, 1, 0, 1][..]));
    let rsa_jwk = json!({"kty": "RSA", "n": modulus, "e": "AQAB"});
    let peer = peer!();
    let of_another_curve = point("P-256", &p384);
    for (registered, certified, good) in [
        (point("P-384", &p384), &p384, true),
        (of_another_curve, &p384, false),
        (edwards.clone(), &ed25519, true),
        (edwards, &p384, false),
        (rsa_jwk.clone(), &rsa, true),
        (json!({"kty": "RSA", "n": modulus, "e": "AQAC"}), &rsa, false),
        (json!({"kty": "RSA", "n": modulus, "e": "AAEAAQ"}), &rsa, false),
        (rsa_jwk, own(), false),
    ] {
        register!(peer, client(json!([registered])));
        let answer = said(&ask(&peer, "self", &MACHINE, unverified(certified)).await);
        assert_eq!(answer, if good { "200 Bearer" } else { REFUSED }, "{registered}");
    }
}

/// RFC 7517 section 4.7: the certificate is for the key that it stands with.
// shows: RFC7517-4.6-01
#[tokio::test]
async fn what_no_certificate_could_be_is_not_registered() {
    let (one, two) = (signed_by_itself(), issued(&usual("self"), &authority("ca")));
    let peer = peer!();
    let broken = |chain: Value| {
        let mut jwk = jwk(&one);
        jwk["x5c"] = chain;
        jwk
    };
    let encrypting = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "use": "enc"});
    for keys in [
        json!([with_chain(jwk(&one), &two)]),
        json!([broken(json!([]))]),
        json!([broken(json!("MII"))]),
        json!([broken(json!(["not base64"]))]),
        json!([broken(json!(["TUlJ"]))]),
        json!([{"kty": "EC", "x5t#S256": "short"}]),
        json!([encrypting]),
        json!([{"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0x7f; 256]), "e": "AQAB"}]),
        json!([{"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([&[0][..], &[0xff; 255]].concat()), "e": "AQAB"}]),
    ] {
        let rejected = peer.server.check_client(client(keys.clone()).build().expect("a client")).expect_err("nothing usable");
        assert_eq!(rejected.reasons(), [ClientRejection::UnusableCertificates], "{keys}");
    }
    // One is enough.
    let both = client(json!([broken(json!([])), with_chain(jwk(&one), &one)]));
    assert!(peer.server.check_client(both.build().expect("a client")).is_ok());
}
