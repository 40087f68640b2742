//! Rotating a refresh token (RFC 6749 section 6, RFC 9700 section 4.14.2).

use super::{NextRefreshToken, Place, Renew, Step, StepKind, Stored, Storing, sealed};
use crate::client::Client;
use crate::events;
use crate::http::call::Call;
use crate::issue::{Granted, IssueContext, TokenContext};
use crate::storage::{FamilyId, FamilyState, Outliving, RefreshTokenStore, Rotation, RotationProposal, TokenRecord};
use crate::typelevel::{No, Yes};
use crate::values::bearer::{Bearer, RotationSalt, TokenHash};
use crate::values::error::OAuthError;
use crate::values::random::{Draw, NoRandomness};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;
use crate::values::subject::Subject;

/// The parameter in which it is presented.
const PARAMETER: &str = "refresh_token";

/// Rotates a refresh token: made by [`TokenContext::refresh_token`].
#[derive(Debug)]
pub struct Rotate {
    token: TokenRecord,
    /// Of its family, when it was presented.
    family: FamilyState,
    /// Of this rotation, once it is about to be made.
    salt: Option<RotationSalt>,
}

/// A refresh token that the client of a request presented, and that is its own; and which scopes imply others here.
#[derive(Debug)]
pub struct PresentedRefreshToken {
    token: TokenRecord,
    family: FamilyState,
    hierarchy: ScopeHierarchy,
    /// The profile has a scope that is too wide narrowed.
    narrows_scope: bool,
}

impl PresentedRefreshToken {
    /// Who authorized; `None` where a client acts for itself.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.token.details.facts().subject.as_ref()
    }

    /// The scope that was granted.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.token.details.facts().scope
    }

    /// Grants an access token and the successor: what was granted, or less of its scope if the request asks for less. That
    /// narrows this access token; the successor keeps what was granted (RFC 6749 section 6).
    ///
    /// # Errors
    ///
    /// `invalid_scope` if `scope` is malformed, or more than was granted. Under [`Mcp`](crate::Mcp) what was granted of it counts, if
    /// anything: clients may add `offline_access`.
    pub fn grant(self, scope: Option<&str>) -> Result<Granted<Rotate>, OAuthError> {
        let scope = narrowed_scope(self.scope(), scope, &self.hierarchy, self.narrows_scope)?;
        let granted = self.token.details.clone();
        let access = granted.with_scope(&scope);
        Ok(Granted::of(access, Rotate { token: self.token, family: self.family, salt: None }).renewing(granted))
    }
}

impl PresentedRefreshToken {
    /// Grants an access token, as [`grant`](Self::grant) does, and leaves the refresh token of a client that authenticates what it is;
    /// that of a public client rotates (RFC 9700 section 4.14.2).
    ///
    /// # Errors
    ///
    /// As those of [`grant`](Self::grant).
    pub fn renew(self, client: &Client, scope: Option<&str>) -> Result<Granted<Renew>, OAuthError> {
        let token = self.token.clone();
        let granted = self.grant(scope)?;
        Ok(granted.by(|rotate| if client.is_public() { Renew::rotating(rotate) } else { Renew::keeping(token) }))
    }
}

/// RFC 6749 section 6: not more than the resource owner granted, or than that implies; left out, it is what was granted.
fn narrowed_scope(
    granted: &Scope,
    requested: Option<&str>,
    hierarchy: &ScopeHierarchy,
    to_what_was_granted: bool,
) -> Result<Scope, OAuthError> {
    let Some(requested) = requested else { return Ok(granted.clone()) };
    let requested = Scope::parse(requested).map_err(|error| OAuthError::invalid_scope(error.to_string()))?;
    let left = hierarchy.within(requested, granted, to_what_was_granted);
    left.ok_or_else(|| OAuthError::invalid_scope("the scope exceeds what the resource owner granted"))
}

