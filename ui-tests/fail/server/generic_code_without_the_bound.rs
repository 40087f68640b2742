// legal: pass/server.rs, fn generic_over_lists
use bytes::Bytes;
use grantor::{AuthorizationServer, ClientStore};
use http::{Request, Response};

pub async fn token<S: ClientStore, G>(server: &AuthorizationServer<S, G>, request: Request<Bytes>) -> Response<Bytes> {
    server.token().handle(request).await
}

fn main() {}
