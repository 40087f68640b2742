//! Asking the application whether an authorization still stands: the person may be gone, or may no longer have what they granted.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::client::ClientId;
use crate::core::Core;
use crate::events;
use crate::feature::{Feature, FeatureOn, chooses_nothing, sealed};
use crate::issue::{Binding, IssueContext};
use crate::storage::{FamilyId, FamilyStore, FoundToken, TokenDetails};
use crate::values::details::AuthorizationDetails;
use crate::values::error::{OAuthError, StoreError};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;
use crate::values::subject::Subject;

/// Knows whether what was authorized once still stands.
///
/// ```
/// use grantor::{AuthorizationPolicy, Ongoing, Standing, StoreError};
///
/// struct Accounts;
/// # impl Accounts { async fn is_closed(&self, _: &str) -> Result<bool, StoreError> { Ok(false) } }
///
/// impl AuthorizationPolicy for Accounts {
///     async fn standing(&self, ongoing: Ongoing<'_>) -> Result<Standing, StoreError> {
///         let Some(subject) = ongoing.subject() else { return Ok(Standing::Stands) };
///         Ok(if self.is_closed(subject.as_str()).await? { Standing::Ended } else { Standing::Stands })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say whether an authorization still stands",
    label = "`StillAuthorized` needs an `AuthorizationPolicy`",
    note = "implement `AuthorizationPolicy` for `{Self}`; it has one method, `standing`"
)]
pub trait AuthorizationPolicy: Send + Sync + 'static {
    /// Does it still stand? An error refuses this request and ends nothing.
    fn standing(&self, ongoing: Ongoing<'_>) -> impl Future<Output = Result<Standing, StoreError>> + Send;
}

impl<A: AuthorizationPolicy> AuthorizationPolicy for Arc<A> {
    fn standing(&self, ongoing: Ongoing<'_>) -> impl Future<Output = Result<Standing, StoreError>> + Send {
        A::standing(self, ongoing)
    }
}

/// What becomes of an authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It stands as it was granted.
    Stands,
    /// It stands, for what of its scope is in this one. The next question is about the whole again. Where nothing is left, a refresh
    /// is `invalid_scope`, which loses nothing, and a token is not active.
    NarrowedTo(Scope),
    /// It is over. At a refresh, all that descends from it is revoked.
    Ended,
}

/// An authorization that is to be continued.
#[derive(Debug, Clone, Copy)]
pub struct Ongoing<'a> {
    client_id: &'a ClientId,
    authorization: &'a FamilyId,
    details: &'a TokenDetails,
}

impl<'a> Ongoing<'a> {
    /// The client that was authorized.
    #[must_use]
    pub const fn client_id(&self) -> &'a ClientId {
        self.client_id
    }

    /// Who authorized it; `None` where a client acts for itself.
    #[must_use]
    pub fn subject(&self) -> Option<&'a Subject> {
        self.details.facts().subject.as_ref()
    }

    /// The authorization itself, as [`AuthorizationServer::authorizations`](crate::AuthorizationServer::authorizations) lists it.
    #[must_use]
    pub const fn authorization(&self) -> &'a FamilyId {
        self.authorization
    }

    /// The scope that the token has, or is to have.
    #[must_use]
    pub fn scope(&self) -> &'a Scope {
        &self.details.facts().scope
    }

    /// What the token permits in detail, or is to (RFC 9396), if it does.
    #[must_use]
    pub fn authorization_details(&self) -> Option<&'a AuthorizationDetails> {
        self.details.facts().granted.as_ref()
    }
}

/// Asks an [`AuthorizationPolicy`] at each refresh whether the authorization still stands, before anything is rotated. An
/// authorization that is over is `invalid_grant` (RFC 6749 section 5.2) and is revoked.
#[derive(Clone)]
pub struct StillAuthorized<A> {
    policy: A,
    at_introspection: bool,
}

impl<A> StillAuthorized<A> {
    /// Asks this policy.
    #[must_use]
    pub const fn new(policy: A) -> Self {
        Self { policy, at_introspection: false }
    }

    /// Asks at each introspection of an active token as well (RFC 7662 section 2.2), and wherever else this server takes one, such as
    /// where it is [exchanged](crate::TokenExchange). A token of an authorization that is over is not active.
    #[must_use]
    pub const fn at_introspection(mut self) -> Self {
        self.at_introspection = true;
        self
    }
}

impl<A> fmt::Debug for StillAuthorized<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StillAuthorized").field("at_introspection", &self.at_introspection).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<A> StillAuthorized<A> = "still_authorized");
impl<A> sealed::Sealed for StillAuthorized<A> {}

#[diagnostic::do_not_recommend]
impl<A: Send + Sync + 'static> Feature for StillAuthorized<A> {
    chooses_nothing!();
}

/// `None` where nothing is left of a scope: a response without `scope` would say that all of it was granted (RFC 6749 section 5.1).
fn narrowed(details: &TokenDetails, standing: &Scope, hierarchy: &ScopeHierarchy) -> Option<TokenDetails> {
    let scope = hierarchy.common(&details.facts().scope, standing);
    (details.facts().scope.is_empty() || !scope.is_empty()).then(|| details.with_scope(&scope))
}

impl<S: FamilyStore, A: AuthorizationPolicy> FeatureOn<S> for StillAuthorized<A> {
    async fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        let Some(authorization) = binding.continues else { return Ok(()) };
        let ongoing = Ongoing { client_id: cx.client.id(), authorization: &authorization, details: &binding.access };
        match self.policy.standing(ongoing).await? {
            Standing::Stands => Ok(()),
            Standing::NarrowedTo(scope) => {
                // What may be renewed stays what it was: the next refresh asks again.
                binding.renewable.get_or_insert_with(|| binding.access.clone());
                binding.access = narrowed(&binding.access, &scope, &cx.core.scope_hierarchy)
                    .ok_or_else(|| OAuthError::invalid_scope("nothing of the scope is authorized any more"))?;
                Ok(())
            }
            Standing::Ended => {
                cx.core.storage.revoke_family(&cx.core.issuer, &authorization, cx.now).await?;
                events::revoked(cx.about(&binding.access, &authorization), events::Kind::Authorization);
                Err(OAuthError::invalid_grant("the authorization is over"))
            }
        }
    }

    async fn admit(&self, core: &Core<S>, found: &mut FoundToken) -> Result<bool, StoreError> {
        if !self.at_introspection {
            return Ok(true);
        }
        let record = &mut found.record;
        let ongoing = Ongoing { client_id: &record.client_id, authorization: &record.family, details: &record.details };
        match self.policy.standing(ongoing).await? {
            Standing::Stands => Ok(true),
            Standing::NarrowedTo(scope) => {
                let left = narrowed(&record.details, &scope, &core.scope_hierarchy);
                Ok(left.map(|details| record.details = details).is_some())
            }
            Standing::Ended => Ok(false),
        }
    }
}
