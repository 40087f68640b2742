// legal: pass/pushed_requests.rs, fn required
use grantor::{AuthorizationCode, AuthorizationServer, Code, PushedAuthorizationRequests, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PushedAuthorizationRequests::new())
        .enable(PushedAuthorizationRequests::required())
        .build();
}
