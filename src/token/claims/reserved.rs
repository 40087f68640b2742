//! Claims that only the library writes.

/// The claims that an application cannot add: those of RFC 9068 section 2.2, of JWTs (RFC 7519 section 4.1), those that say what a token
/// is bound to or who acts (RFC 7800, RFC 8693, RFC 9396, OpenID Connect Core section 2), and the members of an introspection response
/// (RFC 7662 section 2.2), in which claims of a token appear.
pub(crate) const RESERVED: [&str; 22] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "auth_time",
    "acr",
    "amr",
    "cnf",
    "act",
    "may_act",
    "authorization_details",
    "nonce",
    "azp",
    "sid",
    "active",
    "token_type",
    "username",
];

/// Is it a claim that only the core writes?
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}
