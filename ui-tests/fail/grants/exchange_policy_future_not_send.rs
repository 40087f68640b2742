// legal: pass/exchange.rs, fn agents
use std::rc::Rc;

use grantor::{Exchange, ExchangeDecision, ExchangePolicy, StoreError};

pub struct Agents;
impl ExchangePolicy for Agents {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        let attempts = Rc::new(3);
        std::future::ready(()).await;
        drop(attempts);
        Ok(ExchangeDecision::deny())
    }
}

fn main() {}
