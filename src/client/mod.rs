//! Clients (RFC 6749 section 2): the record with its credentials and its registration metadata (RFC 7591), and the comparison of
//! redirect URIs. How a request proves whose it is, is the business of `authentication`.

mod applicant;
mod builder;
mod changed;
mod check;
mod credentials;
mod described;
mod error;
mod fingerprint;
mod id;
mod metadata;
mod private_use;
mod record;
mod redirect_rules;
mod redirect_uri;
mod registered;
mod registration;
mod secret;
mod stored;

pub(crate) use applicant::{Applicant, Changes, Members, Offer, Unregistered};
pub use builder::ClientBuilder;
pub(crate) use check::ServedHere;
pub use check::{CheckedClient, ClientRejected, ClientRejection};
pub use credentials::{CertificateTrust, ClientAuthenticationMethod, ClientSecrets, Credentials, HashedSecret};
pub(crate) use described::Offer as DocumentOffer;
pub use error::ClientError;
pub use id::ClientId;
pub use metadata::ClientMetadata;
pub use private_use::{InvalidPrivateUseScheme, PrivateUseSchemes};
pub use record::Client;
pub(crate) use redirect_rules::RedirectRules;
pub use redirect_uri::{RedirectUri, RedirectUriError};
pub(crate) use redirect_uri::{host_for_display, is_dot_segment};
pub use registered::{ApplicationType, CertificateSubject, JwksError, Localized, LocalizedMember, Registered, SubjectType};
pub use registration::SelfRegistration;
pub(crate) use registration::WhichToken;
pub(crate) use secret::SecretVerifier;
pub use secret::{ClientSecret, SecretError, SecretHash};
