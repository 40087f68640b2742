//! Why what another issuer vouches for is refused: for the operator. The client is told less.

use crate::jose::JoseError;

/// What is wrong with a token of another issuer. It has nothing of the token in it, so it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Not a JWT that may be looked at, or not signed by the issuer.
    #[error("{0}")]
    Jose(#[from] JoseError),
    /// `iss` is nobody whom the operator trusts (RFC 7523 section 3, item 1).
    #[error("its `iss` is none of the trusted issuers (RFC 7523 section 3)")]
    Issuer,
    /// Signed under an algorithm that the issuer is not trusted with.
    #[error("its algorithm is none of those of its issuer (RFC 8725 section 3.1)")]
    Algorithm,
    /// `aud` is not this server.
    #[error("its `aud` is not this server (RFC 7523 section 3)")]
    Audience,
    /// `exp` is past.
    #[error("it has expired")]
    Expired,
    /// `nbf` or `iat` is too far ahead.
    #[error("its `nbf` or `iat` is ahead of this server's clock")]
    Ahead,
    /// `exp` is too far ahead.
    #[error("it is good for longer than its issuer is trusted to say")]
    LongLived,
}
