//! The resource server's side of mutual TLS (RFC 8705 section 3).

use std::sync::Arc;

use http::Extensions;
use serde_json::Value;

use super::{ResourceServer, TokenVerifier};
use crate::mtls::{ClientCertificate, X5T_S256};

impl<V: TokenVerifier> ResourceServer<V> {
    /// Takes tokens that are bound to a certificate, too (RFC 8705 section 3): the request has to come over a TLS connection with that
    /// certificate, which is a [`ClientCertificate`] in its extensions. Its chain need not be verified (section 6.2).
    ///
    /// The token is presented as a bearer token. One that is bound to another certificate, or comes without one, is `invalid_token`,
    /// whatever the verifier says. One that is bound to nothing goes on being a bearer token: see
    /// [`bound_tokens_only`](Self::bound_tokens_only).
    ///
    /// ```
    /// # fn f<V: grantor::TokenVerifier>(verifier: V) {
    /// use grantor::ResourceServer;
    ///
    /// let server = ResourceServer::new(verifier).mutual_tls().bound_tokens_only();
    /// # let _ = server;
    /// # }
    /// ```
    #[must_use]
    pub fn mutual_tls(mut self) -> Self {
        self.takes_certificates = true;
        Arc::make_mut(&mut self.protection).refuses_bearer_tokens = false;
        self
    }

    /// Is the token bound to a certificate that is looked at here? If so, does the request have it?
    pub(super) fn has_certificate(&self, bound: &Value, extensions: &Extensions) -> Option<bool> {
        let thumbprint = bound.get(X5T_S256).filter(|_| self.takes_certificates)?;
        let certificate = extensions.get::<ClientCertificate>();
        Some(thumbprint.as_str().zip(certificate).is_some_and(|(bound, certificate)| certificate.has_thumbprint(bound)))
    }
}
