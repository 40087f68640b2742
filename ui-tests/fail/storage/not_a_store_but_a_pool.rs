// legal: pass/storage.rs, fn opened
use grantor::{AuthorizationCode, AuthorizationServer, Code, Introspection, RefreshToken, issuer};
use sqlx::PgPool;

pub fn serve(pool: PgPool) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(pool)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(Introspection::new())
        .build();
}

fn main() {}
