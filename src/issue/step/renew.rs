//! Renewing an access token with a refresh token that stays what it is (FAPI 2.0 Security Profile section 5.3.2.1): for clients that
//! authenticate, who alone can use it. A public client's rotates all the same (RFC 9700 section 4.14.2).

use super::rotate::dead;
use super::{NextRefreshToken, Place, Rotate, Step, StepKind, Stored, Storing, sealed};
use crate::events;
use crate::http::call::Call;
use crate::issue::IssueContext;
use crate::storage::{FamilyId, RefreshTokenStore, Rotation, RotationProposal, TokenRecord};
use crate::typelevel::{No, Yes};
use crate::values::error::OAuthError;
use crate::values::random::{Draw, NoRandomness};

/// Renews an access token, and rotates the refresh token of a public client: made by
/// [`PresentedRefreshToken::renew`](crate::PresentedRefreshToken::renew).
#[derive(Debug)]
pub struct Renew(Way);

#[derive(Debug)]
enum Way {
    Keep(TokenRecord),
    Rotate(Rotate),
}

impl Renew {
    pub(super) const fn keeping(token: TokenRecord) -> Self {
        Self(Way::Keep(token))
    }

    pub(super) const fn rotating(rotate: Rotate) -> Self {
        Self(Way::Rotate(rotate))
    }
}

impl sealed::Sealed for Renew {}

impl StepKind for Renew {
    type Redeems = No;
    type Refreshes = Yes;
    type Rotates = No;
    type Vouches = No;
    type NamesResources = No;

    fn place(&self, draw: &mut Draw) -> Result<Place, NoRandomness> {
        match &self.0 {
            Way::Keep(token) => Ok(Place { family: token.family, generation: token.generation }),
            Way::Rotate(rotate) => rotate.place(draw),
        }
    }

    fn next_refresh_token(&mut self, call: Option<&Call<'_>>, draw: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
        match &mut self.0 {
            Way::Keep(_) => Ok(NextRefreshToken::Same),
            Way::Rotate(rotate) => rotate.next_refresh_token(call, draw),
        }
    }

    fn continues(&self) -> Option<FamilyId> {
        match &self.0 {
            Way::Keep(token) => Some(token.family),
            Way::Rotate(rotate) => rotate.continues(),
        }
    }
}

impl<S: RefreshTokenStore> Step<S> for Renew {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        let token = match self.0 {
            Way::Keep(token) => token,
            Way::Rotate(rotate) => return rotate.store(cx, storing).await,
        };
        let about = cx.about(&token.details, &token.family);
        let proposal = RotationProposal {
            presented: token.hash,
            family: token.family,
            generation: token.generation,
            salt: None,
            retry_until: cx.now,
            issue: storing.issue,
            outliving: None,
        };
        match cx.core.storage.rotate_refresh_token(&cx.core.issuer, proposal, cx.now).await? {
            Rotation::Rotated(_witness) => {
                events::renewed(about);
                Ok(Stored::AS_MADE)
            }
            Rotation::Replayed => {
                events::replayed(about, events::Kind::RefreshToken);
                Err(dead())
            }
            // Nobody retries what was not rotated.
            Rotation::Retried(..) | Rotation::Dead => Err(dead()),
        }
    }
}
