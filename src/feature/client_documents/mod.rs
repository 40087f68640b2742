//! Clients that are URLs: their identifier leads to a document that describes them, so nobody registers them
//! (draft-ietf-oauth-client-id-metadata-document). Sections are those of version -02.

mod document;
mod hosts;
mod identifier;

use std::fmt;
use std::sync::Arc;

use document::ClientDocument;
pub use hosts::{ClientHostPolicy, ClientHosts, HostVerdict, InvalidClientHost, JudgesHosts};
pub use identifier::ClientUrl;

use crate::client::{Client, DocumentOffer as Offer};
use crate::core::Core;
use crate::events;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::agreed::still_as_agreed;
use crate::feature::{Feature, FeatureOn, Switchable, sealed};
use crate::fetcher::FetchError;
use crate::issue::{Binding, IssueContext};
use crate::typelevel::choice::Open;
use crate::typelevel::{No, Yes};
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::scope::Scope;

/// The grants of clients that nobody registered, unless the operator names others: those in which a person decides.
const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

/// Clients whose identifier is the URL of a document that describes them (draft-ietf-oauth-client-id-metadata-document), beside those
/// that are registered: at every endpoint, a `client_id` that is an `https` URL with a path is looked up in the storage, and else fetched by the
/// server's [fetcher](crate::Builder::fetcher). [`manual::clients_that_are_urls`](crate::manual::clients_that_are_urls) begins with what
/// people want to do.
///
/// # What is accepted
///
/// | | |
/// |---|---|
/// | URL | `https`, a path, no user name, no fragment, no `.` or `..` segment; port 443 unless the fetcher [permits others](crate::Fetcher::allow_port) |
/// | host | as the [policy](ClientHostPolicy) says: allowed, unknown, denied |
/// | document | JSON of at most 5 KiB with its own URL as `client_id`, `client_name`, and `redirect_uris` as for any client |
/// | `token_endpoint_auth_method` | `none`, also where it is left out, or `private_key_jwt` with `jwks` or `jwks_uri`, which needs `PrivateKeyJwt`; enforced |
/// | `client_secret`, private keys | refused: the document is not valid |
/// | `scope` | what of it is [offered](Self::scope); all that is offered, where it says none |
/// | `grant_types` | those of them that are [offered](Self::grant_types) |
/// | members of this library, such as `introspection` | ignored |
///
/// An `Option` of it can be switched off at run time.
///
/// # What becomes of it
///
/// * The client is [not vetted](crate::AuthorizationRequest::client_is_vetted), whatever the policy says: people are asked each time.
/// * A document is kept as its headers say, within the bounds of [`Fetcher::keep_for`](crate::Fetcher::keep_for). Errors and documents that are
///   not valid are not kept; a URL that failed is left alone for some seconds.
/// * Where there is no document now, the answer is 503 `temporarily_unavailable`, and a document that is not valid is `invalid_client`
///   with what is wrong in `error_description`; at the authorization endpoint both are a page.
/// * A document that changed counts from when the one that is kept expires. Where the change [matters](crate::Client::fingerprint), such as
///   another name or redirect URI, a request that waits for its person is not answered any more, and a code or a refresh is `invalid_grant`:
///   so people are asked anew. Nothing is revoked, so what changes back was never lost.
#[derive(Clone)]
pub struct ClientMetadataDocuments<H> {
    hosts: H,
    known: Offer,
    unknown: Offer,
}

impl<H> ClientMetadataDocuments<H> {
    /// With what decides from which hosts clients may come: [`ClientHosts`], or your own [`ClientHostPolicy`]. They may ask for no scope
    /// until [`scope`](Self::scope) offers one.
    #[must_use]
    pub fn new<Is>(hosts: H) -> ClientMetadataDocuments<H::Taken>
    where
        H: JudgesHosts<Is>,
    {
        let grant_types = GRANT_TYPES.map(Into::into).into();
        let unknown = Offer { scope: Scope::empty(), default_scope: None, grant_types, host_is_known: false };
        ClientMetadataDocuments { hosts: hosts.taken(), known: Offer { host_is_known: true, ..unknown.clone() }, unknown }
    }
}

impl<H: ClientHostPolicy> ClientMetadataDocuments<H> {
    fn both(mut self, change: impl Fn(&mut Offer)) -> Self {
        change(&mut self.known);
        change(&mut self.unknown);
        self
    }

