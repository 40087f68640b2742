//! Whose certificate a client authenticates with: the subject that an authority has confirmed.

use std::net::IpAddr;
use std::sync::Arc;

use super::members::members;
use crate::client::ClientError;

/// The subject of the certificates with which a client authenticates: one of five kinds (RFC 8705 section 2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateSubject<'a> {
    /// `tls_client_auth_subject_dn`: the distinguished name, as RFC 4514 writes it.
    Dn(&'a str),
    /// `tls_client_auth_san_dns`: an alternative name of the kind `dNSName`.
    SanDns(&'a str),
    /// `tls_client_auth_san_uri`: one of the kind `uniformResourceIdentifier`.
    SanUri(&'a str),
    /// `tls_client_auth_san_ip`: one of the kind `iPAddress`.
    SanIp(&'a str),
    /// `tls_client_auth_san_email`: one of the kind `rfc822Name`.
    SanEmail(&'a str),
}

members! {
    /// RFC 8705 section 2.1.2.
    Certificate {
        tls_client_auth_subject_dn: Option<Arc<str>>,
        tls_client_auth_san_dns: Option<Arc<str>>,
        tls_client_auth_san_uri: Option<Arc<str>>,
        tls_client_auth_san_ip: Option<Arc<str>>,
        tls_client_auth_san_email: Option<Arc<str>>,
    }
}

/// Bytes.
const MAX_LEN: usize = 2_048;

impl Certificate {
    pub(super) fn check(&self) -> Result<(), ClientError> {
        for (name, value) in self.all() {
            let Some(value) = value else { continue };
            if value.is_empty() || value.len() > MAX_LEN || value.chars().any(char::is_control) {
                return Err(ClientError::MalformedCertificateSubject(name));
            }
        }
        if self.tls_client_auth_san_ip.as_ref().is_some_and(|address| address.parse::<IpAddr>().is_err()) {
            return Err(ClientError::MalformedCertificateSubject("tls_client_auth_san_ip"));
        }
        Ok(())
    }

    fn all(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("tls_client_auth_subject_dn", self.tls_client_auth_subject_dn.as_deref()),
            ("tls_client_auth_san_dns", self.tls_client_auth_san_dns.as_deref()),
            ("tls_client_auth_san_uri", self.tls_client_auth_san_uri.as_deref()),
            ("tls_client_auth_san_ip", self.tls_client_auth_san_ip.as_deref()),
            ("tls_client_auth_san_email", self.tls_client_auth_san_email.as_deref()),
        ]
    }

    /// The one subject; `None` where none is registered, or more than one.
    pub(in crate::client) fn subject(&self) -> Option<CertificateSubject<'_>> {
        let [dn, dns, uri, ip, email] = self.all().map(|(_, value)| value);
        let mut registered = [
            dn.map(CertificateSubject::Dn),
            dns.map(CertificateSubject::SanDns),
            uri.map(CertificateSubject::SanUri),
            ip.map(CertificateSubject::SanIp),
            email.map(CertificateSubject::SanEmail),
        ]
        .into_iter()
        .flatten();
        registered.next().filter(|_| registered.next().is_none())
    }
}
