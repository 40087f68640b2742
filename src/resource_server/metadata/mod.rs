//! What a protected resource says of itself (RFC 9728): which authorization servers issue tokens for it, and what a client asks
//! them for. One value: the document, the places where it is, and what challenges say are made from it.

mod members;
mod place;
#[cfg(feature = "axum")]
mod router;
mod serve;
#[cfg(feature = "tower")]
mod service;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use members::Members;
pub use members::ResourceMember;
use place::Place;
use serde_json::{Map, Value};
#[cfg(feature = "tower")]
pub use service::ProtectedResourceService;

use crate::resource_server::is_secure_url;
use crate::values::issuer::{Issuer, LoopbackIssuer};
use crate::values::language::is_language_tag;
use crate::values::resource::{ResourceIdentifier, ResourceIdentifierError};
use crate::values::scope::Scope;
use crate::values::uri::is_web_url;

/// The scope value with which clients ask for refresh tokens (OpenID Connect Core section 11). No resource requires it.
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// What a protected resource says of itself (RFC 9728 section 2), and where. [`ResourceServer::protected_resource`] has challenges lead
/// to it; [`respond`](Self::respond) serves it, as do `service` with the feature `tower` and `router` with `axum`.
///
/// `bearer_methods_supported` is always `["header"]`, since that is what a [`ResourceServer`](crate::ResourceServer) reads. Members
/// without a value are left out (section 3.2). Cloning does not copy the document.
///
/// [`ResourceServer::protected_resource`]: crate::ResourceServer::protected_resource
///
/// ```
/// use grantor::{ProtectedResourceMetadata, Scope};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let metadata = ProtectedResourceMetadata::new("https://api.example.com/notes")?
///     .authorization_servers(["https://auth.example.com"])?
///     .scopes_supported(Scope::parse("notes:read")?)?
///     .resource_name("Notes");
/// assert_eq!(metadata.url(), "https://api.example.com/.well-known/oauth-protected-resource/notes");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ProtectedResourceMetadata(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    place: Place,
    members: Members,
    scopes: Scope,
    body: Bytes,
}

impl ProtectedResourceMetadata {
    /// Of the resource that this URL identifies: an `https` URL without a fragment (RFC 9728 section 1.2), or an `http` one on a
    /// loopback host. Clients compare it, byte by byte, with what they were told (section 3.3), so write it as they do. A query is
    /// part of it, and better left out.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::Resource`] if it identifies no resource, [`ProtectedResourceError::NotSecure`] if it is another kind of
    /// URI.
    pub fn new(resource: &str) -> Result<Self, ProtectedResourceError> {
        ResourceIdentifier::parse(resource)?;
        let place = is_secure_url(resource).then(|| Place::of(resource)).flatten().ok_or(ProtectedResourceError::NotSecure)?;
        let mut members = Members(Map::new());
        members.set("resource", resource);
        members.set("bearer_methods_supported", ["header"].as_slice());
        Ok(Self(Arc::new(Inner { place, body: members.encode(), members, scopes: Scope::empty() })))
    }

    /// The issuers of the authorization servers whose tokens are good here: `authorization_servers`. MCP wants at least one.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::NotAnIssuer`] if one is not an issuer (RFC 8414 section 2), which on a loopback host may be an
    /// `http` URL.
    pub fn authorization_servers<I: AsRef<str>>(
        self,
        issuers: impl IntoIterator<Item = I>,
    ) -> Result<Self, ProtectedResourceError> {
        let mut names: Vec<String> = Vec::new();
        for issuer in issuers {
            let issuer = issuer.as_ref();
            if Issuer::parse(issuer).is_err() && LoopbackIssuer::parse(issuer).is_err() {
                return Err(ProtectedResourceError::NotAnIssuer(issuer.to_owned()));
            }
            if !names.iter().any(|name| name == issuer) {
                names.push(issuer.to_owned());
            }
        }
        Ok(self.with(|inner| inner.members.set("authorization_servers", names)))
    }

    /// What a client asks for that wants to do something here: `scopes_supported`. Name the least that is of use, and leave the rest to
    /// the challenges of what needs it. A [`ResourceServer`](crate::ResourceServer) says it in its 401 where nothing else is required.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::OfflineAccess`] if `offline_access` is among them: no resource needs refresh tokens (MCP authorization
    /// 2026-07-28, "Refresh Tokens").
    pub fn scopes_supported(self, scopes: Scope) -> Result<Self, ProtectedResourceError> {
        if scopes.contains(OFFLINE_ACCESS) {
            return Err(ProtectedResourceError::OfflineAccess);
        }
        Ok(self.with(|inner| {
            inner.members.set("scopes_supported", scopes.iter().map(str::to_owned).collect::<Vec<_>>());
            inner.scopes = scopes;
        }))
    }

    /// What people are shown: `resource_name`. A blank one is none.
    #[must_use]
    pub fn resource_name(self, name: &str) -> Self {
        self.with(|inner| inner.members.set("resource_name", name.trim()))
    }

