// legal: pass/profiles.rs, fn fapi2_with_certificates
use grantor::{AuthorizationCode, AuthorizationServer, Code, Fapi2, MutualTls, PrivateKeyJwt, PushedAuthorizationRequests, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Fapi2)
        .issuer(issuer!("https://bank.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(PrivateKeyJwt::inline_keys().older_audiences())
        .enable(PushedAuthorizationRequests::required())
        .enable(MutualTls::required())
        .build();
}
