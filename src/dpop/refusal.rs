//! Why a proof is refused. Nothing of the proof is in it, so a client may be told.

use crate::jose::JoseError;

/// What is wrong with a proof (RFC 9449 section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofRefusal {
    /// There is none.
    #[error("the request has no DPoP proof")]
    Missing,
    /// Check 1.
    #[error("the request has more than one DPoP header")]
    Several,
    /// Checks 2 to 7.
    #[error("the DPoP proof is not a JWT that may be used here: {0}")]
    Jose(#[from] JoseError),
    /// Check 8.
    #[error("htm of the DPoP proof is not the method of the request")]
    Method,
    /// Check 9.
    #[error("htu of the DPoP proof is not the URL of the request")]
    Target,
    /// Check 11.
    #[error("iat of the DPoP proof is more than 60 seconds ago")]
    Old,
    /// Check 11.
    #[error("iat of the DPoP proof is more than 60 seconds ahead")]
    Ahead,
    /// Check 12.
    #[error("ath of the DPoP proof is not the hash of the access token")]
    Token,
    /// Check 12.
    #[error("the DPoP proof is by another key than that to which the access token is bound")]
    Key,
    /// Section 11.1.
    #[error("the DPoP proof has been used")]
    Used,
    /// Section 8: there is none in it, or not one of the last.
    #[error("the DPoP proof needs a nonce of this server, from its header DPoP-Nonce")]
    Nonce,
}
