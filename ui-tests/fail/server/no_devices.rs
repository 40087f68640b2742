// legal: pass/device_code.rs, fn page
use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,)>;

pub fn page(server: &Server) {
    let _ = server.devices();
}

fn main() {}
