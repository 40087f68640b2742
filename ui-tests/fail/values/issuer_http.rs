// legal: pass/values.rs, fn issuers
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("http://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}

// shows: RFC7009-2-05, RFC7009-2-09, RFC8414-2-01, RFC9207-2-02
