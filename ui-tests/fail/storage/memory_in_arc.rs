// legal: pass/storage.rs, fn memory_in_development
use std::sync::Arc;

use grantor::{AuthorizationServer, ClientCredentials, MemoryStore, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Arc::new(MemoryStore::new()))
        .grant(ClientCredentials::new())
        .build();
}
