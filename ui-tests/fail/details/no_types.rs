// legal: pass/details.rs, fn one
use grantor::{AuthorizationCode, AuthorizationServer, Code, RichAuthorizationRequests, issuer};
use ui_tests::PgStore;

fn server() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RichAuthorizationRequests::<()>::new())
        .build();
}

fn main() {}
