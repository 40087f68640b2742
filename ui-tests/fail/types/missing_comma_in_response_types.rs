// legal: pass/types.rs, fn one_element
use grantor::{AuthorizationCode, AuthorizationServer, Code};
use ui_tests::PgStore;

pub fn endpoint(server: &AuthorizationServer<PgStore, (AuthorizationCode,), Code>) {
    let _ = server.authorization();
}

fn main() {}
