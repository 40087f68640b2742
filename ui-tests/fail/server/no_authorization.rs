// legal: pass/server.rs, fn endpoints
use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,)>;

pub fn endpoint(server: &Server) {
    let _ = server.authorization();
}

fn main() {}
