// legal: pass/server.rs, fn endpoints
use bytes::Bytes;
use grantor::{Authorization, AuthorizationServer, ClientCredentials};
use http::Request;
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,)>;

pub async fn endpoint(server: &Server, request: Request<Bytes>) -> Authorization {
    server.authorization().handle(request).await
}

fn main() {}
