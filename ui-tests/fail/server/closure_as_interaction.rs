// legal: pass/server.rs, fn routers
use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use grantor::{AuthorizationCode, AuthorizationRequest, AuthorizationServer, Code, router_with};
use http::Request;
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;

pub fn routes(server: Arc<Server>) -> Router {
    router_with(server, async |_: &Server, _: &Request<Bytes>, request: AuthorizationRequest| request.deny())
}

fn main() {}
