// legal: pass/server.rs, fn endpoints
use bytes::Bytes;
use grantor::{AuthorizationServer, ClientCredentials, Revocation};
use http::{Request, Response};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,), (), (Revocation,)>;

pub async fn endpoint(server: &Server, request: Request<Bytes>) -> Response<Bytes> {
    server.introspection().handle(request).await
}

fn main() {}
