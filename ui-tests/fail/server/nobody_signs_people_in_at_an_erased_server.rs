// legal: pass/server.rs, fn routers
use std::sync::Arc;

use axum::Router;
use grantor::{ErasedServer, router};

pub fn routes(tenant: ErasedServer) -> Router {
    router(Arc::new(tenant))
}

fn main() {}
