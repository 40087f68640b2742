// legal: pass/exchange.rs, fn provider
use grantor::{
    AuthorizationServer, IdJagDecision, IdJagPolicy, IdJagRequest, StoreError, TokenExchange, issuer,
};
use ui_tests::{Agents, PgStore};

struct Admin;
impl IdJagPolicy for Admin {
    async fn decide(&self, _: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        Ok(IdJagDecision::deny())
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(TokenExchange::new(Agents).id_jags(Admin))
        .build();
}
