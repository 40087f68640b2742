// legal: pass/server.rs, fn interaction_that_suspends
use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use grantor::{AuthorizationCode, AuthorizationRequest, AuthorizationServer, Code, Decision, Interaction, SuspendsRequests, issuer, router_with};
use http::{Request, Response};
use ui_tests::NoInteractions;

pub struct SignIn;

impl<Sv: SuspendsRequests> Interaction<Sv> for SignIn {
    async fn decide(&self, server: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let handle = server.suspend(request).await.map(|suspended| suspended.handle().to_owned());
        Decision::page(Response::new(handle.unwrap_or_default().into()))
    }
}

pub fn routes() -> Router {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(NoInteractions);
    let server = chain.grant(AuthorizationCode::new()).response_type(Code).build();
    router_with(Arc::new(server), SignIn)
}

fn main() {}
