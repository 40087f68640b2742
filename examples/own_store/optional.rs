//! Two capabilities that no endpoint asks for.

use grantor::storage::{AuthorizationRecords, FamilyRecord, PurgeExpired};
use grantor::{Issuer, Subject, Timestamp};

use super::{Family, OwnStore, Result, keys};

impl AuthorizationRecords for OwnStore {
    async fn authorizations_of(&self, issuer: &Issuer, subject: &Subject, now: Timestamp) -> Result<Vec<FamilyRecord>> {
        let families = self.families.lock().await;
        let live = families.iter().filter(|it| it.issuer == *issuer && !it.state.revoked && now < it.keep_until);
        let mut records: Vec<_> = live.map(|it| it.record.clone()).filter(|it| it.subject.as_ref() == Some(subject)).collect();
        records.sort_by_key(|record| std::cmp::Reverse(record.created_at));
        Ok(records)
    }
}

impl PurgeExpired for OwnStore {
    async fn purge_expired(&self, now: Timestamp) -> Result<u64> {
        let pending = self.pending.lock().await.extract_if(.., |(_, it)| it.record.expires_at <= now).count();
        let mut families = self.families.lock().await;
        let rows = |families: &[Family]| families.iter().map(|it| 1 + it.issues.iter().flat_map(keys).count()).sum::<usize>();
        let before = rows(&families);
        families.retain(|it| now < it.keep_until);
        for Family { issues, spent, retry, .. } in families.iter_mut() {
            retry.take_if(|(_, until)| *until <= now);
            for issue in issues.iter_mut() {
                // A redeemed code stays with its family: it is what a replay is recognised by.
                issue.code.take_if(|row| row.expires_at <= now && !spent.contains(&row.hash));
                issue.access_token.take_if(|row| row.expires_at <= now);
                issue.refresh_token.take_if(|row| row.expires_at <= now);
            }
            issues.retain(|issue| keys(issue).next().is_some());
        }
        Ok((pending + before - rows(&families)) as u64)
    }
}
