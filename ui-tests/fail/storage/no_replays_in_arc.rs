// legal: pass/client_keys.rs, fn inline
use std::sync::Arc;

use grantor::{AuthorizationServer, ClientCredentials, PrivateKeyJwt, issuer};
use ui_tests::NoCodes;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Arc::new(NoCodes))
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .build();
}
