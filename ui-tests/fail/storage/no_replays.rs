// legal: pass/client_keys.rs, fn inline
use grantor::{AuthorizationServer, ClientCredentials, PrivateKeyJwt, issuer};
use ui_tests::NoCodes;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoCodes)
        .grant(ClientCredentials::new())
        .enable(PrivateKeyJwt::inline_keys())
        .build();
}
