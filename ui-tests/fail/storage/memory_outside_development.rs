// legal: pass/storage.rs, fn memory_in_development
use grantor::{AuthorizationServer, ClientCredentials, MemoryStore, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
}
