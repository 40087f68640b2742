//! The header of a token, as far as it is looked at.

use super::{Algorithm, JoseError, Object, TokenType, typ};

/// The JOSE header of a token (RFC 7515 section 4) that may be looked at. `jku`, `x5u`, `x5c` and the rest count for nothing, and are
/// not here.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    algorithm: Algorithm,
    members: Object<'a>,
}

impl<'a> Header<'a> {
    /// Checks in this order: what is critical, the type, the algorithm.
    pub(super) fn read<T: TokenType>(text: &'a [u8], permitted: &[Algorithm]) -> Result<Self, JoseError> {
        let members = Object::parse(text)?;
        if members.get("crit").is_some() {
            return Err(JoseError::Critical);
        }
        if members.get("b64").is_some() {
            return Err(JoseError::Unencoded);
        }
        if !typ::accepts::<T>(members.optional_text("typ")?) {
            return Err(JoseError::Type);
        }
        members.optional_text("kid")?;
        let named = Algorithm::from_name(members.text("alg")?);
        let algorithm = named.filter(|algorithm| permitted.contains(algorithm)).ok_or(JoseError::Algorithm)?;
        Ok(Self { algorithm, members })
    }

    /// `alg`: one of those that the caller permits.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `kid`: what the sender calls the key. It is the sender's text, and finds a key only among those of the owner.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.members.optional_text("kid").unwrap_or_default()
    }

    /// `jwk`, for types of token that embed their key.
    pub(super) fn embedded(&self) -> Result<&Object<'a>, JoseError> {
        self.members.object("jwk")?.ok_or(JoseError::Missing("jwk"))
    }
}
