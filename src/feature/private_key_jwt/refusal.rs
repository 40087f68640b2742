//! Why an assertion is refused: for the operator. The client is told what everybody is told whose authentication fails.

use crate::feature::client_keys::Unsigned;
use crate::jose::JoseError;

/// What is wrong with an assertion. It has nothing of the assertion in it, so it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// Not of the one type that there is (RFC 7523 section 2.2).
    #[error("`client_assertion_type` is another one than that of JWTs (RFC 7523 section 2.2)")]
    Kind,
    /// Not a JWT that may be looked at, or not signed by one of the client's keys.
    #[error("{0}")]
    Jose(#[from] JoseError),
    /// `iss` and `sub` are not both the client (RFC 7523 section 3, items 1 and 2).
    #[error("`iss` and `sub` are not the same client (RFC 7523 section 3)")]
    Owner,
    /// `aud` is not this server alone.
    #[error("`aud` is not the issuer of this server as the only value, as a string (draft-ietf-oauth-rfc7523bis section 4)")]
    Audience,
    /// `exp` is past.
    #[error("it has expired")]
    Expired,
    /// `nbf` or `iat` is too far ahead.
    #[error("`nbf` or `iat` is ahead of this server's clock")]
    Ahead,
    /// `exp` is too far ahead.
    #[error("it is good for more than five minutes")]
    LongLived,
    /// It came before.
    #[error("it has been used: its `jti` came before")]
    Used,
    /// The client's keys are where this server does not look.
    #[error("the client's keys are at its `jwks_uri`, and this server fetches none")]
    Elsewhere,
}

impl From<Unsigned> for Refusal {
    fn from(unsigned: Unsigned) -> Self {
        match unsigned {
            Unsigned::Jose(error) => Self::Jose(error),
            Unsigned::Elsewhere => Self::Elsewhere,
        }
    }
}
