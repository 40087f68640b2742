//! A store in memory that writes down what it is handed, and fails at the step it is told to.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::storage::{
    CodeRecord, FamilyId, FamilyRecord, FoundCode, FoundFamily, FoundPending, FoundToken, Issue, PendingRecord, Redemption,
    Rotation, RotationProposal, Spend, Spending, TokenRecord,
};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, CheckedClient, Client, ClientId, ClientRegistry, ClientStore, FamilyStore, Issuer,
    MemoryStore, PendingStore, RefreshTokenStore, StoreError, Timestamp, TokenHash,
};

/// What no client may read.
pub const DRIVER: &str = "the driver's words";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Broken,
    UnavailableFor(Duration),
}

#[derive(Clone, Default)]
pub struct WatchedStore {
    inner: MemoryStore,
    watched: Arc<Mutex<Watched>>,
}

#[derive(Default)]
struct Watched {
    /// Each step as its name and everything that came with it, as text.
    log: Vec<(&'static str, String)>,
    failure: Option<(&'static str, Failure)>,
    lost_client: Option<String>,
    keeps_pending: bool,
}

/// A hash as text in which it can be looked for.
pub fn key(hash: &TokenHash) -> String {
    URL_SAFE_NO_PAD.encode(hash.as_bytes())
}

fn token(record: &TokenRecord) -> String {
    format!("{} {record:?} {}", key(&record.hash), record.details.to_json().expect("JSON"))
}

fn code(record: &CodeRecord) -> String {
    format!("{} {record:?} {}", key(&record.hash), record.details.to_json().expect("JSON"))
}

fn rows(issue: &Issue) -> String {
    let codes = issue.code.iter().map(code);
    let tokens = issue.access_token.iter().chain(&issue.refresh_token).map(token);
    codes.chain(tokens).collect::<Vec<_>>().join("\n")
}

impl WatchedStore {
    /// Lets the step of this name fail from now on.
    pub fn fail(&self, step: &'static str, failure: Failure) {
        self.lock().failure = Some((step, failure));
    }

    pub fn heal(&self) {
        self.lock().failure = None;
    }

    /// There is no such client any more.
    pub fn lose_client(&self, id: &str) {
        self.lock().lost_client = Some(id.to_owned());
    }

    /// Suspended requests do not expire any more: its author forgot about that.
    pub fn keep_pending(&self) {
        self.lock().keeps_pending = true;
    }

    /// The names of the steps taken so far.
    pub fn steps(&self) -> Vec<&'static str> {
        self.lock().log.iter().map(|(step, _)| *step).collect()
    }

    /// Everything that it was handed so far.
    pub fn handed(&self) -> String {
        self.lock().log.iter().map(|(step, text)| format!("{step} {text}\n")).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().expect("no panic")
    }

    fn step(&self, name: &'static str, issuer: &Issuer, with: impl Debug, now: Option<Timestamp>) -> Result<(), StoreError> {
        let mut watched = self.lock();
        watched.log.push((name, format!("{issuer} {with:?} {now:?}")));
        match watched.failure {
            Some((failing, Failure::Broken)) if failing == name => Err(StoreError::failed(DRIVER)),
            Some((failing, Failure::UnavailableFor(pause))) if failing == name => {
                Err(StoreError::Unavailable { retry_after: Some(pause) })
            }
            _ => Ok(()),
        }
    }
}

impl ClientStore for WatchedStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        self.step("client", issuer, id, None)?;
        if self.lock().lost_client.as_deref() == Some(id) {
            return Ok(None);
        }
        self.inner.client(issuer, id).await
    }
}

impl ClientRegistry for WatchedStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<(), StoreError> {
        self.step("put_client", issuer, client.client(), None)?;
        self.inner.put_client(issuer, client).await
    }

    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool, StoreError> {
        self.step("remove_client", issuer, id, None)?;
        self.inner.remove_client(issuer, id).await
    }

    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>, StoreError> {
        self.step("list_clients", issuer, (after, limit), None)?;
        self.inner.list_clients(issuer, after, limit).await
    }
}

impl FamilyStore for WatchedStore {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        family: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        let with = format!("{family:?} {} {} {spend:?}", family.details.to_json()?, rows(&issue));
        self.step("begin_family", issuer, with, Some(now))?;
        self.inner.begin_family(issuer, family, issue, spend, now).await
    }

    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        self.step("family", issuer, id, Some(now))?;
        self.inner.family(issuer, id, now).await
    }

    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, now: Timestamp) -> Result<(), StoreError> {
        self.step("revoke_family", issuer, family, Some(now))?;
        self.inner.revoke_family(issuer, family, now).await
    }
}

impl AuthorizationCodeStore for WatchedStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>, StoreError> {
        self.step("find_code", issuer, key(code), Some(now))?;
        self.inner.find_code(issuer, code, now).await
    }

    async fn redeem_code(
        &self,
        issuer: &Issuer,
        code: &TokenHash,
        issue: Issue,
        now: Timestamp,
    ) -> Result<Redemption, StoreError> {
        self.step("redeem_code", issuer, (key(code), rows(&issue)), Some(now))?;
        self.inner.redeem_code(issuer, code, issue, now).await
    }
}

impl AccessTokenStore for WatchedStore {
    async fn find_access_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        self.step("find_access_token", issuer, key(token), Some(now))?;
        self.inner.find_access_token(issuer, token, now).await
    }

    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
        self.step("revoke_access_token", issuer, key(token), Some(now))?;
        self.inner.revoke_access_token(issuer, token, now).await
    }
}

impl RefreshTokenStore for WatchedStore {
    async fn find_refresh_token(
        &self,
        issuer: &Issuer,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundToken>, StoreError> {
        self.step("find_refresh_token", issuer, key(token), Some(now))?;
        self.inner.find_refresh_token(issuer, token, now).await
    }

    async fn rotate_refresh_token(
        &self,
        issuer: &Issuer,
        proposal: RotationProposal,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let salt = proposal.salt.as_ref().map(|salt| URL_SAFE_NO_PAD.encode(salt.as_bytes()));
        self.step("rotate_refresh_token", issuer, (key(&proposal.presented), salt, rows(&proposal.issue)), Some(now))?;
        self.inner.rotate_refresh_token(issuer, proposal, now).await
    }
}

impl PendingStore for WatchedStore {
    async fn put_pending(&self, issuer: &Issuer, request: PendingRecord, room: u32, now: Timestamp) -> Result<(), StoreError> {
        let with = (key(&request.hash), key(&request.owner), &request, &request.details, room);
        self.step("put_pending", issuer, with, Some(now))?;
        self.inner.put_pending(issuer, request, room, now).await
    }

    async fn find_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<FoundPending>, StoreError> {
        self.step("find_pending", issuer, key(request), Some(now))?;
        let now = if self.lock().keeps_pending { Timestamp::from_unix(0) } else { now };
        self.inner.find_pending(issuer, request, now).await
    }

    async fn take_pending(
        &self,
        issuer: &Issuer,
        request: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PendingRecord>, StoreError> {
        self.step("take_pending", issuer, key(request), Some(now))?;
        self.inner.take_pending(issuer, request, now).await
    }

    async fn decide_pending(&self, issuer: &Issuer, spend: Spend, now: Timestamp) -> Result<Spending, StoreError> {
        self.step("decide_pending", issuer, (key(&spend.request), &spend), Some(now))?;
        self.inner.decide_pending(issuer, spend, now).await
    }
}
