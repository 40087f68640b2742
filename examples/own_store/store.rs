//! A whole store, to read and to adapt. One lock around all tables makes each operation one step. It forgets on exit.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use grantor::storage::*;
use grantor::{CheckedClient, Client, Issuer, RotationSalt, StoreError, Subject, Timestamp, TokenHash};

type Result<T> = std::result::Result<T, StoreError>;
/// The issuer is part of every key.
type Table<K, V> = BTreeMap<(Issuer, K), V>;

#[derive(Default)]
pub struct OwnStore(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    clients: Table<String, Arc<Client>>,
    families: Table<FamilyId, Family>,
    codes: Table<TokenHash, (CodeRecord, bool)>,           // .. and was it redeemed?
    access_tokens: Table<TokenHash, (TokenRecord, bool)>,  // .. and was it revoked?
    refresh_tokens: Table<TokenHash, (TokenRecord, bool)>, // .. which a refresh token never is: its family is.
    interactions: Table<TokenHash, InteractionRecord>,
}

struct Family {
    record: FamilyRecord,
    state: FamilyState,
    keep_until: Timestamp,
    retry: Option<(RotationSalt, Timestamp)>, // while the retry window is open
}

impl OwnStore {
    /// A step makes all its checks before its first change, so a panic cannot leave half of one.
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// The state of a family that is still remembered.
    fn state(&self, issuer: &Issuer, id: FamilyId, now: Timestamp) -> Option<FamilyState> {
        self.families.get(&(issuer.clone(), id)).filter(|family| now < family.keep_until).map(|family| family.state)
    }
    fn code(&self, issuer: &Issuer, hash: &TokenHash, now: Timestamp) -> Option<FoundCode> {
        let (row, redeemed) =
            self.codes.get(&(issuer.clone(), *hash)).filter(|(row, redeemed)| *redeemed || now < row.expires_at)?;
        Some(FoundCode::new(row.clone(), *redeemed, self.state(issuer, row.family, now)?))
    }
    fn token(&self, found: Option<&(TokenRecord, bool)>, issuer: &Issuer, now: Timestamp) -> Option<FoundToken> {
        let (row, revoked) = found.filter(|(row, _)| now < row.expires_at)?;
        Some(FoundToken::new(row.clone(), *revoked, self.state(issuer, row.family, now)?))
    }
    fn change(&mut self, issuer: &Issuer, family: FamilyId, change: impl FnOnce(&mut Family)) {
        self.families.get_mut(&(issuer.clone(), family)).map_or((), change);
    }
    fn revoke(&mut self, issuer: &Issuer, family: FamilyId) {
        self.change(issuer, family, |family| (family.state.revoked, family.retry) = (true, None));
    }
    fn insert(&mut self, issuer: &Issuer, family: FamilyId, issue: Issue) -> Result<()> {
        let Issue { code, access_token, refresh_token, keep_family_until, .. } = issue;
        let key = |hash: TokenHash| (issuer.clone(), hash);
        if code.iter().any(|row| self.codes.contains_key(&key(row.hash)))
            || access_token.iter().any(|row| self.access_tokens.contains_key(&key(row.hash)))
            || refresh_token.iter().any(|row| self.refresh_tokens.contains_key(&key(row.hash)))
        {
            return Err(StoreError::failed("a hash is taken"));
        }
        self.codes.extend(code.map(|row| (key(row.hash), (row, false))));
        self.access_tokens.extend(access_token.map(|row| (key(row.hash), (row, false))));
        self.refresh_tokens.extend(refresh_token.map(|row| (key(row.hash), (row, false))));
        self.change(issuer, family, |family| family.keep_until = family.keep_until.max(keep_family_until));
        Ok(())
    }
}

impl ClientStore for OwnStore {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>> {
        Ok(self.lock().clients.get(&(issuer.clone(), id.to_owned())).cloned())
    }
}
impl ClientRegistry for OwnStore {
    async fn put_client(&self, issuer: &Issuer, client: CheckedClient) -> Result<()> {
        let id = client.client().id().to_string();
        self.lock().clients.insert((issuer.clone(), id), client.into_client());
        Ok(())
    }
}
impl FamilyStore for OwnStore {
    async fn begin_family(&self, issuer: &Issuer, record: FamilyRecord, issue: Issue, _: Timestamp) -> Result<()> {
        let (mut it, key, keep_until) = (self.lock(), (issuer.clone(), record.id), issue.keep_family_until);
        if it.families.contains_key(&key) {
            return Err(StoreError::failed("the identifier of the family is taken"));
        }
        it.insert(issuer, record.id, issue)?;
        it.families.insert(key, Family { record, state: FamilyState::new(false, 0), keep_until, retry: None });
        Ok(())
    }
    async fn revoke_family(&self, issuer: &Issuer, family: &FamilyId, _: Timestamp) -> Result<()> {
        self.lock().revoke(issuer, *family);
        Ok(())
    }
}
impl AuthorizationRecords for OwnStore {
    async fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<FamilyRecord>> {
        let live = |it: &Family| now < it.keep_until && !it.state.revoked && it.record.subject.as_ref() == Some(subject);
        let families = self.lock().families.iter().filter(|((whose, _), it)| whose == issuer && live(it));
        let mut families: Vec<_> = families.map(|(_, it)| it.record.clone()).collect();
        families.sort_by_key(|family| Reverse(family.created_at));
        Ok(families)
    }
}
impl AuthorizationCodeStore for OwnStore {
    async fn find_code(&self, issuer: &Issuer, code: &TokenHash, now: Timestamp) -> Result<Option<FoundCode>> {
        Ok(self.lock().code(issuer, code, now))
    }
    async fn redeem_code(&self, issuer: &Issuer, code: &TokenHash, issue: Issue, now: Timestamp) -> Result<Redemption> {
        let mut it = self.lock();
        let Some(FoundCode { record, redeemed, family, .. }) = it.code(issuer, code, now) else { return Ok(Redemption::Dead) };
        if redeemed {
            it.revoke(issuer, record.family);
            return Ok(Redemption::AlreadyRedeemed);
        }
        if family.revoked {
            return Ok(Redemption::Dead);
        }
        it.insert(issuer, record.family, issue)?;
        it.codes.insert((issuer.clone(), *code), (record, true));
        Ok(Redemption::redeemed())
    }
}
