// legal: pass/details.rs, fn one
use grantor::AuthorizationDetail;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Payment {
    amount: u64,
}
impl AuthorizationDetail for Payment {
    fn covers(&self, narrower: &Self) -> bool {
        narrower.amount <= self.amount
    }
}

fn main() {}
