// legal: pass/storage.rs, fn opened
use grantor::{AuthorizationCode, AuthorizationServer, Code, Introspection, MemoryStore, RefreshToken, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .build();
}
