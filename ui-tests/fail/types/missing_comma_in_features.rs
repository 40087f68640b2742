// legal: pass/types.rs, fn one_element
use bytes::Bytes;
use grantor::{AuthorizationServer, ClientCredentials, Introspection, issuer};
use http::{Request, Response};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,), (), Introspection>;

pub fn server() -> Server {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    chain.grant(ClientCredentials::new()).enable(Introspection::new()).build()
}

pub async fn introspect(server: &Server, request: Request<Bytes>) -> Response<Bytes> {
    server.introspection().handle(request).await
}

fn main() {}
