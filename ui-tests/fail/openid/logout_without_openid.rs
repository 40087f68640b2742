// legal: pass/openid.rs, fn logout
use grantor::{AuthorizationCode, AuthorizationServer, Code, RpInitiatedLogout, issuer};
use ui_tests::PgStore;

ui_tests::signs_out!();

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RpInitiatedLogout::new(SignsOut))
        .build();
}
