// legal: pass/storage.rs, fn health
use grantor::{AuthorizationCode, AuthorizationServer, Code, StoreError};
use ui_tests::NoPurge;

type Server = AuthorizationServer<NoPurge, (AuthorizationCode,), (Code,)>;

pub async fn is_healthy(server: &Server) -> Result<(), StoreError> {
    server.health().await
}

fn main() {}
