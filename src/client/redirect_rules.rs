//! Where a server sends people back to, of the redirect URIs that clients may have.

use crate::client::{ApplicationType, Client, ClientRejection, PrivateUseSchemes};
use crate::values::uri::Parts;

/// What a server permits of the redirect URIs that are well-formed.
#[derive(Clone, Copy)]
pub(crate) struct RedirectRules<'a> {
    pub(crate) schemes: &'a PrivateUseSchemes,
    /// `http` is for native applications (FAPI 2.0 Security Profile section 5.3.2.2), and only on a loopback host, as everywhere.
    pub(crate) http_for_native_alone: bool,
}

impl RedirectRules<'_> {
    /// May a response to this client go there, as far as the server decides?
    pub(crate) fn permit(&self, client: &Client, uri: &str) -> bool {
        self.refusal(client, uri).is_none()
    }

    /// Why not?
    pub(crate) fn refusal(&self, client: &Client, uri: &str) -> Option<ClientRejection> {
        let is_http = || Parts::of(uri).is_some_and(|parts| parts.has_scheme("http"));
        if !self.schemes.permit(uri) {
            return Some(ClientRejection::SchemeWithoutPeriod(uri.to_owned()));
        }
        let refused = self.http_for_native_alone && client.application_type() != Some(ApplicationType::Native) && is_http();
        refused.then(|| ClientRejection::HttpRedirectUri(uri.to_owned()))
    }
}
