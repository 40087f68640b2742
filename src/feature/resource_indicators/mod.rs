//! For which API a token is (RFC 8707). A client says so with `resource`, at the authorization endpoint, where a person sees it, and at
//! the token endpoint, where it can ask for less than was granted and never for more.
//!
//! What was granted is the audience of the authorization, which codes, refresh tokens and families keep as they keep the scope. So a
//! token for one of several resources is a narrower access token, and what may be renewed stays what it was.

mod aim;
mod named;
mod resource;
mod source;

use std::fmt;
use std::sync::Arc;

use aim::Aim;
use named::{invalid_target, named};
pub use resource::{Resource, ResourceError};
pub use source::KnowsResources;
pub use source::{ResourceSource, Resources};

use crate::authorization::Checking;
use crate::client::ClientId;
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{AimedTokens, Feature, FeatureOn, Switchable, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::issue::{Binding, IssueContext};
use crate::values::asked::Asked;
use crate::values::error::{OAuthError, StoreError};
use crate::values::resource::ResourceIdentifier;

/// The parameter, which may be repeated (RFC 8707 section 2).
const PARAMETER: &str = "resource";

/// Clients say for which API a token is (RFC 8707): the parameter `resource`, on authorization, token and refresh requests. The manual's
/// page [several APIs](crate::manual::several_apis) tells the whole of it.
///
/// * What is unknown, relative or has a fragment is `invalid_target`: at the authorization endpoint before anybody is asked.
/// * `aud` has the resource as it was registered. The scope of a token is what its resources know of what was granted, and it lives as
///   long as the one with the shortest lifetime says.
/// * The approved resources are [the request's](crate::AuthorizationRequest::resources), unless the approval names fewer
///   ([`Approval::audience`](crate::Approval::audience)). A token request may name some of them; the refresh token stays good for all.
///   One that names none gets a token for all of them.
/// * Where nobody named any, neither the client nor the grant, a token is for the [`default_resource`](Self::default_resource); without
///   one for that of [`JwtAccessTokens`](crate::JwtAccessTokens), and where tokens are opaque for no resource in particular.
///
/// An `Option` of it can be switched off at run time: then `resource` means nothing, as on a server without the feature.
///
/// ```
/// use grantor::{Resource, ResourceIndicators, Resources, Scope};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let resources = Resources::new([
///     Resource::new("https://calendar.example.com")?.scope(Scope::parse("events:read events:write")?),
///     Resource::new("https://contacts.example.com")?.scope(Scope::parse("contacts:read")?),
/// ])?;
/// // In the chain: `.enable(indicators)`.
/// let indicators = ResourceIndicators::new(resources);
/// # let _ = indicators;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ResourceIndicators<X> {
    source: X,
    default: Option<ResourceIdentifier>,
    required: bool,
}

impl<X> ResourceIndicators<X> {
    /// With these resources.
    #[must_use]
    pub fn new<Is>(source: X) -> ResourceIndicators<X::Taken>
    where
        X: KnowsResources<Is>,
    {
        ResourceIndicators { source: source.taken(), default: None, required: false }
    }
}

impl<X: ResourceSource> ResourceIndicators<X> {
    /// What a request is for that names no resource (RFC 8707 section 2.1). It has to be one of the resources: as long as it is not,
    /// such requests are `server_error`.
    #[must_use]
    pub fn default_resource(mut self, identifier: ResourceIdentifier) -> Self {
        self.default = Some(identifier);
        self
    }

    /// Clients have to name a resource, where there is no [`default_resource`](Self::default_resource): a request that begins an
    /// authorization and names none is `invalid_target` (RFC 8707 section 2.1). One whose response brings neither an access token nor a code,
    /// such as `none` or `id_token`, need not say what an access token would be for.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What a request names, each once. `invalid_target` if one of them is not there.
    async fn find_all(&self, named: &[ResourceIdentifier], client_id: &ClientId) -> Result<Vec<Resource>, OAuthError> {
        let mut found = Vec::with_capacity(named.len());
        for identifier in named {
            let resource = self.find(identifier, client_id).await?;
            found.push(resource.ok_or_else(|| invalid_target("this server does not have the resource for the client"))?);
        }
        Ok(found)
    }

    /// What was found is what was asked for, whatever the source thinks.
    async fn find(&self, identifier: &ResourceIdentifier, client_id: &ClientId) -> Result<Option<Resource>, OAuthError> {
        let found = self.source.find(identifier, client_id).await.map_err(unavailable)?;
        Ok(found.filter(|resource| resource.identifier() == identifier))
    }

    /// The default resource of the operator.
    async fn find_default(&self, identifier: &ResourceIdentifier, client_id: &ClientId) -> Result<Resource, OAuthError> {
        self.find(identifier, client_id).await?.ok_or_else(|| {
            tracing::error!(%identifier, "the default resource is none of the resources");
            OAuthError::unexpected()
        })
    }
}

/// Whatever failed, the same request may succeed later: nothing was used up.
fn unavailable(error: StoreError) -> OAuthError {
    match error {
        StoreError::Unavailable { retry_after } => {
            tracing::warn!(?retry_after, "the source of resources is unavailable");
            OAuthError::unavailable(retry_after)
        }
        error => {
            let detail: &dyn std::error::Error = &error;
            tracing::error!(detail, "the source of resources failed");
            OAuthError::unavailable(None)
        }
    }
}

