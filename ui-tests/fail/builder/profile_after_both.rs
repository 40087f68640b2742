// legal: pass/chain.rs, fn profile_first
use grantor::{AuthorizationCode, AuthorizationServer, Code, Rfc6749, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .profile(Rfc6749)
        .build();
}
