//! What the storage has to do for the tokens of a decision to be good. Each step holds the `match` on the witness of its
//! operation, and only a step makes [`Stored`], against which a response is released.

mod begin;
mod redeem;
mod rotate;

use std::future::Future;

pub use begin::{ApprovalStep, Begin};
pub use redeem::{PresentedCode, Redeem};
pub use rotate::{PresentedRefreshToken, Rotate};

use crate::call::Call;
use crate::error::TokenError;
use crate::issue::IssueContext;
use crate::random::{Draw, NoRandomness};
use crate::storage::{FamilyId, Issue, TokenDetails};
use crate::token::Bearer;
use crate::typelevel::Flag;

mod sealed {
    pub trait Sealed {}
}

/// A step, whatever the storage: [`Begin`], [`Redeem`] or [`Rotate`].
pub trait StepKind: sealed::Sealed + Send + Sync + 'static {
    /// Does it redeem an authorization code?
    #[doc(hidden)]
    type Redeems: Flag;
    /// Does it take a refresh token?
    #[doc(hidden)]
    type Refreshes: Flag;
    /// Where its tokens belong.
    #[doc(hidden)]
    fn place(&self, draw: &mut Draw) -> Result<Place, NoRandomness>;
    /// Which refresh token goes with them, if one may.
    #[doc(hidden)]
    fn next_refresh_token(&mut self, call: Option<&Call<'_>>, draw: &mut Draw) -> Result<NextRefreshToken, NoRandomness>;
    /// The authorization that it continues.
    #[doc(hidden)]
    fn continues(&self) -> Option<FamilyId> {
        None
    }
}

/// A step that the storage `S` can do.
#[diagnostic::on_unimplemented(
    message = "the storage `{S}` cannot do the step `{Self}`",
    label = "this step is not possible on `{S}`",
    note = "`Begin` needs a `FamilyStore`, `Redeem` an `AuthorizationCodeStore`, `Rotate` a `RefreshTokenStore`: name it in the bounds of the grant"
)]
pub trait Step<S>: StepKind {
    /// Does it. On an error nothing of it was done.
    #[doc(hidden)]
    fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> impl Future<Output = Result<Stored, TokenError>> + Send;
}

/// The family to which tokens belong, and its generation.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub(crate) family: FamilyId,
    pub(crate) generation: u32,
}

/// Which refresh token goes with an access token.
#[doc(hidden)]
#[derive(Debug)]
pub enum NextRefreshToken {
    /// A random one.
    Fresh,
    /// The one that follows the one that was presented.
    Successor(Bearer),
}

/// What a step stores.
#[doc(hidden)]
#[derive(Debug)]
pub struct Storing {
    pub(crate) place: Place,
    pub(crate) renewable: TokenDetails,
    pub(crate) issue: Issue,
}

/// The witness of a step that was done.
#[doc(hidden)]
#[derive(Debug)]
pub struct Stored {
    retried: Option<(Bearer, u64)>,
}

impl Stored {
    /// What was made is what counts.
    const AS_MADE: Self = Self { retried: None };

    /// The refresh token that counts instead of the one that was made: that of the first rotation, which is so many seconds older
    /// at most.
    pub(super) fn into_retried(self) -> Option<(Bearer, u64)> {
        self.retried
    }
}
