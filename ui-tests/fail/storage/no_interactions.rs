// legal: pass/storage.rs, fn suspend
use grantor::{AuthorizationCode, AuthorizationRequest, AuthorizationServer, Code, StoreError, Suspended};
use ui_tests::NoInteractions;

type Server = AuthorizationServer<NoInteractions, (AuthorizationCode,), (Code,)>;

pub async fn login(server: &Server, request: AuthorizationRequest) -> Result<Suspended, StoreError> {
    server.authorization().suspend(request).await
}

fn main() {}
