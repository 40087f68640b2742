// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, JwtAccessTokens, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .build();
}
