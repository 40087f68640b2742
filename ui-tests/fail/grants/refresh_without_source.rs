// legal: pass/grants.rs, fn refresh
use grantor::{AuthorizationServer, ClientCredentials, RefreshToken, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(RefreshToken::new())
        .build();
}