    /// A page for developers who want to use the resource: `resource_documentation`.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::WebPage`] if it is not an `https` or `http` URL.
    pub fn resource_documentation(self, url: &str) -> Result<Self, ProtectedResourceError> {
        self.localized(ResourceMember::Documentation, None, url)
    }

    /// One of the members for people, in a language such as `de-CH` (RFC 9728 section 2.1), or in none.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::LanguageTag`] if `language` is not a tag, [`ProtectedResourceError::WebPage`] if a page is meant and
    /// `text` is not an `https` or `http` URL.
    pub fn localized(self, member: ResourceMember, language: Option<&str>, text: &str) -> Result<Self, ProtectedResourceError> {
        if language.is_some_and(|tag| !is_language_tag(tag)) {
            return Err(ProtectedResourceError::LanguageTag);
        }
        if member != ResourceMember::Name && !is_web_url(text, |_| true) {
            return Err(ProtectedResourceError::WebPage(member.as_str()));
        }
        Ok(self.with(|inner| match language {
            None => inner.members.set(member.as_str(), text.trim()),
            Some(tag) => inner.members.set(&format!("{}#{tag}", member.as_str()), text.trim()),
        }))
    }

    /// Where the public keys of the resource server are, for whoever verifies what it signs: `jwks_uri`.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::JwksUri`] if it is not an `https` URL, or an `http` one on a loopback host.
    pub fn jwks_uri(self, url: &str) -> Result<Self, ProtectedResourceError> {
        if !is_secure_url(url) {
            return Err(ProtectedResourceError::JwksUri);
        }
        Ok(self.with(|inner| inner.members.set("jwks_uri", url)))
    }

    /// With what the resource server signs its responses: `resource_signing_alg_values_supported`.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::Unsigned`] if `none` is among them (RFC 9728 section 2).
    pub fn resource_signing_algorithms<I: AsRef<str>>(
        self,
        algorithms: impl IntoIterator<Item = I>,
    ) -> Result<Self, ProtectedResourceError> {
        let algorithms: Vec<String> = algorithms.into_iter().map(|name| name.as_ref().to_owned()).collect();
        if algorithms.iter().any(|name| name == "none") {
            return Err(ProtectedResourceError::Unsigned);
        }
        Ok(self.with(|inner| inner.members.set("resource_signing_alg_values_supported", algorithms)))
    }

    /// A member of another specification, or of your own (RFC 9728 section 2). A value that is `null`, or empty, is none.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError::Member`] if it is one that this library writes.
    pub fn member(self, name: &str, value: Value) -> Result<Self, ProtectedResourceError> {
        if members::is_own(name) {
            return Err(ProtectedResourceError::Member(name.to_owned()));
        }
        Ok(self.with(|inner| inner.members.set(name, value)))
    }

    /// It is the only protected resource of its host, so its document is at the root, too:
    /// `/.well-known/oauth-protected-resource`. Clients look there when they do not find it at its own place.
    #[must_use]
    pub fn alone_on_its_host(self) -> Self {
        self.with(|inner| inner.place.alone = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        change(inner);
        inner.body = inner.members.encode();
        self
    }

    /// The resource, as it was written.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.0.members.0.get("resource").and_then(Value::as_str).unwrap_or_default()
    }

    /// Where the document is: the well-known string goes between host and path (RFC 9728 section 3).
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.place.url
    }

    /// The document, as JSON.
    #[must_use]
    pub fn document(&self) -> &Map<String, Value> {
        &self.0.members.0
    }

    /// What a client needs at least.
    pub(super) fn scopes(&self) -> &Scope {
        &self.0.scopes
    }
}

impl fmt::Debug for ProtectedResourceMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProtectedResourceMetadata").field(self.document()).finish()
    }
}

/// What a protected resource cannot say of itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectedResourceError {
    /// Not an identifier of a resource.
    #[error(transparent)]
    Resource(#[from] ResourceIdentifierError),
    /// Another URI than RFC 9728 section 1.2 wants.
    #[error(
        "a protected resource is identified by an https URL, or an http one on a loopback host, without user name (RFC 9728 section 1.2)"
    )]
    NotSecure,
    /// Not an issuer.
    #[error("`{0}` is not the issuer of an authorization server (RFC 8414 section 2)")]
    NotAnIssuer(String),
    /// `offline_access` among the scopes.
    #[error("no resource requires offline_access: clients ask the authorization server for it of their own accord")]
    OfflineAccess,
    /// Not a URL that people can open.
    #[error("{0} is not an https or http URL")]
    WebPage(&'static str),
    /// Not the URL of keys.
    #[error("jwks_uri uses https (RFC 9728 section 2)")]
    JwksUri,
    /// The algorithm `none`.
    #[error("the algorithm none signs nothing (RFC 9728 section 2)")]
    Unsigned,
    /// Not a language tag (RFC 5646 section 2.1).
    #[error("not a language tag")]
    LanguageTag,
    /// A member that has a method of its own, or that is derived.
    #[error("the member `{0}` is written by this library")]
    Member(String),
}
