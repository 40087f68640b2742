// legal: pass/values.rs, fn issuers
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com?tenant=1"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}

// shows: RFC8414-2-01, RFC9207-2-02
