//! Is a certificate one of the registered subject (RFC 8705 section 2.1)?

use std::net::IpAddr;

use super::certificate::AlternativeName;
use super::{ClientCertificate, DistinguishedName};
use crate::client::CertificateSubject;

/// Does the certificate name the registered subject? A name that cannot be read names nobody, and one that says nothing is nobody's.
pub(crate) fn is_subject(certificate: &ClientCertificate, registered: CertificateSubject<'_>) -> bool {
    let has = |wanted: &AlternativeName| certificate.names().contains(wanted);
    match registered {
        CertificateSubject::Dn(text) => {
            DistinguishedName::parse(text).is_ok_and(|name| !name.is_empty() && name == *certificate.subject())
        }
        CertificateSubject::SanDns(name) => has(&AlternativeName::Dns(name.into())),
        CertificateSubject::SanUri(uri) => has(&AlternativeName::Uri(uri.into())),
        CertificateSubject::SanEmail(address) => has(&AlternativeName::Email(address.into())),
        // Section 2.1.2: in binary format.
        CertificateSubject::SanIp(text) => text.parse::<IpAddr>().is_ok_and(|address| has(&AlternativeName::Ip(address))),
    }
}
