//! An assertion of another issuer is accepted: the authorization begins for which it stands.

use std::fmt;
use std::marker::PhantomData;

use super::{Begin, NextRefreshToken, Place, Step, StepKind, Stored, Storing, sealed};
use crate::http::call::Call;
use crate::issue::IssueContext;
use crate::storage::{FamilyStore, ReplayKey, ReplayStore};
use crate::typelevel::{Flag, No, Yes};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;
use crate::values::random::{Draw, NoRandomness};

/// Begins the authorization for which an assertion stands: what [`JwtBearer`](crate::JwtBearer) does. `R` says whether the assertion names
/// resources, `O` whether it is good once.
pub struct Accept<R = No, O = Yes> {
    begin: Begin,
    once: Option<(ReplayKey, Timestamp)>,
    what: PhantomData<fn() -> (R, O)>,
}

impl<R, O> Accept<R, O> {
    /// `once` is by what it is known when it comes again, and until when it may.
    pub(crate) const fn new(begin: Begin, once: Option<(ReplayKey, Timestamp)>) -> Self {
        Self { begin, once, what: PhantomData }
    }
}

impl<R, O> fmt::Debug for Accept<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accept").field("once", &self.once).finish_non_exhaustive()
    }
}

impl<R, O> sealed::Sealed for Accept<R, O> {}

impl<R: Flag, O: Flag> StepKind for Accept<R, O> {
    type Redeems = No;
    type Refreshes = No;
    type Rotates = No;
    type Vouches = No;
    type NamesResources = R;

    fn place(&self, draw: &mut Draw) -> Result<Place, NoRandomness> {
        self.begin.place(draw)
    }

    fn next_refresh_token(&mut self, call: Option<&Call<'_>>, draw: &mut Draw) -> Result<NextRefreshToken, NoRandomness> {
        self.begin.next_refresh_token(call, draw)
    }

    fn begins(&self) -> bool {
        true
    }
}

impl<S: FamilyStore, R: Flag> Step<S> for Accept<R, No> {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        self.begin.store(cx, storing).await
    }
}

impl<S: FamilyStore + ReplayStore, R: Flag> Step<S> for Accept<R, Yes> {
    async fn store(self, cx: &IssueContext<'_, S>, storing: Storing) -> Result<Stored, OAuthError> {
        if let Some((key, until)) = &self.once
            && !cx.core.storage.first_time(&cx.core.issuer, key, *until, cx.now).await?
        {
            return Err(OAuthError::invalid_grant("the assertion has been used"));
        }
        self.begin.store(cx, storing).await
    }
}
