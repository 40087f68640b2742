// legal: pass/profiles.rs, fn development
use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, OAuth21, Token, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .response_type(Token)
        .build();
}
