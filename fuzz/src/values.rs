//! Values that requests hold: parameters, redirect URIs, scopes, PKCE.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{CodeChallenge, CodeChallengeMethod, CodeVerifier, Parameters, RedirectUri, ResourceIdentifier, Scope};
use sha2::{Digest as _, Sha256};
use url::Url;

/// Is every `%` followed by two hexadecimal digits, and is the whole UTF-8, before decoding and after?
pub fn is_strict_form(encoded: &[u8]) -> bool {
    let mut rest = encoded;
    while let Some(percent) = rest.iter().position(|byte| *byte == b'%') {
        rest = &rest[percent + 1..];
        if rest.len() < 2 || !rest[..2].iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
    }
    // The ecosystem's parser puts U+FFFD where there is no UTF-8; an honest one is three bytes that say so.
    let replaced = |text: &str| text.matches('\u{fffd}').count();
    let honest = |text: &str| text.matches("%EF%BF%BD").count() + replaced(text);
    let upper = str::from_utf8(encoded).map(str::to_uppercase);
    let decoded: usize = form_urlencoded::parse(encoded).map(|(name, value)| replaced(&name) + replaced(&value)).sum();
    upper.is_ok_and(|text| decoded == honest(&text))
}

/// The pairs of a form as the ecosystem's parser reads them.
pub fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// A query or a body: what is read is what another parser reads, and writing it and reading it again changes nothing.
pub fn parameters(data: &[u8]) {
    let Ok(parameters) = Parameters::parse(data) else {
        let pieces = data.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()).count();
        assert!(data.len() > 64 * 1024 || pieces > 128 || !is_strict_form(data), "refused without need");
        return;
    };
    assert!(is_strict_form(data), "accepted though malformed");
    let read: Vec<_> = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(read, pairs(data));
    for (name, _) in &read {
        let values = read.iter().filter(|(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.as_str());
        assert!(parameters.get_all(name).eq(values.clone()));
        assert_eq!(parameters.get(name), values.clone().next());
    }
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(&read).finish();
    if written.len() <= 64 * 1024 {
        let again = Parameters::parse(written.as_bytes()).expect("what was written");
        assert!(again.iter().eq(read.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
    }
    // A piece without a value, or with the padding of base64 for one, may be a secret without a name.
    let names: Vec<_> = read.iter().filter(|(_, value)| !value.trim_matches('=').is_empty()).map(|(name, _)| name).collect();
    assert_eq!(format!("{parameters:?}"), format!("Parameters{names:?}"), "Debug shows names of values, and no value");
}

/// A redirect URI or a page that was registered, as browsers read it. The library asks `url` too, so its word is no second opinion;
/// what is written, by the expression of RFC 3986 appendix B, and what `http` reads, are.
pub fn url(registered: &str) -> Url {
    let url = Url::parse(registered).unwrap_or_else(|error| panic!("{registered} is registered: {error}"));
    let [scheme, authority, ..] = components(registered);
    assert!(scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(url.scheme())), "{registered}");
    assert!(!authority.is_some_and(|authority| authority.contains(['@', '\\'])), "{registered}");
    if matches!(url.scheme(), "http" | "https") {
        let read: http::Uri = registered.parse().unwrap_or_else(|error| panic!("{registered} is registered: {error}"));
        assert_eq!(read.authority().map(|authority| authority.as_str()), authority, "{registered}");
        assert_eq!(read.host().map(str::to_ascii_lowercase).as_deref(), url.host_str(), "{registered}");
        assert_eq!(read.port_u16().or(url.port_or_known_default()), url.port_or_known_default(), "{registered}");
    } else if let Some(authority) = authority {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().expect("a number"))),
            _ => (authority, None),
        };
        assert!(url.host_str().unwrap_or_default().eq_ignore_ascii_case(host), "{registered}");
        assert_eq!(url.port(), port, "{registered}");
    }
    url
}

