// legal: pass/exchange.rs, fn agents
use grantor::{AuthorizationServer, TokenExchange, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(TokenExchange::new(PgStore).actors(2))
        .build();
}
