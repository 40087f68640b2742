//! Rotating a refresh token (RFC 6749 section 6, RFC 9700 section 4.14.2).

use super::{NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::call::Call;
use crate::error::TokenError;
use crate::events;
use crate::issue::{Granted, IssueContext, TokenContext};
use crate::random::{Draw, NoRandomness};
use crate::scope::Scope;
use crate::storage::{FamilyId, RefreshTokenStore, Rotation, RotationProposal, TokenRecord};
use crate::subject::Subject;
use crate::token::{Bearer, RotationSalt, TokenHash};
use crate::typelevel::{No, Yes};

/// The parameter in which it is presented.
const PARAMETER: &str = "refresh_token";

/// Rotates a refresh token: made by [`TokenContext::refresh_token`].
#[derive(Debug)]
pub struct Rotate {
    token: TokenRecord,
    /// Of this rotation, once it is about to be made.
    salt: Option<RotationSalt>,
}

/// A refresh token that the client of a request presented, and that is its own.
#[derive(Debug)]
pub struct PresentedRefreshToken(TokenRecord);

impl PresentedRefreshToken {
    /// Who authorized; `None` where a client acts for itself.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.0.details.facts().subject.as_ref()
    }

    /// The scope that was granted.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.0.details.facts().scope
    }

    /// Grants an access token and the successor: what was granted, or less of its scope if the request asks for less. That
    /// narrows this access token; the successor keeps what was granted (RFC 6749 section 6).
    ///
    /// # Errors
    ///
    /// `invalid_scope` if `scope` is malformed, or more than was granted.
    pub fn grant(self, scope: Option<&str>) -> Result<Granted<Rotate>, TokenError> {
        let scope = narrowed_scope(self.scope(), scope)?;
        let granted = self.0.details.clone();
        let access = granted.with_scope(&scope);
        Ok(Granted::of(access, Rotate { token: self.0, salt: None }).renewing(granted))
    }
}

/// RFC 6749 section 6: not more than the resource owner granted; left out, it is what was granted.
fn narrowed_scope(granted: &Scope, requested: Option<&str>) -> Result<Scope, TokenError> {
    let Some(requested) = requested else { return Ok(granted.clone()) };
    let requested = Scope::parse(requested).map_err(|error| TokenError::invalid_scope(error.to_string()))?;
    if requested.is_subset_of(granted) {
        Ok(requested)
    } else {
        Err(TokenError::invalid_scope("the scope exceeds what the resource owner granted"))
    }
}

impl<S: RefreshTokenStore> TokenContext<'_, S> {
    /// The `refresh_token` of the request, if it is its client's and good, or was good until its rotation: whether it is
    /// presented again in time is for the step to see.
    ///
    /// # Errors
    ///
    /// `invalid_request` if it is missing; `invalid_grant` if it is unknown, expired, revoked or somebody else's.
    pub async fn refresh_token(&self) -> Result<PresentedRefreshToken, TokenError> {
        let (hash, now) = (TokenHash::of(self.require(PARAMETER)?), self.now());
        let found = self.store().find_refresh_token(self.issuer(), &hash, now).await?;
        let found = found.filter(|found| !found.family.revoked && now < found.record.expires_at);
        let token = found.map(|found| found.record).filter(|token| token.client_id == *self.client().id()).ok_or_else(dead)?;
        Ok(PresentedRefreshToken(token))
    }
}

impl sealed::Sealed for Rotate {}

impl StepKind for Rotate {
    type Redeems = No;
    type Refreshes = Yes;

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
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, TokenError> {
        let (issuer, client_id) = (&cx.core.issuer, cx.client.id());
        let window = cx.refresh.unwrap_or_default().retry_window;
        // A request counts from when it came, and the window from when the token is rotated: what came before may have had to wait.
        let (came_at, present) = (cx.now, cx.core.now());
        let retry_until = match window.as_secs() {
            0 => came_at,
            window => present.saturating_add_secs(window),
        };
        let Some(salt) = self.salt else { return Err(dead()) };
        let proposal = RotationProposal {
            presented: self.token.hash,
            family: self.token.family,
            generation: self.token.generation,
            salt,
            retry_until,
            issue: storing.issue,
        };
        match cx.core.storage.rotate_refresh_token(issuer, proposal, came_at).await? {
            Rotation::Rotated(_witness) => {
                events::rotated(issuer, client_id, false);
                Ok(Stored::AS_MADE)
            }
            Rotation::Retried(_witness, salt) => {
                events::rotated(issuer, client_id, true);
                let successor = Bearer::successor_of(presented(cx.call.as_ref()), &salt)?;
                // It came within the window, and waited since.
                let waited = came_at.checked_secs_until(present).unwrap_or_default();
                Ok(Stored { retried: Some((successor, window.as_secs().saturating_add(waited))) })
            }
            Rotation::Replayed => {
                events::replayed(issuer, client_id, events::Kind::RefreshToken);
                Err(dead())
            }
            Rotation::Dead => Err(dead()),
        }
    }
}

fn presented<'a>(call: Option<&Call<'a>>) -> &'a str {
    call.and_then(|call| call.parameters().get(PARAMETER)).unwrap_or_default()
}

/// Unknown, expired, revoked, somebody else's, replayed: the answer does not say which.
fn dead() -> TokenError {
    TokenError::invalid_grant("the refresh token is invalid or expired")
}
