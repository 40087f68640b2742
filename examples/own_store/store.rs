//! A whole store, to read and to adapt. Each operation is one step: it holds a lock, and checks before it changes anything.

use grantor::storage::*;
use grantor::{CheckedClient, Client, ClientId, Issuer, RotationSalt, StoreError, Timestamp, TokenHash};
use std::sync::Arc;
use tokio::sync::Mutex;

mod descent;
mod optional;
mod pending;
mod sessions;
use descent::{Kind, find};
use pending::{keep, spending};
type Result<T> = std::result::Result<T, StoreError>;

/// Lists that are searched from the front, where a database has an index. Whoever needs two locks `pending` first.
#[derive(Default)]
pub struct OwnStore {
    clients: Mutex<Vec<(Issuer, Arc<Client>)>>,
    families: Mutex<Vec<Family>>,
    pending: Mutex<Vec<(Issuer, FoundPending)>>,
    more: optional::Tables,
}

/// All that descends from one authorization.
struct Family {
    issuer: Issuer,
    record: FamilyRecord,
    state: FamilyState,
    keep_until: Timestamp,
    retry: Option<(RotationSalt, Timestamp)>,
    issues: Vec<Issue>,
    spent: Vec<TokenHash>, // codes that were redeemed, access tokens that were revoked
}

impl Family {
    fn code(&self, state: FamilyState, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let row = self.issues.iter().find_map(|it| it.code.as_ref().filter(|row| row.hash == *hash))?;
        Some(FoundCode::new(row.clone(), self.spent.contains(hash), state)).filter(|it| it.redeemed || now < row.expires_at)
    }
    fn token(&self, state: FamilyState, kind: Kind, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        let row = self.issues.iter().find_map(|it| kind(it).as_ref().filter(|row| row.hash == *hash && now < row.expires_at))?;
        Some(FoundToken::new(row.clone(), self.spent.contains(hash), state))
    }
    fn revoke<T>(&mut self, answer: T) -> T {
        (self.state.revoked, self.retry) = (true, None);
        answer
    }
}
fn keys(issue: &Issue) -> impl Iterator<Item = (TokenHash, FamilyId, &ClientId)> {
    let tokens = issue.access_token.iter().chain(&issue.refresh_token).map(|row| (row.hash, row.family, &row.client_id));
    issue.code.iter().map(|row| (row.hash, row.family, &row.client_id)).chain(tokens)
}
fn check(is_sound: bool) -> Result<()> {
    if is_sound { Ok(()) } else { Err(StoreError::failed("a key is taken, or a row is for another family")) }
}
fn insert(families: &mut [Family], at: usize, issue: Issue) -> Result<()> {
    let (theirs, whose) = (families.iter().filter(|it| it.issuer == families[at].issuer), &families[at].record);
    check(keys(&issue).all(|(_, family, client)| family == whose.id && *client == whose.client_id))?;
    check(!theirs.flat_map(|it| &it.issues).flat_map(keys).any(|taken| keys(&issue).any(|new| new.0 == taken.0)))?;
    descent::keep_until(families, at, issue.keep_family_until);
    Ok(families[at].issues.push(issue))
}

