//! A new authorization: its family, and its first code and tokens.

use super::{NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::authorization::Settling;
use crate::call::Call;
use crate::error::TokenError;
use crate::events;
use crate::issue::IssueContext;
use crate::random::{Draw, NoRandomness};
use crate::storage::{FamilyId, FamilyRecord, FamilyStore, Spend, Spending};
use crate::typelevel::{Flag, No, Yes};

/// Begins a new authorization: what most grants do. [`Granted::to`](crate::Granted::to) and
/// [`Granted::to_client`](crate::Granted::to_client) have it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Begin(());

impl Begin {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

/// What the storage has to do when a person has approved: nothing if no code and no token goes out.
#[doc(hidden)]
pub trait ApprovalStep<S>: Flag {
    type Step: Step<S>;
    const STEP: Self::Step;
}

impl<S: FamilyStore> ApprovalStep<S> for Yes {
    type Step = Approve;
    const STEP: Approve = Approve;
}

impl<S: Send + Sync> ApprovalStep<S> for No {
    type Step = Note;
    const STEP: Note = Note;
}

/// Begins the authorization that a person approved at the authorization endpoint.
#[doc(hidden)]
#[derive(Debug)]
pub struct Approve;

/// Nothing: the client is only told that the person approved.
#[doc(hidden)]
#[derive(Debug)]
pub struct Note;

macro_rules! first_step {
    ($step:ty) => {
        impl sealed::Sealed for $step {}

        impl StepKind for $step {
            type Redeems = No;
            type Refreshes = No;

            fn place(&self, draw: &mut Draw) -> Result<Place, NoRandomness> {
                Ok(Place { family: FamilyId::generate(draw)?, generation: 0 })
            }

            fn next_refresh_token(&mut self, _: Option<&Call<'_>>, _: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
                Ok(NextRefreshToken::Fresh)
            }
        }
    };
}
first_step!(Begin);
first_step!(Approve);
first_step!(Note);

impl<S: FamilyStore> Step<S> for Begin {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, TokenError> {
        begin(cx, storing, None).await?;
        events::issued(&cx.core.issuer, cx.client.id(), cx.grant_type);
        Ok(Stored::AS_MADE)
    }
}

impl<S: FamilyStore> Step<S> for Approve {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, TokenError> {
        if cx.settling.is_some_and(Settling::repeats) {
            return Ok(Stored::AS_MADE);
        }
        let spending = begin(cx, storing, cx.settling.and_then(Settling::spend)).await?;
        cx.settling.map_or(Ok(()), |settling| settling.begun(spending))?;
        Ok(Stored::AS_MADE)
    }
}

impl<S: Send + Sync> Step<S> for Note {
    async fn store(self, _: &IssueContext<'_, S>, _: Storing) -> Result<Stored, TokenError> {
        Ok(Stored::AS_MADE)
    }
}

async fn begin<S: FamilyStore>(cx: &IssueContext<'_, S>, storing: Storing, spend: Option<Spend>) -> Result<Spending, TokenError> {
    let Storing { place, renewable, issue } = storing;
    let subject = renewable.facts().subject.clone();
    let family = FamilyRecord::new(place.family, cx.client.id().clone(), subject, cx.now, renewable);
    Ok(cx.core.storage.begin_family(&cx.core.issuer, family, issue, spend, cx.now).await?)
}
