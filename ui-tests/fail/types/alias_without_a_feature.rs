// legal: pass/types.rs, fn alias
use grantor::{AuthorizationServer, ClientCredentials, Introspection, issuer};
use ui_tests::PgStore;

type Server = AuthorizationServer<PgStore, (ClientCredentials,)>;

pub fn server() -> Server {
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(Introspection::new())
        .build()
}

fn main() {}
