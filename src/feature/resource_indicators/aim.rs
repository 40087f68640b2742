//! What an access token becomes that is for some resources: its audience, its scope, its lifetime, its claims.

use std::sync::Arc;

use super::named::invalid_target;
use super::resource::Resource;
use crate::issue::{Binding, IssueContext};
use crate::values::error::OAuthError;
use crate::values::lifetime::AccessTokenLifetime;
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// For what a token is.
#[derive(Default)]
pub(super) struct Aim {
    resources: Vec<Resource>,
    /// What stands in `aud`.
    audience: Vec<Arc<str>>,
    /// There is a name in it that is no resource: nobody knows what scope it knows.
    has_others: bool,
}

impl Aim {
    pub(super) fn at(resources: Vec<Resource>) -> Self {
        Self { audience: resources.iter().map(Resource::name).collect(), resources, has_others: false }
    }

    pub(super) fn extend(&mut self, resource: Option<Resource>) {
        self.audience.extend(resource.as_ref().map(Resource::name));
        self.resources.extend(resource);
    }

    pub(super) fn keep(&mut self, name: Arc<str>) {
        self.audience.push(name);
        self.has_others = true;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.audience.is_empty()
    }

    /// Makes the access token what it is to be. What may be renewed stays what was granted: for a grant that begins an authorization
    /// here, and nobody named a resource before, for these resources.
    pub(super) fn take<S>(self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        let Self { resources, audience, has_others } = self;
        let granted = &binding.access.facts().scope.clone();
        // A name that the client of an exchange wrote takes nothing away from what the resources beside it say.
        let knows_all = !has_others || (binding.exactly && !resources.is_empty());
        let scope = if knows_all { narrowed(granted, &resources, &cx.core.scope_hierarchy)? } else { granted.clone() };
        binding.lifetime = lifetime(cx, binding, &resources);
        claims(&resources, binding)?;
        let begins_here = binding.begins && binding.access.facts().audience.is_empty();
        let whole = if begins_here { binding.access.aimed(&audience, granted) } else { binding.access.clone() };
        binding.access = whole.aimed(&audience, &scope);
        binding.renewable.get_or_insert(whole);
        Ok(())
    }
}

/// The scope of OpenID Connect Core (sections 3.1.2.1, 5.4 and 11): it is asked of this server and of no resource. Without `openid` there
/// is no ID token beside the access token.
const OF_THE_SERVER: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// What the resources know of a scope (RFC 8707 section 2.2), or of what it implies, and what is not theirs.
///
/// # Errors
///
/// `invalid_target` if that is nothing: "an invalid combination of resource and scope" (section 2). A response without `scope` would say
/// that all of it was granted (RFC 6749 section 5.1).
pub(super) fn narrowed(scope: &Scope, resources: &[Resource], hierarchy: &ScopeHierarchy) -> Result<Scope, OAuthError> {
    let mut known = Vec::with_capacity(resources.len());
    for resource in resources {
        let Some(its) = resource.known_scope() else { return Ok(scope.clone()) };
        known.push(its);
    }
    let is_known = |token: &str| known.iter().any(|its| its.contains(token));
    let left = scope.filtered(|token| OF_THE_SERVER.contains(&token) || is_known(token));
    // To a resource what it does not know says nothing.
    let left = hierarchy.with_implied(left, scope, known.iter().flat_map(|its| its.iter()));
    if left.is_empty() && !scope.is_empty() {
        return Err(invalid_target("the resource knows nothing of the scope"));
    }
    Ok(left)
}

/// The least of what the resources say, each in place of the server's setting; not more than the client or the grant says. `None` where
/// no resource says anything.
fn lifetime<S>(cx: &IssueContext<'_, S>, binding: &Binding, resources: &[Resource]) -> Option<AccessTokenLifetime> {
    let decided = binding.access.facts().access_token_lifetime.or(cx.client.access_token_lifetime());
    let usual = decided.unwrap_or(cx.core.access_token_lifetime);
    let least = |its: AccessTokenLifetime| decided.map_or(its, |decided| decided.min(its));
    resources.iter().map(|resource| resource.lifetime().map_or(usual, least)).min().filter(|_| {
        // Else it is what it is without this feature.
        resources.iter().any(|resource| resource.lifetime().is_some())
    })
}

/// What the resources say in tokens.
///
/// # Errors
///
/// `invalid_target` if two of them say different things under one name: no token can be for both.
#[cfg(feature = "jose")]
fn claims(resources: &[Resource], binding: &mut Binding) -> Result<(), OAuthError> {
    for (name, value) in resources.iter().flat_map(Resource::claims) {
        match binding.claims.get(name) {
            None => drop(binding.claims.insert(name.clone(), value.clone())),
            Some(other) if other == value => {}
            Some(_) => return Err(invalid_target("no token can be for all of these resources; ask for one at a time")),
        }
    }
    Ok(())
}

#[cfg(not(feature = "jose"))]
#[expect(clippy::unnecessary_wraps, reason = "without JWTs nothing can contradict")]
fn claims(_: &[Resource], _: &mut Binding) -> Result<(), OAuthError> {
    Ok(())
}
