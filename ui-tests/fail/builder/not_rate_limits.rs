// legal: pass/chain.rs, fn rate_limits
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

pub fn serve() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .rate_limits("600 a minute")
        .grant(ClientCredentials::new())
        .build();
}

fn main() {}
