// legal: pass/storage.rs, fn register
use grantor::{Client, ClientRegistry, Issuer, MemoryStore, StoreError};

pub async fn register(store: &MemoryStore, issuer: &Issuer, client: Client) -> Result<(), StoreError> {
    store.put_client(issuer, client).await
}

fn main() {}
