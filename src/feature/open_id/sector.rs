//! The redirect URIs of a sector (OpenID Connect Registration section 5): clients on several hosts may share their pairwise subjects if a
//! document of one of those hosts lists all of their redirect URIs.

use crate::client::{Client, ClientRejection, SubjectType};
use crate::feature::Here;
use crate::fetcher::{Document, Fetcher};
use crate::values::clock::Timestamp;

/// What a `sector_identifier_uri` leads to.
struct RedirectUris(Vec<String>);

impl Document for RedirectUris {
    fn read(json: &str) -> Result<Self, &'static str> {
        serde_json::from_str(json).map(Self).map_err(|_| "it is not an array of strings")
    }

    fn weight(&self) -> usize {
        self.0.iter().map(|uri| uri.len() + size_of::<String>()).sum()
    }
}

/// Why the document cannot be asked for. Without pairwise subjects it has no meaning, so nobody needs a fetcher for it.
pub(super) fn rejects(client: &Client, here: Here<'_>) -> Option<ClientRejection> {
    let uri = client.sector_identifier_uri()?;
    match here.fetcher {
        Some(fetcher) => fetcher.check_url(uri).is_err().then_some(ClientRejection::SectorIdentifierUri),
        None => (client.subject_type() == SubjectType::Pairwise).then_some(ClientRejection::SectorNotFetched),
    }
}

/// Why the client is not one of its sector. Section 5 wants that to be looked at when it is registered, and not later.
pub(super) async fn examine(client: &Client, fetcher: &Fetcher, now: Timestamp) -> Option<ClientRejection> {
    let listed = match fetcher.refetch::<RedirectUris>(client.sector_identifier_uri()?, now).await {
        Ok(listed) => listed,
        Err(error) => {
            // What a name leads to inside this network is not for whoever names it.
            tracing::info!(client_id = %client.id(), error = &error as &dyn std::error::Error, "no sector_identifier_uri");
            return Some(ClientRejection::SectorIdentifierUri);
        }
    };
    let mut own = client.redirect_uris().iter().map(|uri| uri.as_str());
    let other = own.find(|uri| !listed.0.iter().any(|known| known == uri));
    other.map(|uri| ClientRejection::OtherSector(uri.to_owned()))
}