impl<S: RefreshTokenStore> TokenContext<'_, S> {
    /// The `refresh_token` of the request, if it is its client's and good, or was good until its rotation: whether it is
    /// presented again in time is for the step to see.
    ///
    /// # Errors
    ///
    /// `invalid_request` if it is missing; `invalid_grant` if it is unknown, expired, revoked or somebody else's.
    pub async fn refresh_token(&self) -> Result<PresentedRefreshToken, OAuthError> {
        let (hash, now) = (TokenHash::of(self.require(PARAMETER)?), self.now());
        let found = self.store().find_refresh_token(self.issuer(), &hash, now).await?;
        let found = found.filter(|found| !found.family.revoked && now < found.record.expires_at);
        let found = found.filter(|found| found.record.client_id == *self.client().id()).ok_or_else(dead)?;
        let (hierarchy, narrows_scope) = (self.scope_hierarchy().clone(), self.issue.core.manners.narrows_scope);
        Ok(PresentedRefreshToken { token: found.record, family: found.family, hierarchy, narrows_scope })
    }
}

impl sealed::Sealed for Rotate {}

impl StepKind for Rotate {
    type Redeems = No;
    type Refreshes = Yes;
    type Rotates = Yes;
    type Vouches = No;
    type NamesResources = No;

    fn place(&self, _: &mut Draw) -> Result<Place, NoRandomness> {
        Ok(Place { family: self.token.family, generation: self.token.generation.saturating_add(1) })
    }

    fn next_refresh_token(&mut self, call: Option<&Call<'_>>, draw: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
        let salt = self.salt.insert(RotationSalt::generate(draw)?);
        Ok(NextRefreshToken::Successor(Bearer::successor_of(presented(call), salt)?))
    }

    fn continues(&self) -> Option<FamilyId> {
        Some(self.token.family)
    }
}

impl<S: RefreshTokenStore> Step<S> for Rotate {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        let about = cx.about(&self.token.details, &self.token.family);
        let window = cx.refresh.unwrap_or_default().retry_window;
        // A request counts from when it came, and the window from when the token is rotated: what came before may have had to wait.
        let (came_at, present) = (cx.now, cx.core.now());
        let retry_until = match window.as_secs() {
            0 => came_at,
            window => present.saturating_add_secs(window),
        };
        let Some(salt) = self.salt else { return Err(dead()) };
        let outliving = outliving(&self.family, self.token.generation, &storing);
        let proposal = RotationProposal {
            presented: self.token.hash,
            family: self.token.family,
            generation: self.token.generation,
            salt: Some(salt),
            retry_until,
            issue: storing.issue,
            outliving,
        };
        match cx.core.storage.rotate_refresh_token(&cx.core.issuer, proposal, came_at).await? {
            Rotation::Rotated(_witness) => {
                events::rotated(about, false);
                Ok(Stored::AS_MADE)
            }
            Rotation::Retried(_witness, salt) => {
                events::rotated(about, true);
                let successor = Bearer::successor_of(presented(cx.call.as_ref()), &salt)?;
                // It came within the window, and waited since.
                let waited = came_at.checked_secs_until(present).unwrap_or_default();
                Ok(Stored { retried: Some((successor, window.as_secs().saturating_add(waited))) })
            }
            Rotation::Replayed => {
                events::replayed(about, events::Kind::RefreshToken);
                Err(dead())
            }
            Rotation::Dead => Err(dead()),
        }
    }
}

/// What outlives the rotation: where the access token is for fewer than what may be renewed, those for the others.
fn outliving(family: &FamilyState, generation: u32, storing: &Storing) -> Option<Outliving> {
    let (audience, all) = (&storing.access.as_ref()?.facts().audience, &storing.renewable.facts().audience);
    let is_for_fewer = !audience.is_empty() && audience.len() < all.len();
    is_for_fewer.then(|| Outliving::after(family.outliving.as_ref(), generation, audience))
}

fn presented<'a>(call: Option<&Call<'a>>) -> &'a str {
    call.and_then(|call| call.parameters().get(PARAMETER)).unwrap_or_default()
}

/// Unknown, expired, revoked, somebody else's, replayed: the answer does not say which.
pub(super) fn dead() -> OAuthError {
    OAuthError::invalid_grant("the refresh token is invalid or expired")
}
