//! A protected resource: an API for which this server issues tokens.

use std::sync::Arc;

#[cfg(feature = "jose")]
use serde_json::{Map, Value};

use crate::values::lifetime::AccessTokenLifetime;
use crate::values::resource::{ResourceIdentifier, ResourceIdentifierError};
use crate::values::scope::Scope;

/// A protected resource (RFC 8707 section 2), and what access tokens for it are like. A clone does not allocate.
///
/// ```
/// use grantor::{Resource, Scope, lifetime};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let calendar = Resource::new("https://calendar.example.com")?
///     .scope(Scope::parse("events:read events:write")?)
///     .access_token_lifetime(lifetime!(AccessTokenLifetime, 300));
/// # let _ = calendar;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Resource(Arc<Facts>);

#[derive(Debug, Clone)]
struct Facts {
    id: ResourceIdentifier,
    scope: Option<Scope>,
    lifetime: Option<AccessTokenLifetime>,
    #[cfg(feature = "jose")]
    claims: Map<String, Value>,
    listed: bool,
}

/// Why resources cannot be what they are said to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceError {
    /// The identifier is none.
    #[error(transparent)]
    Identifier(#[from] ResourceIdentifierError),
    /// Two have one identifier, perhaps spelled otherwise.
    #[error("the resource `{0}` is there twice")]
    Twice(String),
    /// There is no resource.
    #[error("no resource is named: a client that asks for one could not be served")]
    Empty,
    /// A claim that only the server writes.
    #[error("the claim `{0}` is written by the server alone (RFC 9068 section 2.2); choose another name")]
    ReservedClaim(String),
}

impl Resource {
    /// The resource with this identifier: an absolute URI without a fragment (RFC 8707 section 2), such as
    /// `https://api.example.com`. As it is written here it stands in the `aud` of tokens, however clients spell it.
    ///
    /// # Errors
    ///
    /// [`ResourceError::Identifier`].
    pub fn new(identifier: &str) -> Result<Self, ResourceError> {
        Ok(Self::of(ResourceIdentifier::parse(identifier)?))
    }

    /// The same with an identifier that was read before.
    #[must_use]
    pub fn of(id: ResourceIdentifier) -> Self {
        Self(Arc::new(Facts {
            id,
            scope: None,
            lifetime: None,
            #[cfg(feature = "jose")]
            claims: Map::new(),
            listed: true,
        }))
    }

    /// The scope that it knows: tokens for it have no other (RFC 8707 section 2.2), save what OpenID Connect asks of the server, such as
    /// `openid`. Without this call it knows whatever is granted.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.facts().scope = Some(scope);
        self
    }

    /// How long access tokens for it live, in place of the server's setting. A shorter lifetime that the client's record or the grant
    /// says counts all the same, and of several resources in a token the shortest.
    #[must_use]
    pub fn access_token_lifetime(mut self, lifetime: AccessTokenLifetime) -> Self {
        self.facts().lifetime = Some(lifetime);
        self
    }

    /// A claim of [`JwtAccessTokens`](crate::JwtAccessTokens) for it. One that the application's own
    /// [`AccessTokenClaims`](crate::AccessTokenClaims) say as well is theirs.
    ///
    /// # Errors
    ///
    /// [`ResourceError::ReservedClaim`] if only the server writes it, such as `sub`.
    #[cfg(feature = "jose")]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Result<Self, ResourceError> {
        let name = name.into();
        if crate::token::claims::is_reserved(&name) {
            return Err(ResourceError::ReservedClaim(name));
        }
        self.facts().claims.insert(name, value.into());
        Ok(self)
    }

    /// It is not named in the metadata (`protected_resources`, RFC 9728 section 4).
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.facts().listed = false;
        self
    }

    /// Its identifier, as it was registered.
    #[must_use]
    pub fn identifier(&self) -> &ResourceIdentifier {
        &self.0.id
    }

    fn facts(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }

    /// What stands in `aud`.
    pub(super) fn name(&self) -> Arc<str> {
        self.0.id.text().clone()
    }

    /// The scope that it knows; `None` if it knows whatever is granted.
    #[must_use]
    pub fn known_scope(&self) -> Option<&Scope> {
        self.0.scope.as_ref()
    }

    pub(super) fn lifetime(&self) -> Option<AccessTokenLifetime> {
        self.0.lifetime
    }

    #[cfg(feature = "jose")]
    pub(super) fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    pub(super) fn is_listed(&self) -> bool {
        self.0.listed
    }
}
