//! `tls_client_auth`: the certificate of an authority, and the subject that is registered (RFC 8705 section 2.1).

use grantor::{Client, ClientBuilder, ClientCertificate, MutualTls};
use http::{Request, header};
use rcgen::{DnType, DnValue};

use crate::certificates::{authority, dns, email, ip, issued, self_signed, subject, uri, usual};
use crate::common::{SECRET, basic, form};
use crate::{DN, MACHINE, ask, ask_at, other, own, peer, register, said, unverified, verified};

const REFUSED: &str = "401 invalid_client";

// shows: RFC8705-2-01, RFC8705-2-02, RFC8705-2-03
#[tokio::test]
async fn a_client_authenticates_with_its_certificate_at_every_endpoint() {
    let peer = peer!();
    let token = ask(&peer, "tls", &MACHINE, verified(own())).await.member("access_token");
    for (path, pairs) in [("/token", &MACHINE[..]), ("/introspect", &[("token", &*token)]), ("/revoke", &[("token", &*token)])] {
        let forged = self_signed(&usual("payments"), crate::certificates::key());
        for (certificate, good) in [
            (verified(own()), true),
            // A new one of the same subject: it may rotate.
            (verified(other()), true),
            (None, false),
            (unverified(own()), false),
            (unverified(&forged), false),
            (verified(&issued(&usual("payment"), &authority("ca"))), false),
            (verified(&issued(&usual("Payments"), &authority("ca"))), false),
        ] {
            let answer = ask_at(&peer, path, "tls", pairs, certificate.clone()).await;
            match good {
                true => assert_eq!(answer.status, 200, "{path} {certificate:?} {answer:?}"),
                false => assert_eq!(said(&answer), REFUSED, "{path} {certificate:?}"),
            }
        }
        let unnamed = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let unnamed = unnamed.extension(verified(own()).expect("a certificate")).body(form(pairs)).expect("a request");
        assert_eq!(said(&peer.send(unnamed).await), REFUSED, "{path}: without client_id nobody says who asks");
        assert_eq!(said(&ask_at(&peer, path, "nobody", pairs, verified(own())).await), REFUSED, "{path}");
    }
}

/// Each of the five, and nothing of a certificate but what was registered.
// shows: RFC8705-2-03, RFC8705-2.1.2-01
#[tokio::test]
async fn the_one_registered_subject_is_compared_exactly() {
    type Set = fn(ClientBuilder, &str) -> ClientBuilder;
    let ca = authority("ca");
    let full = subject(
        &[(DnType::CountryName, "GB"), (DnType::CommonName, "api")],
        vec![
            dns("api.example.com"),
            dns("*.example.org"),
            uri("urn:example:api"),
            email("api@example.com"),
            ip("192.0.2.7"),
            ip("2001:db8::7"),
        ],
    );
    let certificate = issued(&full, &ca);
    let cases: [(Set, &[(&str, bool)]); 5] = [
        (
            ClientBuilder::tls_client_auth_subject_dn,
            &[
                ("CN=api,C=GB", true),
                ("C=GB,CN=api", false),
                ("CN=api", false),
                ("CN=API,C=GB", false),
                ("CN=api,C=GB,O=x", false),
            ],
        ),
        (
            ClientBuilder::tls_client_auth_san_dns,
            &[
                ("api.example.com", true),
                ("*.example.org", true),
                ("www.example.org", false),
                ("API.example.com", false),
                ("urn:example:api", false),
                ("api", false),
            ],
        ),
        (
            ClientBuilder::tls_client_auth_san_uri,
            &[("urn:example:api", true), ("urn:example:api/", false), ("api.example.com", false)],
        ),
        (
            ClientBuilder::tls_client_auth_san_ip,
            // In binary format (section 2.1.2).
            &[("192.0.2.7", true), ("2001:0db8:0:0::0007", true), ("2001:db8::8", false), ("::ffff:192.0.2.7", false)],
        ),
        (
            ClientBuilder::tls_client_auth_san_email,
            &[("api@example.com", true), ("API@example.com", false), ("api.example.com", false)],
        ),
    ];
    let peer = peer!();
    for (set, values) in cases {
        for (value, good) in values {
            let client = set(Client::with_certificate("one").grant_types(["client_credentials"]), value);
            register!(peer, client);
            let answer = said(&ask(&peer, "one", &MACHINE, verified(&certificate)).await);
            assert_eq!(answer, if *good { "200 Bearer" } else { REFUSED }, "{value}");
        }
    }
}

