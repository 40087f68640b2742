// legal: pass/server.rs, fn decisions
use bytes::Bytes;
use grantor::{AuthorizationCode, AuthorizationRequest, AuthorizationServer, Code};
use http::Response;
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>;

pub async fn answer(server: &Server, request: AuthorizationRequest) -> Response<Bytes> {
    server.authorization().complete(request).await
}

fn main() {}
