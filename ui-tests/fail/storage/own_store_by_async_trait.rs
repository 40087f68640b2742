// legal: pass/storage.rs, fn own
use std::sync::Arc;

use async_trait::async_trait;
use grantor::{Client, ClientStore, Issuer, StoreError};

pub struct MyStore;

#[async_trait]
impl ClientStore for MyStore {
    async fn client(&self, _: &Issuer, _: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(None)
    }
}

fn main() {}
