// legal: pass/exchange.rs, fn provider
use grantor::{AuthorizationCode, AuthorizationServer, Code, KeyPair, OpenId, Rs256, SigningKeys, TokenExchange, issuer};
use ui_tests::{Agents, PgStore};

fn with(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(TokenExchange::new(Agents).id_jags(PgStore))
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .build();
}

fn main() {}