/// Scheme, authority, path and query: `^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?` (RFC 3986 appendix B).
fn components(uri: &str) -> [Option<&str>; 4] {
    let uri = uri.split('#').next().unwrap_or_default();
    let (uri, query) = uri.split_once('?').map_or((uri, None), |(uri, query)| (uri, Some(query)));
    let (scheme, rest) = match uri.find([':', '/']) {
        Some(at) if at > 0 && uri[at..].starts_with(':') => (Some(&uri[..at]), &uri[at + 1..]),
        _ => (None, uri),
    };
    match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            [scheme, Some(authority), Some(path), query]
        }
        None => [scheme, None, Some(rest), query],
    }
}

/// A registered redirect URI and a requested one, on a line each.
pub fn redirect_uri(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (registered, requested) = text.split_once('\n').unwrap_or((text, text));
    let Ok(uri) = RedirectUri::parse(registered) else { return };
    assert_eq!(uri.as_str(), registered, "kept byte for byte");
    assert!(uri.matches(registered));
    let url = url(registered);
    let [.., path, query] = components(registered);
    assert_eq!(url.query(), query.map(|query| query.replace('\'', if url.is_special() { "%27" } else { "'" })).as_deref());
    assert_eq!(url.path(), if url.is_special() && path == Some("") { "/" } else { path.unwrap_or_default() }, "{registered}");
    assert!(url.fragment().is_none() && !registered.contains('#'));
    assert!(url.username().is_empty() && url.password().is_none());
    if url.scheme() == "http" {
        assert!(url.host_str().is_some_and(is_loopback), "{registered}");
    } else {
        assert!(!["data", "file", "ftp", "javascript", "ws", "wss"].contains(&url.scheme()), "{registered}");
    }
    let json = serde_json::to_string(&uri).expect("JSON");
    assert_eq!(serde_json::from_str::<RedirectUri>(&json).expect("what was written"), uri);

    assert_eq!(uri.matches(requested), may_redirect(registered, requested), "{registered} and {requested}");
    if uri.matches(requested) {
        let other = self::url(requested);
        assert_eq!(
            (url.scheme(), url.host(), url.path(), url.query()),
            (other.scheme(), other.host(), other.path(), other.query())
        );
        assert_eq!(other.fragment(), None);
    }
}

/// RFC 6749 section 3.1.2.3 and RFC 8252 section 7.3: the same text, but for the port of this machine.
pub fn may_redirect(registered: &str, requested: &str) -> bool {
    let portless = |uri: &str| {
        let rest = uri.strip_prefix("http://")?;
        let end = if rest.starts_with("[::1]") { 5 } else { rest.find([':', '/', '?', '#']).unwrap_or(rest.len()) };
        let (host, rest) = rest.split_at(end);
        if !is_loopback(host) {
            return None;
        }
        let (port, rest) = match rest.strip_prefix(':') {
            Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
            None => ("80", rest),
        };
        let ends = rest.is_empty() || rest.starts_with(['/', '?', '#']);
        (port.parse::<u16>().is_ok() && ends).then(|| (host.to_owned(), rest.to_owned()))
    };
    registered == requested || portless(registered).is_some_and(|own| portless(requested).is_some_and(|other| own == other))
}

/// RFC 8252 section 7.3, the whole of 127.0.0.0/8 as RFC 5735 has it, and localhost as RFC 9700 section 4.1.3 insists.
fn is_loopback(host: &str) -> bool {
    host == "[::1]"
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.octets()[0] == 127)
}

/// Two scopes, on a line each.
pub fn scope(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    let (Some(first), Some(second)) = (one_scope(first), one_scope(second)) else { return };
    let tokens = |scope: &Scope| scope.iter().map(str::to_owned).collect::<BTreeSet<_>>();
    let (a, b) = (tokens(&first), tokens(&second));
    assert_eq!(first.is_subset_of(&second), a.is_subset(&b));
    assert_eq!(first.same_set(&second), a == b);
    let common = first.intersection(&second);
    assert_eq!(tokens(&common), a.intersection(&b).cloned().collect());
    assert!(common.is_subset_of(&first) && common.is_subset_of(&second));
}

