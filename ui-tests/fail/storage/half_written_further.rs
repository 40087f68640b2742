// legal: pass/storage.rs, fn own
use std::sync::Arc;

use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, Issue, Spend, Spending};
use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientStore, Code, Durable, FamilyStore, Issuer,
    RefreshToken, Revocation, StoreError, Timestamp, issuer,
};

pub struct MyStore;

impl Durable for MyStore {}

impl ClientStore for MyStore {
    async fn client(&self, _: &Issuer, _: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(None)
    }
}

impl FamilyStore for MyStore {
    async fn begin_family(&self, _: &Issuer, _: FamilyRecord, _: Issue, _: Option<Spend>, _: Timestamp) -> Result<Spending, StoreError> {
        Ok(Spending::First)
    }
    async fn family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        Ok(None)
    }
    async fn revoke_family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(MyStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(Revocation::new())
        .build();
}
