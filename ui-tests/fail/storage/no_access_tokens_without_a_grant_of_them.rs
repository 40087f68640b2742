// legal: pass/storage.rs, fn each
use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::NoAccessTokens;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoAccessTokens)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
