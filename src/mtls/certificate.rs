//! A certificate that came with a TLS connection.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::DistinguishedName;
use super::key::is_strong;
use crate::values::equal::equal;

/// The certificate with which the client of a TLS connection has proved to have the private key: in the extensions of each request of
/// the connection, where the server and [`ResourceServer`](crate::ResourceServer) look for it.
///
/// Only code that knows puts it there: what ends TLS, or what reads it from a proxy that the application trusts. This library reads no
/// header for it, since whoever sends a request writes its headers.
///
/// | constructor | what the TLS layer has verified | enough for |
/// |---|---|---|
/// | [`verified`](Self::verified) | that the client has the private key, and the chain up to an authority that the operator trusts for clients | `tls_client_auth`, and what is below |
/// | [`unverified`](Self::unverified) | that the client has the private key | `self_signed_tls_client_auth`, bound tokens |
///
/// ```
/// use grantor::ClientCertificate;
///
/// /// `der` is the first certificate of `rustls::CommonState::peer_certificates`, of a connection whose verifier checked the chain.
/// fn put<B>(request: &mut http::Request<B>, der: &[u8]) -> Result<(), grantor::CertificateError> {
///     request.extensions_mut().insert(ClientCertificate::verified(der)?);
///     Ok(())
/// }
/// ```
///
/// It is read once, for the connection; a clone for each request is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Arc<Read>);

#[derive(PartialEq, Eq)]
struct Read {
    is_verified: bool,
    sha256: [u8; 32],
    /// In base64url.
    thumbprint: Box<str>,
    subject: DistinguishedName,
    names: Vec<AlternativeName>,
    key: SubjectPublicKeyInfoOwned,
}

/// An alternative name of the subject (RFC 5280 section 4.2.1.6), of the kinds that clients can register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AlternativeName {
    Dns(Box<str>),
    Uri(Box<str>),
    Email(Box<str>),
    Ip(IpAddr),
}

/// What is no certificate that this library reads. There is nothing of it in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// More than 16 KiB.
    #[error("the certificate has more than {} bytes", ClientCertificate::MAX_LEN)]
    TooLong,
    /// Not an X.509 certificate in DER (RFC 5280 section 4.1), or with something behind it.
    #[error("not one X.509 certificate in DER (RFC 5280 section 4.1)")]
    Malformed,
    /// Its key is of RSA with less than 2048 bits, or on a curve of less than 224 (FAPI 2.0 Security Profile section 5.4.1).
    #[error("the key of the certificate is too weak: RSA has at least 2048 bits, a curve at least 224")]
    WeakKey,
}

impl ClientCertificate {
    /// Bytes.
    pub(super) const MAX_LEN: usize = 16 * 1024;

    /// A certificate whose chain the TLS layer has verified, up to an authority that the operator trusts for clients. It is the first
    /// one that the client sent, in DER.
    ///
    /// Nothing verifies it here. A certificate of which this is not so lets whoever writes a subject into one be that client.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] if it cannot be read, or its key is too weak.
    pub fn verified(der: &[u8]) -> Result<Self, CertificateError> {
        Self::read(der, true)
    }

    /// A certificate of which the TLS layer has verified that the client has the private key, and nothing else: it may be signed by
    /// itself. It is the first one that the client sent, in DER.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] if it cannot be read, or its key is too weak.
    pub fn unverified(der: &[u8]) -> Result<Self, CertificateError> {
        Self::read(der, false)
    }

    fn read(der: &[u8], is_verified: bool) -> Result<Self, CertificateError> {
        if der.len() > Self::MAX_LEN {
            return Err(CertificateError::TooLong);
        }
        // Each structure is of a type of its own, so what is read is as deep as these.
        let certificate = Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        let sha256 = <[u8; 32]>::from(Sha256::digest(der));
        let tbs = certificate.tbs_certificate();
        if !is_strong(tbs.subject_public_key_info()) {
            return Err(CertificateError::WeakKey);
        }
        Ok(Self(Arc::new(Read {
            is_verified,
            sha256,
            thumbprint: URL_SAFE_NO_PAD.encode(sha256).into(),
            subject: DistinguishedName::of(tbs.subject()).ok_or(CertificateError::Malformed)?,
            names: alternative_names(&certificate)?,
            key: tbs.subject_public_key_info().clone(),
        })))
    }

    /// Has the TLS layer verified the chain?
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.0.is_verified
    }

    /// The SHA-256 of the certificate in base64url, as `x5t#S256` has it (RFC 8705 section 3.1).
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.0.thumbprint
    }

    /// The distinguished name of the subject, as RFC 4514 writes it: what `tls_client_auth_subject_dn` is for this certificate.
    #[must_use]
    pub fn subject_dn(&self) -> String {
        self.0.subject.to_string()
    }

    pub(super) fn subject(&self) -> &DistinguishedName {
        &self.0.subject
    }

    pub(super) fn names(&self) -> &[AlternativeName] {
        &self.0.names
    }

    pub(super) fn key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.0.key
    }

    /// Is it the certificate with this DER?
    pub(super) fn is_der(&self, der: &[u8]) -> bool {
        self.0.sha256 == <[u8; 32]>::from(Sha256::digest(der))
    }

    /// Is this its thumbprint? What it is compared with may come from a stranger.
    pub(crate) fn has_thumbprint(&self, thumbprint: &str) -> bool {
        equal(self.thumbprint().as_bytes(), thumbprint.as_bytes())
    }
}

/// The names of the one extension that may have some.
fn alternative_names(certificate: &Certificate) -> Result<Vec<AlternativeName>, CertificateError> {
    let extensions = certificate.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default();
    let mut found = extensions.iter().filter(|extension| extension.extn_id == SubjectAltName::OID);
    let Some(extension) = found.next() else { return Ok(Vec::new()) };
    // RFC 5280 section 4.2: one of each kind. Of two, one reader would take the first, another the last.
    if found.next().is_some() {
        return Err(CertificateError::Malformed);
    }
    let names = SubjectAltName::from_der(extension.extn_value.as_bytes()).map_err(|_| CertificateError::Malformed)?;
    Ok(names.0.iter().filter_map(alternative_name).collect())
}

fn alternative_name(name: &GeneralName) -> Option<AlternativeName> {
    Some(match name {
        GeneralName::DnsName(name) => AlternativeName::Dns(name.as_str().into()),
        GeneralName::UniformResourceIdentifier(uri) => AlternativeName::Uri(uri.as_str().into()),
        GeneralName::Rfc822Name(address) => AlternativeName::Email(address.as_str().into()),
        GeneralName::IpAddress(bytes) => AlternativeName::Ip(address(bytes.as_bytes())?),
        _ => return None,
    })
}

/// RFC 5280 section 4.2.1.6: four octets or sixteen.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

impl fmt::Debug for ClientCertificate {
    /// Who it is, which is no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("ClientCertificate");
        text.field("subject_dn", &self.subject_dn()).field("thumbprint", &self.thumbprint());
        text.field("is_verified", &self.is_verified()).finish_non_exhaustive()
    }
}
