// legal: pass/storage.rs, fn split
use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, FoundToken, Issue, Spend, Spending};
use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationServer, Code, Durable, FamilyStore, Issuer, Split, StoreError, Timestamp,
    TokenHash, issuer,
};
use ui_tests::Clients;

pub struct MyStore;

impl Durable for MyStore {}

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

impl AccessTokenStore for MyStore {
    async fn find_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        Ok(None)
    }
    async fn revoke_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Clients, MyStore))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
