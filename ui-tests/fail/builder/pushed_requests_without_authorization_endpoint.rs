// legal: pass/pushed_requests.rs, fn required
use grantor::{AuthorizationServer, ClientCredentials, PushedAuthorizationRequests, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(PushedAuthorizationRequests::required())
        .build();
}
