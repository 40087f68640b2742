// legal: pass/server.rs, fn decisions
use grantor::{AuthorizationRequest, Client, Scope};
use std::sync::Arc;

pub fn request(client: Arc<Client>) -> AuthorizationRequest {
    AuthorizationRequest { client, scope: Scope::empty() }
}

fn main() {}

// shows: RFC6749-4.1.1-06
