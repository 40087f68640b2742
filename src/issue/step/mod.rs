//! What the storage has to do for the tokens of a decision to be good. Each step holds the `match` on the witness of its
//! operation, and only a step makes [`Stored`], against which a response is released.

#[cfg(feature = "jose")]
mod accept;
mod begin;
mod consume;
mod redeem;
mod renew;
mod rotate;
#[cfg(feature = "jose")]
mod vouch;

use std::future::Future;

#[cfg(feature = "jose")]
pub use accept::Accept;
pub use begin::{ApprovalStep, Begin};
pub use consume::Consume;
pub use redeem::{PresentedCode, Redeem};
pub use renew::Renew;
pub use rotate::{PresentedRefreshToken, Rotate};
#[cfg(feature = "jose")]
pub(crate) use vouch::Assertion;
#[cfg(feature = "jose")]
pub use vouch::Vouch;

use crate::http::call::Call;
use crate::issue::format::TokenText;
use crate::issue::{IssueContext, Keyring};
use crate::storage::{FamilyId, Issue, TokenDetails};
use crate::typelevel::Flag;
use crate::values::bearer::Bearer;
use crate::values::error::{ErrorCode, OAuthError};
use crate::values::random::{Draw, NoRandomness};

mod sealed {
    pub trait Sealed {}
}

/// A step, whatever the storage: [`Begin`], [`Redeem`], [`Rotate`], [`Renew`], or that of a grant of the library.
pub trait StepKind: sealed::Sealed + Send + Sync + 'static {
    /// Does it redeem an authorization code?
    #[doc(hidden)]
    type Redeems: Flag;
    /// Does it take a refresh token?
    #[doc(hidden)]
    type Refreshes: Flag;
    /// Does the refresh token that it takes make way for another?
    #[doc(hidden)]
    type Rotates: Flag;
    /// Does it sign, for another server, what is issued in place of an access token?
    #[doc(hidden)]
    type Vouches: Flag;
    /// Is what it begins for the resources that somebody else names, so that a feature has to know them?
    #[doc(hidden)]
    type NamesResources: Flag;
    /// What a client understands that has asked too often (429).
    #[doc(hidden)]
    const ASKED_TOO_OFTEN: ErrorCode = ErrorCode::TemporarilyUnavailable;
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
    /// The authorization that was there before, if one was.
    #[doc(hidden)]
    fn of(&self) -> Option<FamilyId> {
        self.continues()
    }
    /// Is it known to be a replay? Then it is for the step to answer, which ends what came of the first use.
    #[doc(hidden)]
    fn replays(&self) -> bool {
        false
    }
    /// Does it begin an authorization?
    #[doc(hidden)]
    fn begins(&self) -> bool {
        false
    }
    /// Does it begin one below another, that was approved before?
    #[doc(hidden)]
    fn descends(&self) -> bool {
        false
    }
    /// Is this one to be [vouched](Step::vouch) for? Then there is no access token.
    #[doc(hidden)]
    fn vouches(&self) -> bool {
        false
    }
}

/// A step that the storage `S` can do.
pub trait Step<S>: StepKind {
    /// Signs what is issued in place of an access token, and says for how many seconds it is good. Nothing has been stored yet.
    #[doc(hidden)]
    fn vouch<K: Keyring>(
        &self,
        _: &IssueContext<'_, S>,
        _: &K,
        _: &TokenDetails,
    ) -> impl Future<Output = Result<(TokenText, u64), OAuthError>> + Send {
        async { Err(OAuthError::unexpected()) }
    }
    /// Does it. On an error nothing of it was done.
    #[doc(hidden)]
    fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> impl Future<Output = Result<Stored, OAuthError>> + Send;
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
    /// The one that was presented: no other.
    Same,
}

/// What a step stores.
#[doc(hidden)]
#[derive(Debug)]
pub struct Storing {
    pub(crate) place: Place,
    /// From what a new authorization descends.
    pub(crate) parent: Option<FamilyId>,
    /// What the access token is about, if it is something else than what may be renewed.
    pub(crate) access: Option<TokenDetails>,
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
