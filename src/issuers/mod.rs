//! Other authorization servers that an operator trusts: the way to their keys, and what they sign. Their URLs are the operator's and no
//! stranger's. The resource server's half reads access tokens with them, and grants read assertions.

mod error;
mod http_client;
#[cfg(feature = "jose")]
mod keys;
#[cfg(feature = "jose")]
mod refusal;
#[cfg(feature = "jose")]
mod remote;
#[cfg(feature = "jose")]
mod trusted;
#[cfg(feature = "jose")]
mod vouched;

pub use error::VerifierError;
#[cfg(feature = "reqwest")]
pub use http_client::DirectClient;
pub use http_client::HttpClient;
pub(crate) use http_client::MAX_ANSWER;
#[cfg(feature = "jose")]
pub use keys::VerificationKeys;
#[cfg(feature = "jose")]
pub(crate) use refusal::Refusal;
#[cfg(feature = "jose")]
pub use remote::{RemoteJwks, RemoteJwksError};
#[cfg(feature = "jose")]
pub(crate) use trusted::Meant;
#[cfg(feature = "jose")]
pub use trusted::{TrustedIssuer, TrustedIssuers, TrustedIssuersError};
#[cfg(feature = "jose")]
pub(crate) use vouched::Vouched;

use crate::values::uri::{is_loopback, is_web_url};

/// Is it a URL over which a secret may travel: `https`, or `http` that does not leave the machine; without user name and fragment?
pub(crate) fn is_secure_url(text: &str) -> bool {
    is_web_url(text, is_loopback) && !text.contains('#')
}
