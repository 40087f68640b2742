// legal: pass/storage.rs, fn own
use grantor::storage::{FamilyRecord, Issue, Spend, Spending};
use grantor::{FamilyStore, Issuer, StoreError, Timestamp};

pub struct MyStore;

impl FamilyStore for MyStore {
    async fn begin_family(&self, _: &Issuer, _: FamilyRecord, _: Issue, _: Option<Spend>, _: Timestamp) -> Result<Spending, StoreError> {
        Ok(Spending::First)
    }
}

fn main() {}
