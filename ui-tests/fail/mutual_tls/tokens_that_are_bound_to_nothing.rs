// legal: pass/mutual_tls.rs, fn beside_the_implicit_grant
use grantor::{AuthorizationServer, Implicit, MutualTls, Rfc6749, Token, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Implicit::new())
        .response_type(Token)
        .enable(MutualTls::required())
        .build();
}
