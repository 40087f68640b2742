// legal: pass/storage.rs, fn own
use grantor::storage::{FamilyRecord, Issue};
use grantor::{FamilyStore, Issuer, StoreError, Timestamp};

pub struct MyStore;

impl FamilyStore for MyStore {
    async fn begin_family(&self, _: &Issuer, _: FamilyRecord, _: Issue, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

fn main() {}
