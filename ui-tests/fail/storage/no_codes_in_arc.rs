// legal: pass/storage.rs, fn arc
use std::sync::Arc;

use grantor::{AuthorizationCode, AuthorizationServer, Code, issuer};
use ui_tests::NoCodes;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Arc::new(NoCodes))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
