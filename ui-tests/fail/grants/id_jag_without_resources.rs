// legal: pass/exchange.rs, fn accepting
use grantor::{
    Assertion, AssertionDecision, AssertionPolicy, AuthorizationServer, Jwks, JwtBearer, StoreError, TrustedIssuers, issuer,
};
use ui_tests::PgStore;

struct Accounts;
impl AssertionPolicy for Accounts {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::deny())
    }
}

fn with(issuers: TrustedIssuers<Jwks>) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(JwtBearer::id_jag(issuers, Accounts))
        .build();
}

fn main() {}
