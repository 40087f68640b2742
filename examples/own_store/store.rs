//! A whole store, to read and to adapt. Each operation is one step, because it holds a lock. It forgets on exit.

use std::{cmp::Reverse, sync::Arc};

use grantor::storage::*;
use grantor::{CheckedClient, Client, Issuer, RotationSalt, StoreError, Subject, Timestamp, TokenHash};
use tokio::sync::Mutex;

type Result<T> = std::result::Result<T, StoreError>;

/// Lists that are searched from the front: a database has an index for each. No step needs two of them.
#[derive(Default)]
pub struct OwnStore {
    clients: Mutex<Vec<(Issuer, Arc<Client>)>>,
    families: Mutex<Vec<Family>>,
    interactions: Mutex<Vec<(Issuer, InteractionRecord)>>,
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
    fn code(&self, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let (row, redeemed) =
            (self.issues.iter().find_map(|it| it.code.as_ref().filter(|row| row.hash == *hash))?, self.spent.contains(hash));
        (redeemed || now < row.expires_at).then(|| FoundCode::new(row.clone(), redeemed, self.state))
    }
    fn token(&self, kind: fn(&Issue) -> &Option<TokenRecord>, hash: &TokenHash, now: Timestamp) -> Option<FoundToken> {
        let row = self.issues.iter().find_map(|it| kind(it).as_ref().filter(|row| row.hash == *hash && now < row.expires_at))?;
        Some(FoundToken::new(row.clone(), self.spent.contains(hash), self.state))
    }
    fn revoke(&mut self) {
        (self.state.revoked, self.retry) = (true, None);
    }
}

/// What `row` finds in a family that is still remembered, and where that is.
fn find<R>(families: &[Family], issuer: &Issuer, now: Timestamp, row: impl Fn(&Family) -> Option<R>) -> Option<(usize, R)> {
    let mut live = families.iter().enumerate().filter(|(_, it)| it.issuer == *issuer && now < it.keep_until);
    live.find_map(|(at, family)| Some((at, row(family)?)))
}

fn hashes(issue: &Issue) -> impl Iterator<Item = &TokenHash> {
    let tokens = issue.access_token.iter().chain(&issue.refresh_token).map(|row| &row.hash);
    issue.code.iter().map(|row| &row.hash).chain(tokens)
}

/// Adds to a family; an error if a key is taken.
fn add(families: &mut [Family], at: usize, issue: Issue) -> Result<()> {
    let mut taken = families.iter().filter(|it| it.issuer == families[at].issuer).flat_map(|it| &it.issues).flat_map(hashes);
    check(!taken.any(|taken| hashes(&issue).any(|new| new == taken)))?;
    families[at].keep_until = families[at].keep_until.max(issue.keep_family_until);
    Ok(families[at].issues.push(issue))
}

/// Comes before the first change of a step, so that a step which fails has changed nothing.
fn check(is_sound: bool) -> Result<()> {
    is_sound.then_some(()).ok_or_else(|| StoreError::failed("a key is taken, or a proposal is for another token"))
}