/// What a name says counts, and not how it is written; neither here nor in the certificate.
// shows: RFC8705-2.1.2-01
#[tokio::test]
async fn a_name_may_be_written_in_every_way_of_rfc_4514() {
    let peer = peer!();
    let odd = subject(
        &[
            (DnType::CustomDnType(vec![0, 9, 2342, 19_200_300, 100, 1, 25]), "net"),
            (DnType::OrganizationName, " Sue, Grabbit + Runn #1 "),
            (DnType::CustomDnType(vec![2, 5, 4, 97]), "PSDGB-FCA-1"),
            (DnType::CommonName, "L\u{10d}i\u{107} \"=\" \\"),
        ],
        Vec::new(),
    );
    let mut printable = odd.clone();
    printable
        .distinguished_name
        .push(DnType::CustomDnType(vec![2, 5, 4, 97]), DnValue::PrintableString("PSDGB-FCA-1".try_into().expect("printable")));
    let certificates = [issued(&odd, &authority("ca")), issued(&printable, &authority("ca"))];
    let own = ClientCertificate::verified(&certificates[0].der).expect("a certificate").subject_dn();
    for (name, good) in [
        (own.as_str(), true),
        (r#"CN=Lčić \"\=\" \\,organizationIdentifier=PSDGB-FCA-1,O=\ Sue\, Grabbit \+ Runn #1\ ,DC=net"#, true),
        (r#"cn=L\C4\8Di\c4\87 \22=\22 \5c, 2.5.4.97 = PSDGB-FCA-1, o=\20Sue\2C Grabbit \2B Runn \231\20 , dc = net"#, true),
        (r#"CN=Lčić \"=\" \\,2.5.4.97=#0c0b50534447422d4643412d31,O=\ Sue\, Grabbit \+ Runn #1\ ,DC=net"#, true),
        (r#"CN=Lčić \"=\" \\,2.5.4.97=#130b50534447422d4643412d31,O=\ Sue\, Grabbit \+ Runn #1\ ,DC=net"#, true),
        (r#"CN=Lčić \"=\" \\,2.5.4.97=PSDGB-FCA-1,O=Sue\, Grabbit \+ Runn #1,DC=net"#, false),
        (r#"CN=Lčić \"=\" \\+2.5.4.97=PSDGB-FCA-1,O=\ Sue\, Grabbit \+ Runn #1\ ,DC=net"#, false),
        (r#"CN=Lčić \"=\" \\,2.5.4.97=psdgb-fca-1,O=\ Sue\, Grabbit \+ Runn #1\ ,DC=net"#, false),
    ] {
        register!(peer, Client::with_certificate("odd").grant_types(["client_credentials"]).tls_client_auth_subject_dn(name));
        for certificate in &certificates {
            let answer = said(&ask(&peer, "odd", &MACHINE, verified(certificate)).await);
            assert_eq!(answer, if good { "200 Bearer" } else { REFUSED }, "{name}");
        }
    }
}

/// A certificate is no credential of a client that authenticates otherwise, and nothing goes beside one.
#[tokio::test]
async fn no_other_method_is_meant() {
    let peer = peer!();
    // The certificate binds, or does nothing.
    assert_eq!(said(&ask(&peer, "conf", &MACHINE, verified(own())).await), "200 Bearer");
    assert_eq!(said(&ask(&peer, "pub", &crate::SIMPLE, verified(own())).await), "200 Bearer");
    let send = async |authorization: Option<String>, pairs: &[(&str, &str)]| {
        let mut request = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request = request.extension(verified(own()).expect("a certificate"));
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let pairs = [&MACHINE[..], pairs].concat();
        said(&peer.send(request.body(form(&pairs)).expect("a request")).await)
    };
    assert_eq!(send(None, &[("client_id", "conf")]).await, REFUSED, "a secret is what it registered");
    assert_eq!(send(None, &[("client_id", "tls"), ("client_secret", "x")]).await, REFUSED);
    assert_eq!(send(Some(basic("tls", SECRET)), &[]).await, REFUSED);
    assert_eq!(send(Some(basic("tls", SECRET)), &[("client_id", "tls")]).await, REFUSED);
}

/// What a server does not have it does not advertise, register or serve, whatever the storage has.
#[tokio::test]
async fn each_method_is_there_or_not() {
    let of = |more: &[&'static str]| [&["client_secret_basic", "client_secret_post", "none"], more].concat();
    macro_rules! methods {
        ($feature:expr, $expected:expr, $serves:expr) => {
            let peer = peer!(enable($feature));
            let document = peer.server.metadata().document();
            assert_eq!(document.token_endpoint_auth_methods_supported, of(&$expected));
            assert_eq!(document.revocation_endpoint_auth_methods_supported, of(&$expected));
            let client = Client::with_certificate("tls").grant_types(["client_credentials"]).tls_client_auth_subject_dn(DN);
            assert_eq!(peer.server.check_client(client.build().expect("a client")).is_ok(), $serves);
            assert_eq!(said(&ask(&peer, "tls", &MACHINE, verified(own())).await).starts_with("200"), $serves);
        };
    }
    methods!(MutualTls::new(), ["tls_client_auth", "self_signed_tls_client_auth"], true);
    methods!(MutualTls::required(), ["tls_client_auth", "self_signed_tls_client_auth"], true);
    methods!(MutualTls::new().authorities_only(), ["tls_client_auth"], true);
    methods!(MutualTls::new().registered_only(), ["self_signed_tls_client_auth"], false);
    methods!(MutualTls::new().binding_only(), [], false);
    methods!(grantor::PushedAuthorizationRequests::new(), [], false);
}
