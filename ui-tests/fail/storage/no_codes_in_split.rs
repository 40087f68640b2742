// legal: pass/storage.rs, fn split
use grantor::{AuthorizationCode, AuthorizationServer, Code, Split, issuer};
use ui_tests::{Clients, NoCodes};

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(Split::new(Clients, NoCodes))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
