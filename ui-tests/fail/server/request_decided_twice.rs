// legal: pass/server.rs, fn decisions
use grantor::{Approval, AuthorizationRequest, Decision, Subject};

pub fn decide(request: AuthorizationRequest, alice: Subject, consents: bool) -> Decision {
    let approved = request.approve(Approval::by(alice));
    if consents { approved } else { request.deny() }
}

fn main() {}
