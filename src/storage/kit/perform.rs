//! Steps given to a store: by capability, since a store need not have them all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::answer::Answer;
use super::step::{Capability, Operation, Step};
use crate::storage::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationRecords, ClientRegistry, ClientStore, DeferredStore, FamilyId,
    FamilyRecord, FamilyStore, Holder, KeyStore, PendingStore, PurgeExpired, RefreshTokenStore, RegistrationStore, ReplayStore,
    SessionRecords,
};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// A future on the heap that may be sent to another thread.
pub(super) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How a store performs the steps of one capability; `None` for a step of another.
type Perform<S> = fn(Arc<S>, Step) -> Option<Boxed<Answer>>;

/// The capabilities of a store that its author named.
pub(super) struct Capabilities<S>(Vec<(Capability, Perform<S>)>);

impl<S> Capabilities<S> {
    pub(super) const fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn add(&mut self, capability: Capability, perform: Perform<S>) {
        if !self.has(capability) {
            self.0.push((capability, perform));
        }
    }

    pub(super) fn has(&self, capability: Capability) -> bool {
        self.0.iter().any(|(named, _)| *named == capability)
    }

    /// What of these steps the store can do.
    pub(super) fn restrict(&self, steps: Vec<Step>) -> Vec<Step> {
        let possible = steps.into_iter().filter(|step| self.has(step.operation.capability()));
        possible.map(|step| Step { operation: step.operation.within(|capability| self.has(capability)), ..step }).collect()
    }

    /// Performs a step. A panic is an answer too, and not one that the contract gives.
    pub(super) fn perform(&self, store: &Arc<S>, step: Step) -> Boxed<Answer> {
        let named = self.0.iter().find(|(capability, _)| *capability == step.operation.capability());
        match named.and_then(|(_, perform)| perform(store.clone(), step)) {
            Some(step) => Box::pin(Unwinding(step)),
            None => Box::pin(std::future::ready(Answer::refusal("a capability that was not named"))),
        }
    }
}

struct Unwinding(Boxed<Answer>);

impl Future for Unwinding {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let poll = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context)));
        poll.unwrap_or_else(|payload| Poll::Ready(Answer::panicked(&*payload)))
    }
}

/// A function that performs the steps of one trait: for each operation its arguments and the call.
macro_rules! performs {
    ($name:ident, $capability:ident:
        $($operation:ident($($argument:ident),*) => |$store:ident, $issuer:ident, $now:ident| $call:expr;)*
    ) => {
        pub(super) fn $name<S: $capability>(store: Arc<S>, step: Step) -> Option<Boxed<Answer>> {
            let Step { issuer, operation, now } = step;
            match operation {
                $(Operation::$operation($($argument),*) => Some(Box::pin(async move {
                    let ($store, $issuer, $now) = (&*store, &issuer, now);
                    Answer::of($call.await)
                })),)*
                _ => None,
            }
        }
    };
}

performs! { clients, ClientStore:
    FindClient(id) => |store, issuer, _now| store.client(issuer, &id);
}

performs! { registry, ClientRegistry:
    PutClient(client) => |store, issuer, _now| store.put_client(issuer, client);
    RemoveClient(id) => |store, issuer, _now| store.remove_client(issuer, &id);
    ListClients(after, limit) => |store, issuer, _now| store.list_clients(issuer, after.as_ref(), limit);
}

performs! { registrations, RegistrationStore:
    AddClient(client, room) => |store, issuer, now| store.add_client(issuer, client, room, now);
    ReplaceClient(was, client) => |store, issuer, _now| store.replace_client(issuer, &was, client);
    KeepClient(id, until) => |store, issuer, _now| store.keep_client(issuer, &id, until);
}

performs! { families, FamilyStore:
    BeginFamily(family, issue, spend) => |store, issuer, now| store.begin_family(issuer, family, issue, spend, now);
    FindFamily(family) => |store, issuer, now| store.family(issuer, &family, now);
    RevokeFamily(family) => |store, issuer, now| store.revoke_family(issuer, &family, now);
}

performs! { records, AuthorizationRecords:
    AuthorizationsOf(subject) => |store, issuer, now| store.authorizations_of(issuer, &subject, now);
    PagesOfClient(id, after, limit) => |store, issuer, now| pages(store, issuer, Holder::Client(&id), after, limit, now);
    PagesOfSubject(subject, after, limit) => |store, issuer, now| pages(store, issuer, Holder::Subject(&subject), after, limit, now);
    RevokeOfClient(id) => |store, issuer, now| store.revoke_authorizations(issuer, Holder::Client(&id), now);
    RevokeOfSubject(subject) => |store, issuer, now| store.revoke_authorizations(issuer, Holder::Subject(&subject), now);
}

