// legal: pass/server.rs, fn decisions
use grantor::{AuthorizationRequest, Decision};

pub fn decide(request: AuthorizationRequest) -> [Decision; 2] {
    [request.clone().deny(), request.deny()]
}

fn main() {}