/// Where a resource has to be named and is not.
fn missing() -> OAuthError {
    invalid_target("the parameter resource is missing: this server wants to know for which API a token is")
}

impl<X> fmt::Debug for ResourceIndicators<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("ResourceIndicators");
        text.field("default", &self.default).field("required", &self.required).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<X> ResourceIndicators<X> = "resource_indicators");
impl<X> sealed::Sealed for ResourceIndicators<X> {}
impl<X: ResourceSource> Switchable for ResourceIndicators<X> {}

#[diagnostic::do_not_recommend]
impl<X: ResourceSource> Feature for ResourceIndicators<X> {
    chooses_nothing!(assures AimedTokens);
    const TOKEN_PARAMETERS: &'static [Parameter] = &[Parameter::repeatable(PARAMETER)];
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = &[Parameter::repeatable(PARAMETER)];

    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.protected_resources = self.source.listed();
    }
}

impl<S: Send + Sync, X: ResourceSource> FeatureOn<S> for ResourceIndicators<X> {
    /// Before anybody is asked: what the request is for, and whether that knows anything of the scope.
    async fn check(&self, core: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        let (named, client) = (named(call.parameters())?, checking.client);
        if named.is_empty() && !(checking.response_type.code || checking.response_type.access_token) {
            return Ok(());
        }
        let resources = match &self.default {
            Some(default) if named.is_empty() => vec![self.find_default(default, client.id()).await?],
            _ => self.find_all(&named, client.id()).await?,
        };
        if resources.is_empty() {
            return if self.required { Err(missing()) } else { Ok(()) };
        }
        aim::narrowed(&asked.scope, &resources, &core.scope_hierarchy)?;
        asked.is_for(resources.iter().map(Resource::name).collect());
        Ok(())
    }

    async fn aim(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        let Some(aim) = self.aim_of(cx, binding).await? else { return Ok(()) };
        binding.knows_resources = binding.exactly;
        aim.take(cx, binding)
    }

    fn default_resource(&self) -> Option<&ResourceIdentifier> {
        self.default.as_ref()
    }
}

impl<X: ResourceSource> ResourceIndicators<X> {
    /// For what an access token is to be, if for anything in particular.
    async fn aim_of<S>(&self, cx: &IssueContext<'_, S>, binding: &Binding) -> Result<Option<Aim>, OAuthError> {
        let client_id = cx.client.id();
        let named = cx.call.as_ref().map(|call| named(call.parameters())).transpose()?.unwrap_or_default();
        let granted = &binding.access.facts().audience;
        if binding.exactly && !granted.is_empty() {
            return self.each_of(granted, client_id).await.map(Some);
        }
        if !named.is_empty() {
            let resources = self.find_all(&named, client_id).await?;
            if !(granted.is_empty() && binding.begins) {
                self.check_granted(&resources, binding)?;
            }
            return Ok(Some(Aim::at(resources)));
        }
        if !granted.is_empty() {
            return self.all_of(granted, client_id).await.map(Some);
        }
        match (&self.default, &binding.default_resource) {
            (Some(default), _) => Ok(Some(Aim::at(vec![self.find_default(default, client_id).await?]))),
            _ if self.required && binding.begins => Err(missing()),
            // The format names it in any case. If it is one of the resources, what is said of it counts.
            (None, Some(default)) => {
                let Ok(identifier) = ResourceIdentifier::parse(default) else { return Ok(None) };
                Ok(self.find(&identifier, client_id).await?.map(|resource| Aim::at(vec![resource])))
            }
            (None, None) => Ok(None),
        }
    }

    /// RFC 8707 section 2.2: what was granted, or less. Where nobody named a resource when it was granted, that is the default one.
    fn check_granted(&self, resources: &[Resource], binding: &Binding) -> Result<(), OAuthError> {
        let granted = &binding.access.facts().audience;
        let mut known: Vec<ResourceIdentifier> = granted.iter().filter_map(|name| ResourceIdentifier::parse(name).ok()).collect();
        if granted.is_empty() {
            let of_format = || ResourceIdentifier::parse(binding.default_resource.as_deref()?).ok();
            known.extend(self.default.clone().or_else(of_format));
        }
        if resources.iter().all(|resource| known.contains(resource.identifier())) {
            return Ok(());
        }
        Err(invalid_target("the resource is not among those that were granted; ask for it with an authorization request"))
    }

    /// All that a grant decided for, which has to be there.
    async fn each_of(&self, granted: &[Arc<str>], client_id: &ClientId) -> Result<Aim, OAuthError> {
        let mut aim = Aim::default();
        for name in granted {
            match ResourceIdentifier::parse(name) {
                Ok(identifier) => aim.extend(self.find_all(&[identifier], client_id).await?.pop()),
                Err(_) => aim.keep(name.clone()),
            }
        }
        Ok(aim)
    }

    /// All that was granted, as far as it is still there.
    async fn all_of(&self, granted: &[Arc<str>], client_id: &ClientId) -> Result<Aim, OAuthError> {
        let mut aim = Aim::default();
        for name in granted {
            match ResourceIdentifier::parse(name) {
                Ok(identifier) => aim.extend(self.find(&identifier, client_id).await?),
                // No URI: it is the application's own name for whoever gets the token.
                Err(_) => aim.keep(name.clone()),
            }
        }
        if aim.is_empty() {
            return Err(invalid_target("the resource that was granted is gone"));
        }
        Ok(aim)
    }
}