impl ClientStore for OwnStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>> {
        Ok(self.clients.lock().await.iter().find(|(owner, it)| owner == issuer && it.id().as_str() == id).map(|it| it.1.clone()))
    }
}
impl ClientRegistry for OwnStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<()> {
        let (mut clients, client) = (self.clients.lock().await, client.into_client());
        clients.retain(|(owner, it)| owner != issuer || it.id() != client.id());
        Ok(clients.push((issuer.clone(), client)))
    }
    async fn remove_client(&self, issuer: &Issuer, id: &ClientId) -> Result<bool> {
        let mut clients = self.clients.lock().await;
        Ok(clients.extract_if(.., |(owner, it)| owner == issuer && it.id() == id).count() > 0)
    }
    async fn list_clients(&self, issuer: &Issuer, after: Option<&ClientId>, limit: u32) -> Result<Vec<Arc<Client>>> {
        let clients = self.clients.lock().await;
        let later = clients.iter().filter(|(owner, it)| owner == issuer && after.is_none_or(|after| it.id() > after));
        let mut later: Vec<_> = later.map(|(_, it)| it.clone()).collect();
        later.sort_by(|one, other| one.id().cmp(other.id()));
        later.truncate(limit as usize);
        Ok(later)
    }
}
impl FamilyStore for OwnStore {
    async fn begin_family(
        &self,
        issuer: &Issuer,
        record: FamilyRecord,
        issue: Issue,
        spend: Option<Spend>,
        now: Timestamp,
    ) -> Result<Spending> {
        let (mut pending, mut families) = (self.pending.lock().await, self.families.lock().await);
        let spending = spend.as_ref().map_or(Spending::First, |spend| spending(&pending, issuer, &spend.request, now));
        let orphaned = || record.parent.and_then(|parent| descent::refused(&families, issuer, &parent, now));
        if let Some(refused) = Some(spending).filter(|it| *it != Spending::First).or_else(orphaned) {
            return Ok(refused);
        }
        check(!families.iter().any(|it| it.issuer == *issuer && it.record.id == record.id))?;
        let (at, state, keep_until) = (families.len(), FamilyState::new(false, 0), issue.keep_family_until);
        families.push(Family { issuer: issuer.clone(), record, state, keep_until, retry: None, issues: vec![], spent: vec![] });
        insert(&mut families, at, issue).inspect_err(|_| families.truncate(at))?;
        spend.into_iter().for_each(|spend| keep(&mut pending, issuer, spend));
        Ok(Spending::First)
    }
    async fn family(&self, issuer: &Issuer, id: &FamilyId, now: Timestamp) -> Result<Option<FoundFamily>> {
        let found = |it: &Family, state| (it.record.id == *id).then(|| FoundFamily::new(it.record.clone(), state, it.keep_until));
        Ok(find(&self.families.lock().await, issuer, now, found).map(|it| it.1))
    }
    async fn revoke_family(&self, issuer: &Issuer, id: &FamilyId, _: Timestamp) -> Result<()> {
        let mut families = self.families.lock().await;
        Ok(families.iter_mut().filter(|it| it.issuer == *issuer && it.record.id == *id).for_each(|it| it.revoke(())))
    }
}
impl AuthorizationCodeStore for OwnStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>> {
        Ok(find(&self.families.lock().await, issuer, now, |it, state| it.code(state, code, now)).map(|it| it.1))
    }
    async fn redeem_code(&self, issuer: &Issuer, code: &TokenHash, issue: Issue, now: Timestamp) -> Result<Redemption> {
        let mut families = self.families.lock().await;
        match find(&families, issuer, now, |it, state| it.code(state, code, now)) {
            Some((at, found)) if found.redeemed => Ok(families[at].revoke(Redemption::AlreadyRedeemed)),
            Some((at, found)) if !found.family.revoked => {
                insert(&mut families, at, issue)?;
                families[at].spent.push(*code);
                Ok(Redemption::redeemed())
            }
            _ => Ok(Redemption::Dead),
        }
    }
}
impl AccessTokenStore for OwnStore {
    async fn find_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>> {
        Ok(find(&self.families.lock().await, issuer, now, |it, state| it.token(state, |it| &it.access_token, token, now))
            .map(|it| it.1))
    }
    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<()> {
        let mut families = self.families.lock().await;
        let found = find(&families, issuer, now, |it, state| it.token(state, |it| &it.access_token, token, now));
        Ok(found.map_or((), |(at, _)| families[at].spent.push(*token)))
    }
}
impl RefreshTokenStore for OwnStore {
    async fn find_refresh_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>> {
        Ok(find(&self.families.lock().await, issuer, now, |it, state| it.token(state, |it| &it.refresh_token, token, now))
            .map(|it| it.1))
    }
    async fn rotate_refresh_token(&self, issuer: &Issuer, mut proposal: RotationProposal, now: Timestamp) -> Result<Rotation> {
        let mut families = self.families.lock().await;
        let found = find(&families, issuer, now, |it, state| it.token(state, |it| &it.refresh_token, &proposal.presented, now));
        let Some((at, found)) = found.filter(|(_, it)| !it.family.revoked) else { return Ok(Rotation::Dead) };
        check((found.record.family, found.record.generation) == (proposal.family, proposal.generation))?;
        match (found.family.generation - proposal.generation, families[at].retry.filter(|(_, until)| now < *until)) {
            (0, _) => {
                insert(&mut families, at, proposal.issue)?;
                if let Some(salt) = proposal.salt {
                    families[at].state.generation += 1;
                    families[at].state.outliving = proposal.outliving;
                    families[at].retry = (now < proposal.retry_until).then_some((salt, proposal.retry_until));
                }
                Ok(Rotation::rotated())
            }
            (1, Some((salt, _))) if proposal.salt.is_some() => {
                proposal.issue.refresh_token = None; // It is there already.
                insert(&mut families, at, proposal.issue).map(|()| Rotation::retried(salt))
            }
            _ => Ok(families[at].revoke(Rotation::Replayed)),
        }
    }
}
