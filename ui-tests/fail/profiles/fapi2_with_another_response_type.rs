// legal: pass/profiles.rs, fn fapi2
use grantor::{AuthorizationCode, AuthorizationServer, Code, Dpop, Fapi2, Nothing, PrivateKeyJwt, PushedAuthorizationRequests, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Fapi2)
        .issuer(issuer!("https://bank.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .response_type(Nothing)
        .enable(PrivateKeyJwt::inline_keys())
        .enable(PushedAuthorizationRequests::required())
        .enable(Dpop::required())
        .build();
}
