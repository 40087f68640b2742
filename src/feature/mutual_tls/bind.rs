//! Token requests (RFC 8705 sections 3 and 4).

use super::{CertificateMethods, CertificatePolicy, MutualTls};
use crate::issue::{Binding, IssueContext};
use crate::mtls::{ClientCertificate, X5T_S256};
use crate::values::error::OAuthError;

impl<B: CertificatePolicy, M: CertificateMethods> MutualTls<B, M> {
    pub(super) fn bind_tokens<S>(cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        let Some(call) = &cx.call else { return Ok(()) };
        let asks = cx.client.tls_client_certificate_bound_access_tokens();
        let bound = binding.bound_to(X5T_S256);
        let Some(certificate) = call.extension::<ClientCertificate>() else {
            let refused =
                OAuthError::invalid_request("the token would be bound to a client certificate, and the connection has none");
            match bound {
                // It is refused anyway, and nothing here proves that it is this client's.
                Some(_) => {}
                None if asks => return Err(refused),
                None if B::REQUIRED => binding.refuse_unbound(refused),
                None => {}
            }
            return Ok(());
        };
        let was_bound = bound.is_some();
        if bound.is_some_and(|bound| !certificate.has_thumbprint(bound)) {
            return Err(OAuthError::invalid_grant(
                "what was granted is bound to another certificate than that of the connection",
            ));
        }
        let (thumbprint, is_public) = (certificate.thumbprint(), cx.client.is_public());
        if asks || was_bound {
            if is_public {
                binding.confirm_renewable(X5T_S256, thumbprint);
            }
            binding.confirm(X5T_S256, thumbprint);
        } else if B::REQUIRED {
            binding.confirm_otherwise(X5T_S256, thumbprint, is_public);
        }
        Ok(())
    }
}
