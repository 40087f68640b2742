// legal: pass/storage.rs, fn own
use grantor::storage::FoundToken;
use grantor::{AccessTokenStore, Issuer, StoreError, Timestamp, TokenHash};

pub struct MyStore;

impl AccessTokenStore for MyStore {
    async fn find_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        Ok(None)
    }
    async fn revoke_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

fn main() {}
