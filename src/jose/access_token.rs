//! What is in every access token (RFC 9068 section 2.2), as the authorization server reads its own, and a resource server those of
//! another.

use super::{JoseError, Object};
use crate::values::clock::Timestamp;

/// The claims of an access token that it has to have, and those that say when it counts. Whose it is, and whether the time has come, is
/// for the reader to see.
pub(crate) struct AccessTokenClaimsSet<'o> {
    pub(crate) issuer: &'o str,
    pub(crate) subject: &'o str,
    pub(crate) client_id: &'o str,
    pub(crate) jti: &'o str,
    pub(crate) audience: Vec<&'o str>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) not_before: Option<Timestamp>,
}

impl<'o> AccessTokenClaimsSet<'o> {
    /// # Errors
    ///
    /// [`JoseError::Missing`] and [`JoseError::Malformed`].
    pub(crate) fn read(claims: &'o Object<'_>) -> Result<Self, JoseError> {
        let audience: Vec<_> = claims.texts("aud")?.collect();
        if audience.is_empty() {
            return Err(JoseError::Missing("aud"));
        }
        Ok(Self {
            issuer: claims.text("iss")?,
            subject: claims.text("sub")?,
            client_id: claims.text("client_id")?,
            jti: claims.text("jti")?,
            audience,
            issued_at: claims.time("iat")?,
            expires_at: claims.time("exp")?,
            not_before: claims.optional_time("nbf")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC9701-8.1-01
    #[test]
    fn each_claim_that_is_required_is_required() {
        let all = serde_json::json!({
            "iss": "https://as.example.com", "sub": "alice", "aud": "api", "client_id": "app", "jti": "1", "iat": 1, "exp": 2,
        });
        let read = |claims: &serde_json::Value| {
            AccessTokenClaimsSet::read(&Object::parse(claims.to_string().as_bytes()).unwrap()).map(|read| read.audience.len())
        };
        assert_eq!(read(&all), Ok(1));
        for name in ["iss", "sub", "aud", "client_id", "jti", "iat", "exp"] {
            let mut claims = all.clone();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(read(&claims), Err(JoseError::Missing(name)));
            claims[name] = serde_json::json!({});
            assert_eq!(read(&claims), Err(JoseError::Malformed(name)));
        }
        let mut claims = all;
        claims["aud"] = serde_json::json!([]);
        assert_eq!(read(&claims), Err(JoseError::Missing("aud")));
        claims["aud"] = serde_json::json!(["a", "b"]);
        assert_eq!(read(&claims), Ok(2));
        claims["nbf"] = "soon".into();
        assert_eq!(read(&claims), Err(JoseError::Malformed("nbf")));
    }
}
