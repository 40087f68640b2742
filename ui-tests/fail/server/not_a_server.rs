// legal: pass/server.rs, fn routers
use std::sync::Arc;

use axum::Router;
use grantor::router_with;
use ui_tests::{Alice, PgStore};

pub fn routes() -> Router {
    router_with(Arc::new(PgStore), Alice)
}

fn main() {}
