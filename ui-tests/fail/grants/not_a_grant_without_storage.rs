// legal: pass/grants.rs, fn all
use grantor::{AuthorizationServer, Code, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).grant(Code).storage(PgStore).build();
}
