// legal: pass/server.rs, fn interaction_that_suspends
use async_trait::async_trait;
use bytes::Bytes;
use grantor::{AuthorizationRequest, Decision, Interaction};
use http::Request;

pub struct SignIn;

#[async_trait]
impl<Sv: Sync> Interaction<Sv> for SignIn {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        request.deny()
    }
}

fn main() {}
