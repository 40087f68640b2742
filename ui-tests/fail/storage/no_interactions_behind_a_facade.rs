// legal: pass/server.rs, fn erased
use grantor::{AuthorizationCode, AuthorizationServer, Code, ErasedServer};
use ui_tests::NoInteractions;

type Server = AuthorizationServer<NoInteractions, (AuthorizationCode,), (Code,)>;

pub fn erased(server: Server) -> ErasedServer {
    ErasedServer::new(server)
}

fn main() {}
