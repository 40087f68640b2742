//! A fetched document, as it is kept: the client that it describes, and what that is at servers which offer clients different things.

use std::sync::{Arc, Mutex, PoisonError};

use super::identifier::ClientUrl;
use crate::client::{Client, DocumentOffer as Offer};
use crate::fetcher::Document;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// "The recommended maximum size to read is 5 kilobytes" (section 8.7).
const MAX_BYTES: usize = 5 * 1024;
/// About how many bytes a client takes beside its texts.
const CLIENT_BYTES: usize = 2 * 1024;
/// So many servers that offer different things share what was made of one document. Who comes after them makes it anew.
const SHARES: usize = 4;

/// See the module.
pub(super) struct ClientDocument {
    described: Client,
    host: Box<str>,
    /// Of the document, in bytes.
    size: usize,
    made: Mutex<Vec<(Offer, ScopeHierarchy, Arc<Client>)>>,
}

impl ClientDocument {
    /// The URL at which it is.
    pub(super) fn url(&self) -> ClientUrl<'_> {
        ClientUrl::known(self.described.id().as_str(), &self.host)
    }

    /// The client with what is offered, and whether it was made just now.
    pub(super) fn client(&self, offer: &Offer, hierarchy: &ScopeHierarchy) -> (Arc<Client>, bool) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., client)) = made.iter().find(|(known, its, _)| known == offer && its == hierarchy) {
            return (client.clone(), false);
        }
        let client = Arc::new(self.described.offered(offer, hierarchy));
        if made.len() < SHARES {
            made.push((offer.clone(), hierarchy.clone(), client.clone()));
        }
        (client, true)
    }
}

impl Document for ClientDocument {
    const MAX_BYTES: usize = MAX_BYTES;

    fn read(json: &str) -> Result<Self, &'static str> {
        let described = Client::described(json)?;
        let host =
            ClientUrl::parse(described.id().as_str()).ok_or("its `client_id` is no URL of a document (section 3)")?.host().into();
        Ok(Self { described, host, size: json.len(), made: Mutex::default() })
    }

    /// Simple string comparison (section 4).
    fn belongs_to(&self, url: &str) -> Result<(), &'static str> {
        let is_same = self.described.id().as_str() == url;
        is_same.then_some(()).ok_or("its `client_id` is not its URL, letter by letter (section 4)")
    }

    fn weight(&self) -> usize {
        (self.size + CLIENT_BYTES) * (SHARES + 1)
    }
}
