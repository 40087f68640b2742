//! Certificates of clients, and the authorities that sign them.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::net::IpAddr;

use rcgen::string::Ia5String;
use rcgen::{CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, SanType, SignatureAlgorithm};

/// A certificate in DER, with its key.
pub struct Certified {
    pub der: Vec<u8>,
    pub key: KeyPair,
}

pub fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

pub fn key_for(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).expect("a key")
}

/// What a certificate says of its subject. The parts of the name from the first of the certificate to the last.
pub fn subject(parts: &[(DnType, &str)], names: Vec<SanType>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in parts {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.subject_alt_names = names;
    params
}

/// `CN=<name>,O=Example Ltd,C=GB`, as RFC 4514 writes it.
pub fn usual(name: &str) -> CertificateParams {
    let parts = [(DnType::CountryName, "GB"), (DnType::OrganizationName, "Example Ltd"), (DnType::CommonName, name)];
    subject(&parts, Vec::new())
}

/// Signed by itself.
pub fn self_signed(params: &CertificateParams, key: KeyPair) -> Certified {
    let der = params.self_signed(&key).expect("a certificate").der().to_vec();
    Certified { der, key }
}

/// An authority.
pub fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = usual(name);
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, key()).expect("an authority")
}

/// Signed by an authority.
pub fn issued(params: &CertificateParams, by: &CertifiedIssuer<'static, KeyPair>) -> Certified {
    let key = key();
    let der = params.signed_by(&key, by).expect("a certificate").der().to_vec();
    Certified { der, key }
}

pub fn dns(name: &str) -> SanType {
    SanType::DnsName(ia5(name))
}

pub fn uri(text: &str) -> SanType {
    SanType::URI(ia5(text))
}

pub fn email(address: &str) -> SanType {
    SanType::Rfc822Name(ia5(address))
}

pub fn ip(address: &str) -> SanType {
    SanType::IpAddress(address.parse::<IpAddr>().expect("an address"))
}

fn ia5(text: &str) -> Ia5String {
    text.to_owned().try_into().expect("ASCII")
}
