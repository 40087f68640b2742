//! Client credentials (RFC 6749 section 2.3.1), read once more.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request};

use super::servers::{Registered, Running, registered, run};
use super::values::{is_strict_form, pairs};

/// What the bytes of a request prove.
pub enum Proof {
    /// This client.
    Client(&'static Registered),
    Nothing,
    /// Not looked at: a short secret is slow to refuse, on purpose.
    Slow,
}

/// Who asks, if the request proves it with one method.
pub fn prove(headers: &HeaderMap, body: &[(String, String)]) -> Proof {
    let values =
        |name: &str| -> Vec<&str> { body.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect() };
    let (ids, secrets) = (values("client_id"), values("client_secret"));
    if ids.len() > 1 || secrets.len() > 1 {
        return Proof::Nothing;
    }
    let present = |values: &[&str]| values.first().filter(|value| !value.is_empty()).map(|value| (*value).to_owned());
    let (id, secret) = (present(&ids), present(&secrets));
    let headers: Vec<_> = headers.get_all(AUTHORIZATION).iter().collect();
    let (id, secret) = match (&headers[..], id, secret) {
        ([], Some(id), secret) => (id, secret),
        ([header], id, None) => match basic_pair(header.as_bytes()) {
            Some((own, _)) if id.is_some_and(|id| id != own) => return Proof::Nothing,
            Some((id, secret)) if !id.is_empty() && !secret.is_empty() => (id, Some(secret)),
            _ => return Proof::Nothing,
        },
        _ => return Proof::Nothing,
    };
    if secret.as_ref().is_some_and(|secret| secret.chars().count() < 32) {
        return Proof::Slow;
    }
    match registered(&id) {
        Some(client) if client.secret == secret.as_deref() => Proof::Client(client),
        _ => Proof::Nothing,
    }
}

/// The identifier and the secret of an `Authorization` header, decoded.
fn basic_pair(header: &[u8]) -> Option<(String, String)> {
    let space = header.iter().position(|byte| *byte == b' ')?;
    let (scheme, rest) = header.split_at(space);
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let decoded = base64(&rest[spaces..])?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Some((form_decoded(&decoded[..colon])?, form_decoded(&decoded[colon + 1..])?))
}

/// RFC 4648 section 4, bit by bit.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let unpadded = text.strip_suffix(b"==").or(text.strip_suffix(b"=")).unwrap_or(text);
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let (mut bits, mut count, mut decoded) = (0_u32, 0, Vec::new());
    for byte in unpadded {
        bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|own| own == byte)?).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    (bits & ((1 << count) - 1) == 0 && count < 6).then_some(decoded)
}

fn form_decoded(encoded: &[u8]) -> Option<String> {
    // As the value of a parameter; what separates parameters is itself here.
    let encoded = String::from_utf8(encoded.to_vec()).ok()?.replace('&', "%26");
    let form = format!("x={encoded}");
    is_strict_form(form.as_bytes()).then(|| pairs(form.as_bytes()).pop())?.map(|(_, value)| value)
}

/// The value of an `Authorization` header: tokens for the client that it names and proves, and for no other.
pub fn basic(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let body = b"grant_type=client_credentials";
    let mut request = Request::new(Bytes::from_static(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = "/token".parse().expect("a path");
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    request.headers_mut().insert(AUTHORIZATION, value);
    let expected = match prove(request.headers(), &pairs(body)) {
        Proof::Slow => return,
        Proof::Client(client) if client.grant_types.contains(&"client_credentials") => 200,
        Proof::Client(_) => 400,
        Proof::Nothing => 401,
    };
    let response = run(async { Running::new().await.service.answer(request).await });
    assert_eq!(response.status(), expected, "{:?}", response.body());
}
