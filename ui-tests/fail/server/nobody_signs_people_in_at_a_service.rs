// legal: pass/server.rs, fn routers
use std::sync::Arc;

use grantor::{AuthorizationCode, AuthorizationServer, Code, OAuthService};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;

pub fn service(server: Arc<Server>) {
    let _ = OAuthService::new(server);
}

fn main() {}
