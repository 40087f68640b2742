//! Clients (RFC 6749 section 2): the record, its registration metadata (RFC 7591), its authentication, and the comparison
//! of redirect URIs.

pub(crate) mod authentication;
mod check;
mod metadata;
mod record;
mod redirect_uri;
mod secret;

pub use authentication::{Claimed, Claims, ClientAuthenticationMethod, Methods};
pub(crate) use check::ServedHere;
pub use check::{CheckedClient, ClientRejected, ClientRejection};
pub use metadata::ClientMetadata;
pub use record::{Client, ClientBuilder, ClientError, ClientId};
pub(crate) use redirect_uri::host_for_display;
pub use redirect_uri::{RedirectUri, RedirectUriError};
pub(crate) use secret::SecretVerifier;
pub use secret::{ClientSecret, SecretError, SecretHash};
