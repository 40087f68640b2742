// legal: pass/storage.rs, fn memory_in_development
use grantor::{AuthorizationServer, ClientCredentials, MemoryStore, Split, issuer};
use ui_tests::Clients;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Clients, MemoryStore::new()))
        .grant(ClientCredentials::new())
        .build();
}
