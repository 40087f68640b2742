// legal: pass/storage.rs, fn memory_in_development
use grantor::{AuthorizationServer, ClientCredentials, MemoryStore, Rfc6749, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(ClientCredentials::new())
        .build();
}
