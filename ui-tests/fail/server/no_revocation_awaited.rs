// legal: pass/server.rs, fn endpoints
use bytes::Bytes;
use grantor::{AuthorizationServer, ClientCredentials, Introspection};
use http::{Request, Response};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,), (), (Introspection,)>;

pub async fn endpoint(server: &Server, request: Request<Bytes>) -> Response<Bytes> {
    server.revocation().handle(request).await
}

fn main() {}
