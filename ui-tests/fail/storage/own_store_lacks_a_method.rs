// legal: pass/storage.rs, fn own
use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, Issue, Spend, Spending};
use grantor::{FamilyStore, Issuer, StoreError, Timestamp};

pub struct MyStore;

impl FamilyStore for MyStore {
    async fn begin_family(&self, _: &Issuer, _: FamilyRecord, _: Issue, _: Option<Spend>, _: Timestamp) -> Result<Spending, StoreError> {
        Ok(Spending::First)
    }
    async fn family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        Ok(None)
    }
}

fn main() {}
