// legal: pass/storage.rs, fn own
use std::sync::Arc;

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientStore, Code, Durable, Issuer, RefreshToken,
    Revocation, StoreError, issuer,
};

pub struct MyStore;

impl Durable for MyStore {}

impl ClientStore for MyStore {
    async fn client(&self, _: &Issuer, _: &str) -> Result<Option<Arc<Client>>, StoreError> {
        Ok(None)
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
