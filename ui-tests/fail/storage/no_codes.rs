// legal: pass/storage.rs, fn each
use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::NoCodes;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoCodes)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