fn one_scope(text: &str) -> Option<Scope> {
    let permitted = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let grammatical = text.is_empty() || text.split(' ').all(|token| !token.is_empty() && token.bytes().all(permitted));
    let scope = Scope::parse(text);
    assert_eq!(scope.is_ok(), grammatical, "{text:?}");
    let scope = scope.ok()?;
    assert_eq!(Scope::parse(scope.as_str()).as_ref(), Ok(&scope), "read again it is the same");
    let mut seen = BTreeSet::new();
    let once: Vec<_> = text.split(' ').filter(|token| !token.is_empty() && seen.insert(*token)).collect();
    assert_eq!(scope.as_str(), once.join(" "));
    Some(scope)
}

/// Two identifiers of resources, on a line each.
pub fn resource(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    let (Some(first), Some(second)) = (one_resource(first), one_resource(second)) else { return };
    assert_eq!(first == second, first.identity() == second.identity());
    if let (Some(one), Some(other)) = (normal_form(first.as_str()), normal_form(second.as_str())) {
        assert_eq!(first == second, one == other, "{first} and {second}");
    }
}

fn one_resource(text: &str) -> Option<ResourceIdentifier> {
    let identifier = ResourceIdentifier::parse(text).ok()?;
    assert_eq!(identifier.as_str(), text, "kept byte for byte");
    let [scheme, ..] = components(text);
    assert!(scheme.is_some() && !text.contains('#') && text.len() <= 2_048, "an absolute URI without a fragment: {text}");
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
    if is_web(text) {
        url(text);
    }
    if let Some(expected) = normal_form(text) {
        assert_eq!(identifier.identity(), expected);
    }
    if let Ok(again) = ResourceIdentifier::parse(identifier.identity()) {
        assert_eq!((again.identity(), &again), (identifier.identity(), &identifier), "the normal form is its own");
    }
    Some(identifier)
}

fn is_web(uri: &str) -> bool {
    components(uri)[0].is_some_and(|scheme| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)))
}

/// That of a URL of the web without `.` and `..` in its path (RFC 3986 section 6.2.2 and 6.2.3).
fn normal_form(uri: &str) -> Option<String> {
    let [scheme, authority, path, query] = components(uri);
    let (scheme, path) = (scheme?.to_ascii_lowercase(), path?);
    if !is_web(uri) || path.contains("/.") || path.to_ascii_lowercase().contains("%2e") {
        return None;
    }
    let authority = authority?.to_ascii_lowercase();
    let usual = if scheme == "https" { 443 } else { 80 };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().ok()?),
        _ => (&*authority, usual),
    };
    let port = if port == usual { String::new() } else { format!(":{port}") };
    let path = if path.is_empty() { "/" } else { path };
    let query = query.map_or_else(String::new, |query| format!("?{}", query.replace('\'', "%27")));
    Some(format!("{scheme}://{host}{port}{path}{query}"))
}

/// A method, a challenge and a verifier, on a line each.
pub fn pkce(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let (method, challenge, verifier) =
        (lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_verifier = |text: &str| text.len() >= 43 && text.len() <= 128 && text.bytes().all(unreserved);
    let parsed = CodeVerifier::parse(verifier);
    assert_eq!(parsed.is_ok(), is_verifier(verifier));
    let known = CodeChallengeMethod::parse(method);
    assert_eq!(known.map(CodeChallengeMethod::as_str), ["S256", "plain"].into_iter().find(|name| *name == method));
    let Some((known, Ok(challenge))) = known.map(|known| (known, CodeChallenge::new(known, challenge))) else { return };
    if let Ok(verifier_read) = parsed {
        let wanted = if method == "plain" { verifier.to_owned() } else { URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) };
        assert_eq!(challenge.verify(&verifier_read), challenge.as_str() == wanted);
        assert!(CodeChallenge::s256_of(&verifier_read).verify(&verifier_read));
        assert!(!format!("{verifier_read:?}").contains(verifier));
    }
    let json = serde_json::to_string(&challenge).expect("JSON");
    assert!(serde_json::from_str::<CodeChallenge>(&json).is_ok_and(|read| read == challenge && read.method() == known));
}
