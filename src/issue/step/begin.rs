//! A new authorization: its family, and its first code and tokens.

use std::future::Future;

use super::{NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::authorization::{Needs, Settling};
use crate::events;
use crate::http::call::Call;
use crate::issue::IssueContext;
use crate::storage::{FamilyId, FamilyRecord, FamilyStore, Spend, Spending};
use crate::typelevel::{Flag, No, Yes};
use crate::values::error::{ErrorCode, OAuthError, StoreError};
use crate::values::random::{Draw, NoRandomness};

/// Begins a new authorization: what most grants do. [`Granted::to`](crate::Granted::to) and
/// [`Granted::to_client`](crate::Granted::to_client) have it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Begin {
    /// From which one it descends.
    parent: Option<FamilyId>,
}

impl Begin {
    pub(crate) const fn new() -> Self {
        Self { parent: None }
    }

    /// Begins one that ends with another, from which it descends.
    pub(crate) const fn under(parent: FamilyId) -> Self {
        Self { parent: Some(parent) }
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
    ($step:ty, descends: $descends:expr) => {
        impl sealed::Sealed for $step {}

        impl StepKind for $step {
            type Redeems = No;
            type Refreshes = No;
            type Rotates = No;
            type Vouches = No;
            type NamesResources = No;

            fn place(&self, draw: &mut Draw) -> Result<Place, NoRandomness> {
                Ok(Place { family: FamilyId::generate(draw)?, generation: 0 })
            }

            fn next_refresh_token(&mut self, _: Option<&Call<'_>>, _: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
                Ok(NextRefreshToken::Fresh)
            }

            fn begins(&self) -> bool {
                true
            }

            fn descends(&self) -> bool {
                $descends(self)
            }
        }
    };
}
first_step!(Begin, descends: |begin: &Begin| begin.parent.is_some());
first_step!(Approve, descends: |_| false);
first_step!(Note, descends: |_| false);

impl<S: FamilyStore> Step<S> for Begin {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        let (details, id) = (storing.renewable.clone(), storing.place.family);
        let refused = |description| Err(OAuthError::new(ErrorCode::InvalidRequest, description));
        match begin(cx, Storing { parent: self.parent, ..storing }, None).await? {
            // RFC 8693 section 2.2.2: it descends from the token that was to be exchanged.
            Spending::Orphaned => return refused("what the token would descend from was revoked or has expired"),
            Spending::TooDeep => return refused("the token would descend from too many others"),
            Spending::First | Spending::Second(_) | Spending::Gone => {}
        }
        match &self.parent {
            Some(parent) => events::exchanged(cx.about(&details, &id), cx.grant_type, details.facts().actor_name(), parent),
            None => events::issued(cx.about(&details, &id), cx.grant_type),
        }
        Ok(Stored::AS_MADE)
    }
}

impl<S: FamilyStore> Step<S> for Approve {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        if cx.settling.is_some_and(Settling::repeats) {
            return Ok(Stored::AS_MADE);
        }
        let spending = begin(cx, storing, cx.settling.and_then(Settling::spend)).await?;
        match cx.settling {
            Some(settling) => settling.begun(spending)?,
            // What it was to descend from has ended meanwhile.
            None if spending != Spending::First => return Err(Needs::Login.into()),
            None => {}
        }
        Ok(Stored::AS_MADE)
    }
}

impl<S: Send + Sync> Step<S> for Note {
    async fn store(self, _: &IssueContext<'_, S>, _: Storing) -> Result<Stored, OAuthError> {
        Ok(Stored::AS_MADE)
    }
}

/// Not `async`, which would copy what is stored once more.
fn begin<'c, S: FamilyStore>(
    cx: &IssueContext<'c, S>,
    storing: Storing,
    spend: Option<Spend>,
) -> impl Future<Output = Result<Spending, StoreError>> + Send + use<'c, S> {
    let Storing { place, parent, renewable, issue, .. } = storing;
    let subject = renewable.facts().subject.clone();
    let mut family = FamilyRecord::new(place.family, cx.client.id().clone(), subject, cx.now, renewable);
    if let Some(parent) = parent {
        family = family.descending_from(parent);
    }
    cx.core.storage.begin_family(&cx.core.issuer, family, issue, spend, cx.now)
}