/// So many pages are asked for: more than any scenario has, however few are in one.
const MOST_PAGES: usize = 1_000;

/// All pages one after the other; an error where they are no pages.
async fn pages<S: AuthorizationRecords>(
    store: &S,
    issuer: &Issuer,
    of: Holder<'_>,
    mut after: Option<FamilyId>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<FamilyRecord>, StoreError> {
    let mut all = Vec::new();
    for _ in 0..MOST_PAGES {
        let page = store.list_authorizations(issuer, of, after.as_ref(), limit, now).await?;
        if page.authorizations.len() > limit.max(1) as usize {
            return Err(StoreError::failed("a page has more than was asked for"));
        }
        all.extend(page.authorizations);
        if page.next.is_none() {
            return Ok(all);
        }
        after = page.next;
    }
    Err(StoreError::failed("the pages do not come to an end"))
}

performs! { codes, AuthorizationCodeStore:
    FindCode(code) => |store, issuer, now| store.find_code(issuer, &code, now);
    RedeemCode(code, issue) => |store, issuer, now| store.redeem_code(issuer, &code, issue, now);
}

performs! { access_tokens, AccessTokenStore:
    FindAccessToken(token) => |store, issuer, now| store.find_access_token(issuer, &token, now);
    RevokeAccessToken(token) => |store, issuer, now| store.revoke_access_token(issuer, &token, now);
}

performs! { refresh_tokens, RefreshTokenStore:
    FindRefreshToken(token) => |store, issuer, now| store.find_refresh_token(issuer, &token, now);
    RotateRefreshToken(proposal) => |store, issuer, now| store.rotate_refresh_token(issuer, proposal, now);
}

performs! { pending, PendingStore:
    PutPending(request, room) => |store, issuer, now| store.put_pending(issuer, request, room, now);
    FindPending(request) => |store, issuer, now| store.find_pending(issuer, &request, now);
    TakePending(request) => |store, issuer, now| store.take_pending(issuer, &request, now);
    DecidePending(spend) => |store, issuer, now| store.decide_pending(issuer, spend, now);
}

performs! { deferred, DeferredStore:
    PutDeferred(request, alias, room) => |store, issuer, now| store.put_deferred(issuer, request, alias, room, now);
    FindDeferred(alias) => |store, issuer, now| store.find_deferred(issuer, &alias, now);
    PollDeferred(request, client, interval) => |store, issuer, now| store.poll_deferred(issuer, &request, &client, interval, now);
}

performs! { replays, ReplayStore:
    FirstTime(key, until) => |store, issuer, now| store.first_time(issuer, &key, until, now);
}

performs! { signing_keys, KeyStore:
    ListKeys() => |store, issuer, now| store.keys(issuer, now);
    AnnounceKey(key) => |store, issuer, now| store.announce_key(issuer, *key, now);
    WithdrawKey(kid) => |store, issuer, now| store.withdraw_key(issuer, &kid, now);
}

performs! { sessions, SessionRecords:
    OpenSession(session, until) => |store, issuer, now| store.open_session(issuer, *session, until, now);
    FindSession(key) => |store, issuer, now| store.session(issuer, key, now);
    SessionsOf(subject) => |store, issuer, now| store.sessions_of(issuer, &subject, now);
    EndSession(key, until) => |store, issuer, now| store.end_session(issuer, key, until, now);
    ClaimNotices(limit, again) => |store, issuer, now| store.claim_notices(issuer, limit, again, now);
    SettleNotice(id, client, again) => |store, issuer, _now| store.settle_notice(issuer, &id, &client, again);
}

pub(super) fn purge<S: PurgeExpired>(store: Arc<S>, step: Step) -> Option<Boxed<Answer>> {
    match step.operation {
        Operation::PurgeExpired => Some(Box::pin(async move { Answer::of(store.purge_expired(step.now).await) })),
        Operation::PurgeWithProgress => Some(Box::pin(async move { Answer::of(purged(&*store, step.now).await) })),
        _ => None,
    }
}

/// How many rows went; an error where something else was said meanwhile.
async fn purged<S: PurgeExpired>(store: &S, now: Timestamp) -> Result<u64, StoreError> {
    let (mut last, mut falls) = (None, false);
    let mut progress = |so_far: u64| {
        falls |= last.is_some_and(|last| so_far < last);
        last = Some(so_far);
    };
    let rows = store.purge_with_progress(&mut progress, now).await?;
    match last {
        _ if falls => Err(StoreError::failed("fewer rows were gone than before")),
        Some(last) if last == rows => Ok(rows),
        _ => Err(StoreError::failed("at last it was not said how many rows were gone")),
    }
}
