// legal: pass/storage.rs, fn suspend
use grantor::{AuthorizationCode, AuthorizationRequest, AuthorizationServer, Code, ResumeError};
use http::HeaderMap;
use ui_tests::NoInteractions;

type Server = AuthorizationServer<NoInteractions, (AuthorizationCode,), (Code,)>;

pub async fn login(server: &Server, handle: &str, headers: &HeaderMap) -> Result<AuthorizationRequest, ResumeError> {
    server.authorization().resume(handle, headers).await
}

fn main() {}
