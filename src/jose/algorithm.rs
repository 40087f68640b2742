//! The algorithms, as values and as types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::typelevel::WireName;
use crate::typelevel::taken::taken;

/// A signature algorithm (RFC 7518 section 3, RFC 8037 section 3.1). There is no `none` and no HMAC: whoever verifies one of these
/// cannot sign.
///
/// In JSON it is the registered name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "std::borrow::Cow<str>", into = "&'static str")]
#[non_exhaustive]
pub enum Algorithm {
    /// `ES256`: ECDSA with P-256 and SHA-256.
    Es256,
    /// `ES384`: ECDSA with P-384 and SHA-384.
    Es384,
    /// `EdDSA` with Ed25519. Its name in RFC 9864, `Ed25519`, is read too.
    EdDsa,
    /// `PS256`: RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// `RS256`: RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Es256, Self::Es384, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// The registered name, as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of this name, compared byte by byte (RFC 7515 section 4.1.1); `None` if it is not one of these.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "Ed25519" => Some(Self::EdDsa),
            _ => Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Algorithm> for &'static str {
    fn from(algorithm: Algorithm) -> Self {
        algorithm.as_str()
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;
    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::from_name(name).ok_or(UnknownAlgorithm)
    }
}

impl TryFrom<std::borrow::Cow<'_, str>> for Algorithm {
    type Error = UnknownAlgorithm;
    fn try_from(name: std::borrow::Cow<'_, str>) -> Result<Self, UnknownAlgorithm> {
        name.parse()
    }
}

/// A text that names no [`Algorithm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the algorithms are ES256, ES384, EdDSA (or Ed25519), PS256 and RS256")]
pub struct UnknownAlgorithm;

mod sealed {
    pub trait Sealed {}
}

/// An [`Algorithm`] as a type, for type-level lists.
pub trait SigningAlgorithm: sealed::Sealed + WireName + fmt::Debug + Copy + Default + Send + Sync + 'static {
    /// The same as a value.
    const ALGORITHM: Algorithm;
}

/// It is an algorithm. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a signing algorithm",
    label = "expected one of the types `Es256`, `Es384`, `EdDsa`, `Ps256` and `Rs256`",
    note = "which algorithms a server has is in its type, so an `Algorithm`, which is a value, does not say it"
)]
pub trait AnAlgorithm<Is>: Sized {
    type Taken: SigningAlgorithm;
    fn taken(self) -> Self::Taken;
}
taken!(AnAlgorithm: SigningAlgorithm);

macro_rules! algorithms {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Algorithm::", stringify!($name), "`] as a type.")]
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct $name;

        impl sealed::Sealed for $name {}

        impl SigningAlgorithm for $name {
            const ALGORITHM: Algorithm = Algorithm::$name;
        }
    )*};
}

algorithms!(Es256 Es384 EdDsa Ps256 Rs256);

crate::wire_name!(Es256 = "ES256");
crate::wire_name!(Es384 = "ES384");
crate::wire_name!(EdDsa = "EdDSA");
crate::wire_name!(Ps256 = "PS256");
crate::wire_name!(Rs256 = "RS256");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_written_under_its_registered_name_and_read_again() {
        let types = [Es256::ALGORITHM, Es384::ALGORITHM, EdDsa::ALGORITHM, Ps256::ALGORITHM, Rs256::ALGORITHM];
        assert_eq!(types, Algorithm::ALL);
        let names = [Es256::NAME, Es384::NAME, EdDsa::NAME, Ps256::NAME, Rs256::NAME];
        assert_eq!(names, Algorithm::ALL.map(Algorithm::as_str));
        assert_eq!(Algorithm::ALL.map(Algorithm::as_str), ["ES256", "ES384", "EdDSA", "PS256", "RS256"]);
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            let json = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(json, format!("\"{algorithm}\""));
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), algorithm);
        }
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
    }

    #[test]
    fn other_names_and_other_cases_are_none() {
        for name in
            ["", "none", "None", "nOnE", "HS256", "HS512", "es256", "ES256K", "ES512", "RS384", "PS512", "Ed448", "ES256 "]
        {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
            assert!(serde_json::from_value::<Algorithm>(name.into()).is_err());
        }
    }
}
