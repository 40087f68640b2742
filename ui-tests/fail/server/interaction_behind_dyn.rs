// legal: pass/server.rs, fn routers
use std::sync::Arc;

use grantor::{AuthorizationCode, AuthorizationServer, Code, Interaction};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;

pub struct App {
    pub sign_in: Arc<dyn Interaction<Server>>,
}

fn main() {}
