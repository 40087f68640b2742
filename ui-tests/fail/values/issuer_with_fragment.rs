// legal: pass/values.rs, fn issuers
use grantor::{AuthorizationServer, ClientCredentials, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com/#tenant"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}

// shows: RFC6749-3.1-04, RFC8414-2-01
