// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationServer, ClientCredentials, Introspection};
use ui_tests::PgStore;

pub struct App {
    pub server: AuthorizationServer<PgStore, (ClientCredentials,), (), Introspection>,
}

fn main() {}
