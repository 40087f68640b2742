//! What is an issuer, and what is none.

use super::*;

#[test]
fn parts() {
    for (issuer, origin, path) in [
        ("https://example.com", "https://example.com", ""),
        ("https://example.com/", "https://example.com", ""),
        ("https://example.com/a", "https://example.com", "/a"),
        ("https://a-b.c_d.e:8443/a/b/", "https://a-b.c_d.e:8443", "/a/b"),
        ("https://192.0.2.1:443/~a;b=c:@", "https://192.0.2.1:443", "/~a;b=c:@"),
        ("https://xn--bcher-kva.example/%C3%A9", "https://xn--bcher-kva.example", "/%C3%A9"),
        ("https://h/.well-known/...", "https://h", "/.well-known/..."),
        ("https://3com.x4", "https://3com.x4", ""),
    ] {
        let parsed = Issuer::parse(issuer).expect(issuer);
        assert_eq!(parsed.as_str(), issuer);
        assert_eq!((parsed.origin(), parsed.path()), (origin, path), "{issuer}");
    }
}

#[test]
fn refused() {
    use IssuerError as E;
    for (issuer, error) in [
        ("", E::NotHttps),
        ("example.com", E::NotHttps),
        ("http://example.com", E::NotHttps),
        ("HTTPS://example.com", E::NotHttps),
        ("https:/example.com", E::NotHttps),
        (" https://example.com", E::Character),
        ("https://example.com/a b", E::Character),
        ("https://example.com\n", E::Character),
        ("https://b\u{fc}cher.example", E::Character),
        ("https://example.com?", E::QueryOrFragment),
        ("https://example.com/#", E::QueryOrFragment),
        ("https://user@example.com", E::Userinfo),
        ("https://:pass@example.com", E::Userinfo),
        ("https://", E::MissingHost),
        ("https:///path", E::MissingHost),
        ("https://:443", E::MissingHost),
        ("https://Example.com", E::Host),
        ("https://example..com", E::Host),
        ("https://example.com.", E::Host),
        ("https://-a.com", E::Host),
        ("https://ex%41mple.com", E::Host),
        ("https://a\\b", E::Host),
        ("https://[::1]", E::Host),
        ("https://256.0.0.1", E::Host),
        ("https://127.1", E::Host),
        ("https://example.4x", E::Host),
        ("https://xn--lee0.example", E::Host),
        ("https://0x7f.0x1", E::Host),
        ("https://127.0.0.01", E::Host),
        ("https://example.com:", E::Port),
        ("https://example.com:0", E::Port),
        ("https://example.com:0443", E::Port),
        ("https://example.com:65536", E::Port),
        ("https://example.com:4+3", E::Port),
        ("https://example.com/{a}", E::PathCharacter),
        ("https://example.com/a\\b", E::PathCharacter),
        ("https://example.com/%", E::PathCharacter),
        ("https://example.com/%g0", E::PathCharacter),
        ("https://example.com/.", E::PathSegment),
        ("https://example.com/a/../b", E::PathSegment),
        ("https://example.com/a/.%2E/", E::PathSegment),
        ("https://example.com//", E::PathSegment),
        ("https://example.com//a", E::PathSegment),
        ("https://example.com/a//", E::PathSegment),
    ] {
        assert_eq!(Issuer::parse(issuer).unwrap_err(), error, "{issuer}");
    }
}

#[test]
fn loopback() {
    use IssuerError as E;
    for (issuer, expected) in [
        ("http://localhost:8080", Ok(())),
        ("http://127.0.0.1", Ok(())),
        ("http://127.1.2.3:1/a", Ok(())),
        ("http://[::1]:8080/", Ok(())),
        ("http://localhost:80/a/", Ok(())),
        ("https://localhost", Err(E::NotHttp)),
        ("http://example.com", Err(E::NotLoopback)),
        ("http://127.0.0.256", Err(E::NotLoopback)),
        ("http://127.1", Err(E::NotLoopback)),
        ("http://128.0.0.1", Err(E::NotLoopback)),
        ("http://127.0.0.1.example.com", Err(E::NotLoopback)),
        ("http://localhost.example.com", Err(E::NotLoopback)),
        ("http://[::1]a", Err(E::Port)),
        ("http://localhost@example.com", Err(E::Userinfo)),
    ] {
        let parsed = LoopbackIssuer::parse(issuer);
        assert_eq!(parsed.map(|parsed| assert_eq!(parsed.as_str(), issuer)), expected);
    }
}

#[test]
fn literals_equal_parsed_issuers() {
    let literal = crate::issuer!("https://example.com/a");
    assert_eq!(literal, Issuer::parse("https://example.com/a").unwrap());
    assert_ne!(literal, Issuer::parse("https://example.com/a/").unwrap());
    let loopback = crate::loopback_issuer!("http://[::1]:80");
    assert_eq!(loopback.into_issuer().origin(), "http://[::1]:80");
}

#[test]
#[should_panic(expected = "the issuer must use the `https` scheme (RFC 8414 section 2)")]
fn a_wrong_literal_panics() {
    Issuer::from_static("http://example.com");
}
