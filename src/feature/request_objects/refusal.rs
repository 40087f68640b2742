//! Why a request object is refused. Its client is told, since it has to mend it; nothing of the object is in the words.

use crate::feature::client_keys::Unsigned;
use crate::jose::JoseError;

/// What is wrong with a request object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// Not a JWT that may be looked at, or not signed by one of the client's keys.
    #[error("the request object is refused: {0}")]
    Jose(#[from] JoseError),
    /// `client_id` is missing or not the one beside it (RFC 9101 section 6.3).
    #[error("the client_id in the request object is not that of the request (RFC 9101 section 6.3)")]
    Client,
    /// `iss` is not the client.
    #[error("iss in the request object is not the client")]
    Issuer,
    /// `aud` does not name this server.
    #[error("aud in the request object does not name the issuer of this server (RFC 9101 section 4)")]
    Audience,
    /// `sub` is the client: it may be an assertion with which the client authenticates (RFC 9101 section 10.8).
    #[error("sub in the request object is the client, as in an assertion that authenticates it (RFC 9101 section 10.8)")]
    Assertion,
    /// A request in a request (RFC 9101 section 4).
    #[error("request and request_uri are not in request objects (RFC 9101 section 4)")]
    Nested,
    /// `exp` is past.
    #[error("the request object has expired")]
    Expired,
    /// `nbf` or `iat` is too far ahead.
    #[error("nbf or iat in the request object is ahead of this server's clock")]
    Ahead,
    /// `nbf` is too long ago.
    #[error("nbf in the request object is more than 60 minutes ago")]
    Old,
    /// `exp` is too long after `nbf`.
    #[error("exp in the request object is more than 60 minutes after nbf")]
    LongLived,
    /// A value that no parameter can be.
    #[error("a parameter in the request object is null")]
    Null,
    /// `response_type` beside the object is another one (OpenID Connect Core section 6.1).
    #[error("the response_type in the request object is another one than beside it (OpenID Connect Core section 6.1)")]
    ResponseType,
    /// It came before.
    #[error("the request object has been used: its jti came before")]
    Used,
    /// The client's keys are where this server does not look.
    #[error("the client's keys are at its jwks_uri, and this server fetches none")]
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
