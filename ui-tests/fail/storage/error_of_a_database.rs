// legal: pass/storage.rs, fn database
use std::sync::Arc;

use grantor::{Client, ClientStore, Issuer, StoreError};
use sqlx::PgPool;

pub struct MyStore {
    pool: PgPool,
}

impl ClientStore for MyStore {
    async fn client(&self, _: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        sqlx::query("select json from clients where id = $1").bind(id).fetch_optional(&self.pool).await?;
        Ok(None)
    }
}

fn main() {}
