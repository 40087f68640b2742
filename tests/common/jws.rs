//! Tokens made by hand, so that they can be wrong in one place and rightly signed.

#![allow(dead_code, reason = "each test binary uses its part")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{Algorithm, KeyPair};
use serde_json::Value;

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

pub fn key(algorithm: Algorithm) -> KeyPair {
    KeyPair::generate(algorithm).expect("a key")
}

/// The public key of the pair as a JWK with the members that it has to have, and no more.
pub fn jwk(key: &KeyPair) -> Value {
    let mut jwk = serde_json::to_value(key.public_key()).expect("JSON");
    jwk.as_object_mut().expect("an object").retain(|name, _| !["alg", "kid", "use"].contains(&name.as_str()));
    jwk
}

/// A token with this header and these claims, byte for byte, signed by the key.
pub fn signed(header: &str, claims: &str, key: &KeyPair) -> String {
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = key.sign(input.as_bytes()).expect("a signature");
    format!("{input}.{}", encode(signature.as_bytes()))
}

/// With a member more, which may be there already.
pub fn with(object: &str, member: &str) -> String {
    object.replacen('{', &format!("{{{member},"), 1)
}
