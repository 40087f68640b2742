// legal: pass/chain.rs, fn switch
use grantor::{AuthorizationServer, ClientCredentials, StillAuthorized, issuer};
use ui_tests::{Everybody, PgStore};

pub fn serve(on: bool) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(on.then(|| StillAuthorized::new(Everybody)))
        .build();
}

fn main() {}
