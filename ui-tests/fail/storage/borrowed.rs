// legal: pass/storage.rs, fn opened
use grantor::{AuthorizationCode, AuthorizationServer, Code, Introspection, RefreshToken, SqliteStore, issuer};

pub fn serve(store: &'static SqliteStore) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .build();
}

fn main() {}
