// legal: pass/profiles.rs, fn fapi2
use grantor::{AuthorizationCode, AuthorizationServer, Code, Dpop, Fapi2, PrivateKeyJwt, PushedAuthorizationRequests, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Fapi2)
        .issuer(issuer!("https://bank.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new().pkce_optional())
        .response_type(Code)
        .enable(PrivateKeyJwt::inline_keys())
        .enable(PushedAuthorizationRequests::required())
        .enable(Dpop::required())
        .build();
}
