//! What a server does with certificates, as types.

use crate::client::ClientAuthenticationMethod as Method;
use crate::feature::{BoundTokens, KeyedClients};
use crate::typelevel::List;

mod sealed {
    pub trait Sealed {}
}

/// Is every token of a server bound? [`CertificatesOptional`] or [`CertificatesRequired`].
pub trait CertificatePolicy: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const REQUIRED: bool;
    /// What it assures of, with those methods.
    #[doc(hidden)]
    type Assures<M: CertificateMethods>: List;
}

/// Tokens are bound to the certificates of clients that ask for it.
#[derive(Debug, Clone, Copy)]
pub struct CertificatesOptional;

/// Every token is bound, to a certificate unless to something else.
#[derive(Debug, Clone, Copy)]
pub struct CertificatesRequired;

/// With which certificates clients authenticate: [`AnyCertificates`], [`AuthorityCertificates`], [`RegisteredCertificates`] or
/// [`NoCertificates`].
pub trait CertificateMethods: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const METHODS: &'static [Method];
    #[doc(hidden)]
    type Assures: List;
    /// The same where every token is bound.
    #[doc(hidden)]
    type AssuresBound: List;
}

/// With both kinds: `tls_client_auth` and `self_signed_tls_client_auth`.
#[derive(Debug, Clone, Copy)]
pub struct AnyCertificates;

/// With those of authorities alone: `tls_client_auth`.
#[derive(Debug, Clone, Copy)]
pub struct AuthorityCertificates;

/// With those that they registered alone: `self_signed_tls_client_auth`.
#[derive(Debug, Clone, Copy)]
pub struct RegisteredCertificates;

/// With none: certificates bind tokens, and that is all.
#[derive(Debug, Clone, Copy)]
pub struct NoCertificates;

impl sealed::Sealed for CertificatesOptional {}
impl sealed::Sealed for CertificatesRequired {}

impl CertificatePolicy for CertificatesOptional {
    const REQUIRED: bool = false;
    type Assures<M: CertificateMethods> = M::Assures;
}

impl CertificatePolicy for CertificatesRequired {
    const REQUIRED: bool = true;
    type Assures<M: CertificateMethods> = M::AssuresBound;
}

macro_rules! methods {
    ($($name:ident: [$($method:ident),*], assures $assures:ty, bound $bound:ty;)*) => {$(
        impl sealed::Sealed for $name {}
        impl CertificateMethods for $name {
            const METHODS: &'static [Method] = &[$(Method::$method),*];
            type Assures = $assures;
            type AssuresBound = $bound;
        }
    )*};
}

methods! {
    AnyCertificates: [TlsClientAuth, SelfSignedTlsClientAuth], assures (KeyedClients,), bound (KeyedClients, BoundTokens);
    AuthorityCertificates: [TlsClientAuth], assures (KeyedClients,), bound (KeyedClients, BoundTokens);
    RegisteredCertificates: [SelfSignedTlsClientAuth], assures (KeyedClients,), bound (KeyedClients, BoundTokens);
    NoCertificates: [], assures (), bound (BoundTokens,);
}
