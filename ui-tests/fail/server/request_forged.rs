// legal: pass/server.rs, fn decisions
use grantor::{AuthorizationRequest, Client};
use std::sync::Arc;

pub fn request(client: Arc<Client>) -> AuthorizationRequest {
    AuthorizationRequest { client, response_type: "code" }
}

fn main() {}

// shows: RFC6749-4.1.1-06