    /// The scope that such clients may ask for, each as far as its document says so. Without this call: none.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        self.both(|offer| offer.scope = scope.clone())
    }

    /// The scope that they get when they ask for none. Without this call: all that they may ask for.
    #[must_use]
    pub fn default_scope(self, scope: Scope) -> Self {
        self.both(|offer| offer.default_scope = Some(scope.clone()))
    }

    /// The grants that they may use, each as far as its document says so. Without this call `authorization_code` and `refresh_token`:
    /// with `client_credentials`, anybody who can put a file on a web server has tokens of this server.
    #[must_use]
    pub fn grant_types<T: AsRef<str>>(self, names: impl IntoIterator<Item = T>) -> Self {
        let names: Arc<[Box<str>]> = names.into_iter().map(|name| name.as_ref().into()).collect();
        self.both(|offer| offer.grant_types = names.clone())
    }

    /// What is offered to this client, if it may come at all.
    async fn offer(&self, url: ClientUrl<'_>) -> Result<Option<&Offer>, OAuthError> {
        match self.hosts.verdict(url).await.map_err(unavailable)? {
            HostVerdict::Allow => Ok(Some(&self.known)),
            HostVerdict::Ask => Ok(Some(&self.unknown)),
            HostVerdict::Deny => {
                tracing::info!(host = url.host(), "a client whose identifier is a URL of a denied host");
                Ok(None)
            }
        }
    }
}

/// Whatever failed, the same request may succeed later.
fn unavailable(error: StoreError) -> OAuthError {
    let detail: &dyn std::error::Error = &error;
    tracing::error!(detail, "it cannot be said from which hosts clients may come");
    match error {
        StoreError::Unavailable { retry_after } => OAuthError::unavailable(retry_after),
        _ => OAuthError::unavailable(None),
    }
}

impl<H> fmt::Debug for ClientMetadataDocuments<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Offer { scope, default_scope, grant_types, .. } = &self.unknown;
        let mut text = f.debug_struct("ClientMetadataDocuments");
        text.field("scope", scope).field("default_scope", default_scope).field("grant_types", grant_types);
        text.finish_non_exhaustive()
    }
}

crate::wire_name!(impl<H> ClientMetadataDocuments<H> = "client_id_metadata_document");
impl<H> sealed::Sealed for ClientMetadataDocuments<H> {}
impl<H: ClientHostPolicy> Switchable for ClientMetadataDocuments<H> {}

#[diagnostic::do_not_recommend]
impl<H: ClientHostPolicy> Feature for ClientMetadataDocuments<H> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = Yes;
    type Assures = ();
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.client_id_metadata_document_supported = true;
    }
}

impl<S: Send + Sync, H: ClientHostPolicy> FeatureOn<S> for ClientMetadataDocuments<H> {
    async fn resolve(&self, core: &Core<S>, id: &str) -> Result<Option<Arc<Client>>, OAuthError> {
        let Some(fetcher) = core.fetcher.as_ref().filter(|_| id.starts_with("https://")) else { return Ok(None) };
        let now = core.now();
        // A document that is kept is one of a URL that was found to be one.
        if let Some(document) = fetcher.kept::<ClientDocument>(id, now) {
            let offer = self.offer(document.url()).await?;
            return Ok(offer.map(|offer| made(core, &document, offer)));
        }
        let Some(url) = ClientUrl::parse(id) else { return Ok(None) };
        let Some(offer) = self.offer(url).await? else { return Ok(None) };
        match fetcher.fetch::<ClientDocument>(id, now).await {
            Ok(document) => Ok(Some(made(core, &document, offer))),
            Err(error) => missing(core, url, &error),
        }
    }

    /// What people agreed to may be renewed as long as the client is what they saw.
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        still_as_agreed(cx, binding)
    }
}

/// The client that the document describes.
fn made<S>(core: &Core<S>, document: &ClientDocument, offer: &Offer) -> Arc<Client> {
    let (client, is_new) = document.client(offer, &core.scope_hierarchy);
    if is_new {
        events::client_document(&core.issuer, client.id(), &client.fingerprint(), offer.host_is_known);
    }
    client
}

/// What is said where there is no document. Whoever named the URL learns nothing of this network: all that went wrong on the way there
/// looks the same (section 8.6). What is wrong with a document that came, its author has to know.
fn missing<S>(core: &Core<S>, url: ClientUrl<'_>, error: &FetchError) -> Result<Option<Arc<Client>>, OAuthError> {
    // It was told when it failed.
    if !matches!(error, FetchError::BackingOff { .. }) {
        events::client_document_failed(&core.issuer, url.host(), error);
    }
    match error {
        FetchError::Url(_) => Ok(None),
        FetchError::BackingOff { last, retry_after } => Err(answer(last, Some(*retry_after))),
        error => Err(answer(error, None)),
    }
}

fn answer(error: &FetchError, retry_after: Option<std::time::Duration>) -> OAuthError {
    match error {
        FetchError::Invalid(reason) => {
            OAuthError::new(ErrorCode::InvalidClient, format!("the client's metadata document is not valid: {reason}"))
        }
        _ => OAuthError::unavailable(retry_after),
    }
}
