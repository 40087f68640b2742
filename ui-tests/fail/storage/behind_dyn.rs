// legal: pass/server.rs, fn generic_over_the_storage
use std::sync::Arc;

use grantor::ClientStore;

pub struct App {
    pub store: Arc<dyn ClientStore>,
}

fn main() {}
