// legal: pass/server.rs, fn erased
use grantor::ServesOAuth;

pub struct App {
    pub server: Box<dyn ServesOAuth>,
}

fn main() {}
