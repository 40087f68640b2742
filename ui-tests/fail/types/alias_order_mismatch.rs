// legal: pass/types.rs, fn alias
use grantor::{AuthorizationCode, AuthorizationServer, Code, RefreshToken, issuer};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (RefreshToken, AuthorizationCode), (Code,)>;

pub fn server() -> Server {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .build()
}

fn main() {}
