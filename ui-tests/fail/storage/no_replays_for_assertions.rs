// legal: pass/exchange.rs, fn assertions
use grantor::{
    Assertion, AssertionDecision, AssertionPolicy, AuthorizationServer, Jwks, JwtBearer, StoreError, TrustedIssuers, issuer,
};
use ui_tests::NoCodes;

struct Accounts;
impl AssertionPolicy for Accounts {
    async fn decide(&self, _: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
        Ok(AssertionDecision::deny())
    }
}

fn with(issuers: TrustedIssuers<Jwks>) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoCodes)
        .grant(JwtBearer::new(issuers, Accounts))
        .build();
}

fn main() {}
