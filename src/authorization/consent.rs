//! What people have to know of a client to agree to it, and whether they did before.

use crate::authorization::request::AuthorizationRequest;
use crate::storage::FamilyRecord;

impl AuthorizationRequest {
    /// The host of the document that describes the client, of one whose identifier is a URL
    /// ([`ClientMetadataDocuments`](crate::ClientMetadataDocuments)): to be shown beside its name, which anybody may choose
    /// (draft-ietf-oauth-client-id-metadata-document section 8.5).
    #[must_use]
    pub fn document_host(&self) -> Option<&str> {
        self.client.document_host()
    }

    /// Can any program on the person's device pose as the client, so that people are to be warned? Nobody vetted it, and it is sent back to
    /// nothing but this machine or schemes of its applications.
    #[must_use]
    pub fn may_be_another_program(&self) -> bool {
        !self.client.is_vetted() && self.client.returns_to_devices_only()
    }

    /// Did the person agree to as much before, so that they need not be asked again? `before` is one of their
    /// [authorizations](crate::AuthorizationServer::authorizations).
    ///
    /// It has to be what they were asked for, not what came of a [token](crate::TokenExchange) or an assertion that the client presented; to
    /// be of this client, and to have the scope, or what [implies](crate::Builder::scope_hierarchy) it, and the resources. Never of
    /// a client that is public, as it may be another one that says the same name (RFC 8252 section 8.6), or that nobody
    /// [vetted](Self::client_is_vetted), or that is [described](crate::Client::fingerprint) otherwise than then. Whether the request wants
    /// the person to be asked all the same, [`prompt`](Self::prompt) says. Never of one that asks for [details](Self::authorization_details):
    /// each payment is one that somebody looks at.
    #[must_use]
    pub fn is_covered_by(&self, before: &FamilyRecord) -> bool {
        let facts = before.details.facts();
        let client = &self.client;
        let was_asked_for = facts.unasked.is_none() && facts.actor.is_none();
        was_asked_for
            && self.asked.details.is_none()
            && client.is_vetted()
            && !client.is_public()
            && before.client_id() == client.id()
            && self.hierarchy.covers_all(&facts.scope, &self.asked.scope)
            && self.asked.resources.iter().all(|resource| facts.audience.contains(resource))
            && client.is_still(facts.client_fingerprint.as_deref())
    }
}
