// legal: pass/dpop.rs, fn optional
use grantor::{AuthorizationServer, ClientCredentials, Dpop, issuer};
use ui_tests::NoCodes;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoCodes)
        .grant(ClientCredentials::new())
        .enable(Dpop::new())
        .build();
}
