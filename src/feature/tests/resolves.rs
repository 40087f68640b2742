//! Resolves a client: identifiers that are URLs, which the storage does not have.

use std::sync::Arc;

use super::host;
use crate::client::Client;
use crate::core::Core;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::values::error::OAuthError;

struct Resolves;
crate::wire_name!(Resolves = "resolves");
impl sealed::Sealed for Resolves {}

impl Feature for Resolves {
    chooses_nothing!();
}

impl<S: Send + Sync> FeatureOn<S> for Resolves {
    async fn resolve(&self, _: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        if !id.starts_with("https://") {
            return Ok(None);
        }
        let client = Client::public(id).redirect_uri(format!("{id}/cb")).scope("read").grant_types(["urn:example:own"]).build();
        client.map(|client| Some(Arc::new(client))).map_err(|error| OAuthError::invalid_request(error.to_string()))
    }
}

#[tokio::test]
async fn a_client_that_the_storage_does_not_have_is_one_at_every_endpoint() {
    let host = host!(crate::Revocation::new(), Resolves);
    let id = "client_id=https://app.example.com";
    let tokens = host.post("/token", &[], &format!("{id}&grant_type=urn:example:own")).await;
    let token = tokens.member("access_token");
    assert_eq!(host.post("/revoke", &[], &format!("{id}&token={token}")).await.status, 200);
    // The storage goes first, and others stay unknown.
    assert_eq!(host.token(&[], "grant_type=client_credentials").await.status, 200);
    assert_eq!(host.post("/token", &[], "client_id=other&grant_type=urn:example:own").await.error(), "401 invalid_client");
}
