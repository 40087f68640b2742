// legal: pass/server.rs, fn administered
use grantor::{Administered, AuthorizationCode, AuthorizationServer, Code, ErasedServer};
use ui_tests::ReadOnly;

type Server = AuthorizationServer<ReadOnly, (AuthorizationCode,), (Code,)>;

pub fn tenant(server: Server) -> ErasedServer<Administered> {
    ErasedServer::administered(server)
}

fn main() {}
