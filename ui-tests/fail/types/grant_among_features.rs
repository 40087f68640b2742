// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

pub struct App {
    pub server: AuthorizationServer<PgStore, (ClientCredentials,), (), ClientCredentials>,
}

fn main() {}
