//! Why a proof is refused. Nothing of the proof is in it, so a client may be told.

use std::fmt;

use crate::jose::JoseError;

/// What is wrong with a proof (RFC 9449 section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofRefusal {
    /// There is none.
    Missing,
    /// Check 1.
    Several,
    /// Checks 2 to 7.
    Jose(JoseError),
    /// Check 8.
    Method,
    /// Check 9.
    Target,
    /// Check 11.
    Old,
    /// Check 11.
    Ahead,
    /// Check 12.
    Token,
    /// Check 12.
    Key,
    /// Section 11.1.
    Used,
    /// Section 8: there is none in it, or not one of the last.
    Nonce,
}

impl ProofRefusal {
    /// The same without detail, in characters that a challenge can carry.
    pub(crate) const fn summary(self) -> &'static str {
        match self {
            Self::Missing => "the request has no DPoP proof",
            Self::Several => "the request has more than one DPoP header",
            Self::Jose(_) => "the DPoP proof is not a JWT that may be used here",
            Self::Method => "htm of the DPoP proof is not the method of the request",
            Self::Target => "htu of the DPoP proof is not the URL of the request",
            Self::Old => "iat of the DPoP proof is more than 60 seconds ago",
            Self::Ahead => "iat of the DPoP proof is more than 60 seconds ahead",
            Self::Token => "ath of the DPoP proof is not the hash of the access token",
            Self::Key => "the DPoP proof is by another key than that to which the access token is bound",
            Self::Used => "the DPoP proof has been used",
            Self::Nonce => "the DPoP proof needs a nonce of this server, from its header DPoP-Nonce",
        }
    }
}

impl fmt::Display for ProofRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.summary())?;
        match self {
            Self::Jose(error) => write!(f, ": {error}"),
            _ => Ok(()),
        }
    }
}

impl From<JoseError> for ProofRefusal {
    fn from(error: JoseError) -> Self {
        Self::Jose(error)
    }
}
