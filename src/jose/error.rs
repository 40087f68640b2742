//! Why a token or a key is refused.

/// Why a token, a key or a key set is refused. It has nothing of what was refused in it, so it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JoseError {
    /// Longer than its type allows, or a set with more than [`Jwks::MAX_KEYS`](super::Jwks::MAX_KEYS) keys.
    #[error("it is too long")]
    TooLong,
    /// Not three parts with periods between them (RFC 7515 section 7.1). Five are an encrypted token.
    #[error("it is not a JWS in compact serialization (RFC 7515 section 7.1)")]
    NotCompact,
    /// Not base64url without padding, to the last bit (RFC 7515 section 2).
    #[error("it is not base64url without padding (RFC 7515 section 2)")]
    Base64,
    /// Not JSON, not an object, or something behind it.
    #[error("it is not a JSON object (RFC 7515 section 4, RFC 7519 section 7.2)")]
    NotAnObject,
    /// A name twice in one object (RFC 7515 section 4).
    #[error("an object has two members of one name (RFC 7515 section 4)")]
    DuplicateMember,
    /// An object with more than [`Object::MAX_MEMBERS`](super::Object::MAX_MEMBERS) members, or deeper than
    /// [`Object::MAX_DEPTH`](super::Object::MAX_DEPTH).
    #[error("an object has too many members or is too deep")]
    TooComplex,
    /// A member that is not there, and has to be.
    #[error("the member `{0}` is missing")]
    Missing(&'static str),
    /// A member that is not what it has to be.
    #[error("the member `{0}` is malformed")]
    Malformed(&'static str),
    /// `alg` is not one that the caller permits (RFC 8725 section 3.1).
    #[error("its algorithm is not one that is permitted here (RFC 8725 section 3.1)")]
    Algorithm,
    /// `crit`: no extension is understood (RFC 7515 section 4.1.11).
    #[error("it has a critical extension (RFC 7515 section 4.1.11)")]
    Critical,
    /// `b64`: no payload is left unencoded (RFC 7797 section 7: not in JWTs).
    #[error("it has the header `b64` (RFC 7797 section 7)")]
    Unencoded,
    /// `typ` is of another type of token (RFC 8725 section 3.11).
    #[error("it is a token of another type (RFC 8725 section 3.11)")]
    Type,
    /// The owner has no key of this `kid` and algorithm.
    #[error("its owner has no key of this `kid` and algorithm")]
    UnknownKey,
    /// The owner has several keys that it could be (OpenID Connect Core section 10.1: then a `kid` is required).
    #[error("its owner has several keys that it may be signed with; it has to name one in `kid`")]
    AmbiguousKey,
    /// A key that is secret, where a public one belongs (RFC 7517 section 9.2).
    #[error("the key is secret where a public key belongs (RFC 7517 section 9.2)")]
    SecretKey,
    /// A `kty`, `crv` or `alg` of a key that is none of those that are served.
    #[error("the key is of a kind that is not served")]
    UnsupportedKey,
    /// `alg`, `use` or `key_ops` of a key are for something else (RFC 7517 section 4).
    #[error("the key is for something else, by its `alg`, `use` or `key_ops` (RFC 7517 section 4)")]
    KeyUse,
    /// RSA of fewer than 2048 or more than 4096 bits (RFC 7518 section 3.3).
    #[error("an RSA key has 2048 to 4096 bits (RFC 7518 section 3.3)")]
    KeySize,
    /// A key that is no point on its curve, or no modulus and exponent.
    #[error("the key is not one of its kind (RFC 7518 section 6)")]
    InvalidKey,
    /// The signature is not this key's of this token.
    #[error("the signature is wrong")]
    Signature,
}
