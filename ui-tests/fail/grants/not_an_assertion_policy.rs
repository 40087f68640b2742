// legal: pass/exchange.rs, fn accepting
use grantor::{AuthorizationServer, JwtBearer, Jwks, TrustedIssuers, issuer};
use ui_tests::PgStore;

fn with(issuers: TrustedIssuers<Jwks>) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(JwtBearer::new(issuers, PgStore))
        .build();
}

fn main() {}
