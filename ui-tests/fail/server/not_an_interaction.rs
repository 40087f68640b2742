// legal: pass/server.rs, fn routers
use std::sync::Arc;

use axum::Router;
use grantor::{AuthorizationCode, AuthorizationServer, Code, router_with};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;
struct LoginPage;

pub fn routes(server: Arc<Server>) -> Router {
    router_with(server, LoginPage)
}

fn main() {}
