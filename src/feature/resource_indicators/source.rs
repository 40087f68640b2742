//! Where resources are kept.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use super::resource::{Resource, ResourceError};
use crate::client::ClientId;
use crate::typelevel::taken::taken;
use crate::values::error::StoreError;
use crate::values::resource::ResourceIdentifier;

/// Knows what resources there are. [`Resources`] are a source that is made of values; implement this for those that are kept elsewhere.
///
/// ```
/// use grantor::{ClientId, Resource, ResourceIdentifier, ResourceSource, Scope, StoreError};
///
/// struct Registry;
/// # impl Registry { async fn row(&self, _: &str) -> Result<Option<(String, String)>, StoreError> { Ok(None) } }
///
/// impl ResourceSource for Registry {
///     async fn find(&self, identifier: &ResourceIdentifier, _: &ClientId) -> Result<Option<Resource>, StoreError> {
///         let Some((registered, scope)) = self.row(identifier.identity()).await? else { return Ok(None) };
///         let scope = Scope::parse(&scope).map_err(StoreError::failed)?;
///         Ok(Some(Resource::new(&registered).map_err(StoreError::failed)?.scope(scope)))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which resources there are",
    label = "`ResourceIndicators` needs a `ResourceSource`, such as `Resources::new([..])?`",
    note = "implement `ResourceSource` for `{Self}`; it has one method that is needed, `find`"
)]
pub trait ResourceSource: Send + Sync + 'static {
    /// The resource that this identifies, if there is one and the client may have tokens for it. Look it up by its
    /// [`identity`](ResourceIdentifier::identity), which all of its spellings have in common.
    ///
    /// An error is `temporarily_unavailable` for the client, with 503 where there is no redirect; no code and no refresh token is
    /// used up.
    fn find(
        &self,
        identifier: &ResourceIdentifier,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<Option<Resource>, StoreError>> + Send;

    /// What is to be named in the metadata (`protected_resources`, RFC 9728 section 4). Nothing, if this is not implemented.
    fn listed(&self) -> Vec<String> {
        Vec::new()
    }
}

/// It says which resources there are. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which resources there are",
    label = "`ResourceIndicators` needs a `ResourceSource`, such as `Resources::new([..])?`",
    note = "implement `ResourceSource` for `{Self}`; it has one method that is needed, `find`"
)]
pub trait KnowsResources<Is>: Sized {
    type Taken: ResourceSource;
    fn taken(self) -> Self::Taken;
}
taken!(KnowsResources: ResourceSource);

impl<X: ResourceSource> ResourceSource for Arc<X> {
    fn find(
        &self,
        identifier: &ResourceIdentifier,
        client_id: &ClientId,
    ) -> impl Future<Output = Result<Option<Resource>, StoreError>> + Send {
        X::find(self, identifier, client_id)
    }

    fn listed(&self) -> Vec<String> {
        X::listed(self)
    }
}

/// Resources as values, for every client.
///
/// ```
/// use grantor::{Resource, Resources, Scope};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let resources = Resources::new([
///     Resource::new("https://calendar.example.com")?.scope(Scope::parse("events:read events:write")?),
///     Resource::new("https://contacts.example.com")?.scope(Scope::parse("contacts:read")?),
/// ])?;
/// # let _ = resources;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Resources {
    /// In the order in which they were named.
    all: Vec<Resource>,
    places: HashMap<ResourceIdentifier, usize>,
}

impl Resources {
    /// These resources.
    ///
    /// # Errors
    ///
    /// [`ResourceError::Twice`] if two have one identifier, [`ResourceError::Empty`] if there are none.
    pub fn new(resources: impl IntoIterator<Item = Resource>) -> Result<Self, ResourceError> {
        let all: Vec<Resource> = resources.into_iter().collect();
        let mut places = HashMap::with_capacity(all.len());
        for (place, resource) in all.iter().enumerate() {
            if places.insert(resource.identifier().clone(), place).is_some() {
                return Err(ResourceError::Twice(resource.identifier().to_string()));
            }
        }
        if all.is_empty() { Err(ResourceError::Empty) } else { Ok(Self { all, places }) }
    }
}

impl ResourceSource for Resources {
    async fn find(&self, identifier: &ResourceIdentifier, _: &ClientId) -> Result<Option<Resource>, StoreError> {
        Ok(self.places.get(identifier).and_then(|place| self.all.get(*place)).cloned())
    }

    fn listed(&self) -> Vec<String> {
        self.all.iter().filter(|resource| resource.is_listed()).map(|resource| resource.identifier().to_string()).collect()
    }
}
