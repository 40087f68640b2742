// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

pub struct App {
    pub server: AuthorizationServer<PgStore, ClientCredentials>,
}

impl App {
    pub fn document(&self) {
        let _ = self.server.metadata();
    }
}

fn main() {}
