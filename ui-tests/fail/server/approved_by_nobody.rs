// legal: pass/server.rs, fn decisions
use grantor::{Approval, AuthorizationRequest, Decision};

pub fn decide(request: AuthorizationRequest) -> Decision {
    request.approve(Approval::by("alice"))
}

fn main() {}

// shows: RFC6749-3.1-01
