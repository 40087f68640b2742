// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code)>;

pub fn server() -> Server {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build()
}

fn main() {}
