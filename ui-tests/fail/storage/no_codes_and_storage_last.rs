// legal: pass/storage.rs, fn last
use grantor::{AuthorizationCode, AuthorizationServer, ClientCredentials, Code, RefreshToken, issuer};
use ui_tests::NoCodes;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(ClientCredentials::new())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .storage(NoCodes)
        .build();
}
