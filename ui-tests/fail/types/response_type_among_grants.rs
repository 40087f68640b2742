// legal: pass/types.rs, fn alias
use grantor::{AuthorizationCode, AuthorizationServer, Code};
use ui_tests::PgStore;

pub fn document(server: &AuthorizationServer<PgStore, (AuthorizationCode, Code)>) {
    let _ = server.metadata();
}

fn main() {}
