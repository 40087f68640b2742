// legal: pass/openid.rs, fn front
use grantor::{AuthorizationServer, IdToken, Implicit, Rfc6749, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(IdToken)
        .build();
}
