//! Certificates of TLS clients (RFC 8705), as the TLS layer hands them over: what they say, and whether they are those that a client
//! registered. Nothing here verifies a signature or a chain: that is the TLS layer's. Feature `mtls`.

mod certificate;
mod key;
mod name;
mod subject;

pub use certificate::{CertificateError, ClientCertificate};
pub(crate) use key::{Registered, set_has};
pub(crate) use name::DistinguishedName;
pub(crate) use subject::is_subject;

/// The confirmation method of certificates (RFC 8705 section 3.1): the member of `cnf` with the thumbprint.
pub(crate) const X5T_S256: &str = "x5t#S256";
