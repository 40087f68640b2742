// legal: pass/server.rs, fn routers
use std::sync::Arc;

use axum::Router;
use grantor::{AuthorizationCode, AuthorizationServer, Code, router};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;

pub fn routes(server: Arc<Server>) -> Router {
    router(server)
}

fn main() {}
