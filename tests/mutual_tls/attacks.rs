//! What somebody tries who has not the private key: another certificate, one that they signed, a header that claims one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor::{CertificateError, ClientCertificate, LocalVerifier, ResourceServer, Scope};
use http::{Request, header};

use crate::certificates::{authority, issued, key, self_signed, usual};
use crate::common::form;
use crate::{MACHINE, SIMPLE, ask, other, own, peer, said, unverified, verified};

/// The headers by which proxies tell of certificates: nothing reads them.
const CLAIMS: [&str; 9] = [
    "client-cert",
    "x-forwarded-client-cert",
    "x-client-cert",
    "x-ssl-client-cert",
    "ssl-client-cert",
    "x-amzn-mtls-clientcert",
    "x-arr-clientcert",
    "x-client-certificate",
    "x-ssl-client-s-dn",
];

#[tokio::test]
async fn a_header_that_claims_a_certificate_is_none() {
    let peer = peer!();
    let bound = ask(&peer, "bound", &SIMPLE, verified(own())).await.member("access_token");
    let verifier = LocalVerifier::new(peer.server.storage().clone(), peer.server.issuer().clone()).clock(peer.clock.clone());
    let api = ResourceServer::new(verifier).mutual_tls();
    let base64 = STANDARD.encode(&own().der);
    let pem = format!("-----BEGIN%20CERTIFICATE-----%0A{base64}%0A-----END%20CERTIFICATE-----");
    let quoted = format!("Hash={};Cert=\"{pem}\";Subject=\"{}\"", crate::thumbprint(own()), crate::DN);
    for name in CLAIMS {
        for value in [&*base64, &*format!(":{base64}:"), &*pem, &*quoted, crate::DN] {
            let request = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let body = form(&[&MACHINE[..], &[("client_id", "tls")]].concat());
            let answer = peer.send(request.header(name, value).body(body).expect("a request")).await;
            assert_eq!(said(&answer), "401 invalid_client", "{name}");
            let request = Request::get("/").header(header::AUTHORIZATION, format!("Bearer {bound}")).header(name, value);
            let (parts, ()) = request.body(()).expect("a request").into_parts();
            let challenge = api.authenticate(&parts, &Scope::empty()).await.expect_err("no certificate");
            assert_eq!((challenge.status().as_u16(), challenge.error()), (401, Some("invalid_token")), "{name}");
        }
    }
}

/// Whoever can write a subject into a certificate signs it with a key of their own, or has another authority sign it. What the TLS layer
/// has not verified authenticates nobody by its subject, whatever it says.
#[tokio::test]
async fn a_forged_certificate_is_nobody() {
    let peer = peer!();
    let copied = self_signed(&usual("payments"), key());
    let elsewhere = issued(&usual("payments"), &authority("another authority"));
    for forged in [&copied, &elsewhere] {
        assert_eq!(said(&ask(&peer, "tls", &MACHINE, unverified(forged)).await), "401 invalid_client");
    }
}

/// A stolen code or refresh token, with a certificate of the thief's.
#[tokio::test]
async fn a_swapped_certificate_gets_nothing() {
    let peer = peer!();
    let tokens = ask(&peer, "bound", &crate::redeeming(&crate::code(&peer, "bound").await), verified(own())).await;
    let refresh = tokens.member("refresh_token");
    for thief in [verified(other()), unverified(&self_signed(&usual("payments"), key()))] {
        assert_eq!(said(&ask(&peer, "bound", &crate::refreshing(&refresh), thief).await), "400 invalid_grant");
    }
    assert_eq!(said(&ask(&peer, "bound", &crate::refreshing(&refresh), verified(own())).await), "200 Bearer");
}

/// Two names, of which one reader takes the first and another the last.
#[test]
fn what_is_no_certificate_is_refused_and_bounded() {
    let der = &own().der;
    assert!(ClientCertificate::verified(der).is_ok());
    let mut trailing = der.clone();
    trailing.push(0);
    let mut names = usual("x");
    names.subject_alt_names = vec![crate::certificates::dns("a.example")];
    let once = self_signed(&names, key());
    let mut twice = names.clone();
    let second = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], b"\x30\x0b\x82\x09b.example".to_vec());
    twice.custom_extensions = vec![second];
    let twice = self_signed(&twice, key());
    assert!(ClientCertificate::unverified(&once.der).is_ok());
    for (bytes, error) in [
        (&b""[..], CertificateError::Malformed),
        (b"-----BEGIN CERTIFICATE-----", CertificateError::Malformed),
        (&trailing, CertificateError::Malformed),
        (&der[..der.len() - 1], CertificateError::Malformed),
        (&twice.der, CertificateError::Malformed),
        (include_bytes!("../fixtures/weak_rsa.der"), CertificateError::WeakKey),
        (include_bytes!("../fixtures/weak_ec.der"), CertificateError::WeakKey),
        (&[0x30; 16 * 1024], CertificateError::Malformed),
        (&[0x30; 16 * 1024 + 1], CertificateError::TooLong),
    ] {
        assert_eq!(ClientCertificate::unverified(bytes).expect_err("no certificate"), error);
        assert_eq!(ClientCertificate::verified(bytes).expect_err("no certificate"), error);
    }
}
