// legal: pass/storage.rs, fn opened
use grantor::{AuthorizationCode, AuthorizationServer, Code, Introspection, RefreshToken, SqliteStore, issuer};

pub fn serve(store: &'static SqliteStore) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .storage(store)
        .build();
}

fn main() {}
