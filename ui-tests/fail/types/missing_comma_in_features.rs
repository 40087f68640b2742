// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationServer, ClientCredentials, Introspection};
use ui_tests::PgStore;

pub fn endpoint(server: &AuthorizationServer<PgStore, (ClientCredentials,), (), Introspection>) {
    let _ = server.introspection();
}

fn main() {}