impl ClientStore for OwnStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>> {
        let clients = self.clients.lock().await;
        Ok(clients.iter().find(|(owner, it)| owner == issuer && it.id().as_str() == id).map(|(_, client)| client.clone()))
    }
}
impl ClientRegistry for OwnStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<()> {
        let (mut clients, client) = (self.clients.lock().await, client.into_client());
        clients.retain(|(owner, it)| owner != issuer || it.id() != client.id());
        Ok(clients.push((issuer.clone(), client)))
    }
}
impl FamilyStore for OwnStore {
    async fn begin_family(&self, issuer: &Issuer, record: FamilyRecord, issue: Issue, _: Timestamp) -> Result<()> {
        let (mut families, issuer, state) = (self.families.lock().await, issuer.clone(), FamilyState::new(false, 0));
        check(!families.iter().any(|it| it.issuer == issuer && it.record.id == record.id))?;
        let (at, keep_until) = (families.len(), issue.keep_family_until);
        families.push(Family { issuer, record, state, keep_until, retry: None, issues: vec![], spent: vec![] });
        add(&mut families, at, issue).inspect_err(|_| families.truncate(at))
    }
    async fn revoke_family(&self, issuer: &Issuer, id: &FamilyId, _: Timestamp) -> Result<()> {
        let mut families = self.families.lock().await;
        Ok(families.iter_mut().filter(|it| it.issuer == *issuer && it.record.id == *id).for_each(Family::revoke))
    }
}
impl AuthorizationRecords for OwnStore {
    async fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<FamilyRecord>> {
        let is_live = |it: &&Family| it.issuer == *issuer && now < it.keep_until && !it.state.revoked;
        let families = self.families.lock().await;
        let records = families.iter().filter(is_live).map(|it| it.record.clone());
        let mut records: Vec<_> = records.filter(|it| it.subject.as_ref() == Some(subject)).collect();
        records.sort_by_key(|it| Reverse(it.created_at));
        Ok(records)
    }
}
impl AuthorizationCodeStore for OwnStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>> {
        Ok(find(&self.families.lock().await, issuer, now, |it| it.code(code, now)).map(|(_, found)| found))
    }
    async fn redeem_code(&self, issuer: &Issuer, code: &TokenHash, issue: Issue, now: Timestamp) -> Result<Redemption> {
        let mut families = self.families.lock().await;
        match find(&families, issuer, now, |it| it.code(code, now)) {
            Some((at, found)) if found.redeemed => {
                families[at].revoke();
                Ok(Redemption::AlreadyRedeemed)
            }
            Some((at, found)) if !found.family.revoked => {
                add(&mut families, at, issue)?;
                families[at].spent.push(*code);
                Ok(Redemption::redeemed())
            }
            _ => Ok(Redemption::Dead),
        }
    }
}
impl AccessTokenStore for OwnStore {
    async fn find_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>> {
        Ok(find(&self.families.lock().await, issuer, now, |it| it.token(ACCESS, token, now)).map(|(_, found)| found))
    }
    async fn revoke_access_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<()> {
        let mut families = self.families.lock().await;
        let found = find(&families, issuer, now, |it| it.token(ACCESS, token, now));
        Ok(found.map_or((), |(at, _)| families[at].spent.push(*token)))
    }
}
impl RefreshTokenStore for OwnStore {
    async fn find_refresh_token(&self, issuer: &Issuer, token: &TokenHash, now: Timestamp) -> Result<Option<FoundToken>> {
        Ok(find(&self.families.lock().await, issuer, now, |it| it.token(REFRESH, token, now)).map(|(_, found)| found))
    }
    async fn rotate_refresh_token(&self, issuer: &Issuer, proposal: RotationProposal, now: Timestamp) -> Result<Rotation> {
        let RotationProposal { presented, family, generation, salt, retry_until, mut issue, .. } = proposal;
        let mut families = self.families.lock().await;
        let found = find(&families, issuer, now, |it| it.token(REFRESH, &presented, now));
        let Some((at, found)) = found.filter(|(_, it)| !it.family.revoked) else { return Ok(Rotation::Dead) };
        check((found.record.family, found.record.generation) == (family, generation))?;
        match (found.family.generation - generation, families[at].retry.filter(|(_, until)| now < *until)) {
            (0, _) => {
                add(&mut families, at, issue)?;
                families[at].state.generation += 1;
                families[at].retry = (now < retry_until).then_some((salt, retry_until));
                Ok(Rotation::rotated())
            }
            (1, Some((salt, _))) => {
                issue.refresh_token = None; // It is there already.
                add(&mut families, at, issue).map(|()| Rotation::retried(salt))
            }
            _ => {
                families[at].revoke();
                Ok(Rotation::Replayed)
            }
        }
    }
}
impl InteractionStore for OwnStore {
    async fn put_interaction(&self, issuer: &Issuer, row: InteractionRecord, _: Timestamp) -> Result<()> {
        let mut rows = self.interactions.lock().await;
        check(!rows.iter().any(|(owner, it)| owner == issuer && it.hash == row.hash))?;
        Ok(rows.push((issuer.clone(), row)))
    }
    async fn take_interaction(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Result<Option<InteractionRecord>> {
        let mut rows = self.interactions.lock().await;
        let taken = rows.extract_if(.., |(owner, it)| owner == issuer && it.hash == *hash).next();
        Ok(taken.map(|(_, row)| row).filter(|row| now < row.expires_at))
    }
}
impl PurgeExpired for OwnStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64> {
        let mut rows = self.interactions.lock().await.extract_if(.., |(_, row)| row.expires_at <= now).count();
        let mut families = self.families.lock().await;
        let gone = families.extract_if(.., |it| it.keep_until <= now);
        rows += gone.map(|it| 1 + it.issues.iter().flat_map(hashes).count()).sum::<usize>();
        for Family { issues, spent, retry, .. } in families.iter_mut() {
            retry.take_if(|(_, until)| *until <= now);
            for Issue { code, access_token, refresh_token, .. } in issues {
                let redeemed = code.take_if(|row| row.expires_at <= now && !spent.contains(&row.hash));
                let tokens = [access_token, refresh_token].map(|it| it.take_if(|row| row.expires_at <= now));
                rows += redeemed.iter().count() + tokens.iter().flatten().count();
            }
        }
        Ok(rows as u64)
    }
}
