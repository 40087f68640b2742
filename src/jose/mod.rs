//! Signed JWTs and the keys for them: compact JWS (RFC 7515), JWK and JWK Sets (RFC 7517), algorithms (RFC 7518, RFC 8037), JWT (RFC
//! 7519), thumbprints (RFC 7638), by the rules of RFC 8725. Feature `jose`.
//!
//! # Reading
//!
//! A token is read in two steps, so that what costs little comes before the signature, and nobody takes claims for verified that
//! are not:
//!
//! 1. [`CompactJws::decode`] bounds the size and decodes. [`CompactJws::unverified`] reads header and claims, and refuses what is not a
//!    token of the type `T` ([`TokenType`]) under one of the algorithms that the caller names. Now the caller looks at the claims of the
//!    [`Unverified`].
//! 2. [`Unverified::verify`] finds the key in what the caller trusts (a [`KeySource`], such as a [`Jwks`]) and checks the signature. Only the
//!    [`Verified`] that comes of it can be deserialized.
//!
//! ```
//! use grantor::jose::{AccessTokenJwt, CompactJws, JoseError, TokenSigner};
//! use grantor::{Algorithm, Jwks, KeyPair};
//! # use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = TokenSigner::new(KeyPair::generate(Algorithm::Es256)?);
//! let token = issuer.sign_now::<AccessTokenJwt>(br#"{"iss":"https://auth.example.com","sub":"alice","exp":1800000000}"#)?;
//!
//! // The resource server, which got the keys from `/jwks`.
//! let keys = Jwks::of([issuer.public_key()]);
//! let jws = CompactJws::decode(&token)?;
//! let unverified = jws.unverified::<AccessTokenJwt>(&[Algorithm::Es256])?;
//! if unverified.claims().text("iss")? != "https://auth.example.com" {
//!     return Err("a token of somebody else".into());
//! }
//! let verified = unverified.verify(&keys)?;
//! assert_eq!(verified.claims().text("sub")?, "alice");
//!
//! // Another type of token is another type.
//! assert_eq!(jws.unverified::<grantor::jose::IdTokenJwt>(&Algorithm::ALL).unwrap_err(), JoseError::Type);
//! # Ok(())
//! # }
//! ```
//!
//! # What is refused
//!
//! Each with a [`JoseError`] of its own: other serializations; text that is too long, or not base64url to the last bit; an object in which a
//! name is there twice, or that has more than 64 members or is 16 deep; `alg` other than one of [`Algorithm`] that the caller permits, so
//! `none` and HMAC always; any `crit`, since no extension is understood; `b64`; another `typ`; a key of another algorithm, `use` or
//! `key_ops`; a secret where a public key belongs; RSA of fewer than 2048 or more than 4096 bits; points that are not on their curve; a
//! signature of another length, such as one in DER. `jwk` counts where the type of token says that its key is in the header
//! ([`EmbedsKey`]), and is not looked at elsewhere, nor are `jku`, `x5u` and `x5c` anywhere.
//!
//! # Writing
//!
//! A [`KeyPair`] is a key in this process, a [`Signer`] one that stays elsewhere. [`TokenSigner`] signs with either.

mod access_token;
mod algorithm;
mod base64url;
mod crypto;
mod error;
mod header;
mod id_token;
mod jwk;
mod jwks;
mod key_pair;
mod material;
mod object;
mod permitted;
mod seal;
mod sign;
mod signature;
mod signer;
mod thumbprint;
mod typ;
mod verify;

pub(crate) use access_token::AccessTokenClaimsSet;
#[doc(hidden)]
pub use algorithm::AnAlgorithm;
pub use algorithm::{Algorithm, EdDsa, Es256, Es384, Ps256, Rs256, SigningAlgorithm, UnknownAlgorithm};
pub use error::JoseError;
pub use header::Header;
pub(crate) use id_token::OwnIdToken;
pub use jwk::PublicKey;
pub use jwks::{Jwks, KeySource};
pub use key_pair::{KeyError, KeyPair};
pub use object::{Object, Value};
pub(crate) use permitted::PermittedAlgorithms;
#[doc(hidden)]
pub use seal::ASealer;
pub use seal::{KeySealer, SealContext, SealedKey, SealerError};
pub use sign::{SigningKey, TokenSigner};
pub use signature::Signature;
#[doc(hidden)]
pub use signer::ASigner;
pub use signer::{External, Signer, SignerError};
pub use thumbprint::{KeyId, Thumbprint};
pub use typ::{
    AccessTokenJwt, AssertionJwt, AuthorizationResponseJwt, ClientAssertionJwt, DpopProofJwt, EmbedsKey, IdJagJwt, IdTokenJwt,
    IntrospectionJwt, LogoutTokenJwt, RequestObjectJwt, SoftwareStatementJwt, TokenType, UserinfoJwt,
};
pub use verify::{CompactJws, Unverified, Verified};
