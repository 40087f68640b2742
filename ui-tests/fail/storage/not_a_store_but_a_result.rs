// legal: pass/storage.rs, fn opened
use grantor::{AuthorizationCode, AuthorizationServer, Code, Introspection, RefreshToken, SqliteStore, issuer};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(SqliteStore::open("as.db"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .build();
}
