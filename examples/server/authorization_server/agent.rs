//! Which client may act for people.

use grantor::{ClientId, Exchange, ExchangeDecision, ExchangePolicy, StoreError};

/// The client of `--agent`. It acts for whoever signed in since it was named, and for nobody else: their tokens name it.
pub struct Agent(pub ClientId);

impl ExchangePolicy for Agent {
    async fn decide(&self, exchange: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        let is_agent = *exchange.client().id() == self.0;
        Ok(if is_agent { ExchangeDecision::delegate() } else { ExchangeDecision::deny() })
    }
}
