//! What of a client matters to people who agreed to it, as one short text.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::client::Client;
use crate::client::record::Origin;

impl Client {
    /// A short text for what matters of the client to people who agreed to it: its names and pages in every language, where it is sent
    /// back to, what kind of application it is, how it proves who it is, and where its keys are. Not the keys themselves, which are to
    /// change now and then, and not what it may ask for, which people see each time.
    ///
    /// A client that comes from a document, or that registered itself, may become another one under the same identifier. Where you
    /// remember what people agreed to, keep this beside it, and ask anew where it differs; the library does so with what it keeps
    /// ([`FamilyRecord::client_fingerprint`](crate::storage::FamilyRecord::client_fingerprint)): such a client cannot refresh what people
    /// agreed to before.
    #[must_use]
    pub fn fingerprint(&self) -> Arc<str> {
        match &self.origin {
            Origin::Document { fingerprint, .. } => fingerprint.clone(),
            Origin::Registered => self.computed_fingerprint(),
        }
    }

    /// What is kept of it beside what people agreed to: of one that nobody vetted, as it may become another one.
    pub(crate) fn fingerprint_to_keep(&self) -> Option<Arc<str>> {
        (!self.is_vetted()).then(|| self.fingerprint())
    }

    /// Is it still what was kept of it, if anything was?
    pub(crate) fn is_still(&self, kept: Option<&str>) -> bool {
        kept.is_none_or(|kept| *kept == *self.fingerprint())
    }

    fn computed_fingerprint(&self) -> Arc<str> {
        let method = self.authentication_method().map(|method| ("method", "", method.as_str()));
        let application_type = self.application_type().map(|kind| ("type", "", kind.as_str()));
        let redirect_uris = self.redirect_uris().iter().map(|uri| ("redirect_uri", "", uri.as_str()));
        let keys = self.jwks_uri().map(|uri| ("jwks_uri", "", uri));
        let mut pieces: Vec<(&str, &str, &str)> = self.registered.presentation.texts().collect();
        pieces.extend(redirect_uris.chain(method).chain(application_type).chain(keys));
        // The order of none of them has a meaning.
        pieces.sort_unstable();
        let mut hash = Sha256::new();
        for text in pieces.into_iter().flat_map(|(name, language, text)| [name, language, text]) {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        URL_SAFE_NO_PAD.encode(hash.finalize()).into()
    }
}
