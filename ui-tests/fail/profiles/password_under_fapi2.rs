// legal: pass/profiles.rs, fn fapi2
use grantor::{AuthorizationCode, AuthorizationServer, Code, Fapi2, Password, ResourceIndicators, Resources, issuer};
use ui_tests::{NoPasswords, PgStore};

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Fapi2)
        .issuer(issuer!("https://mcp.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(Password::new(NoPasswords))
        .response_type(Code)
        .enable(ResourceIndicators::new(Resources::new([]).unwrap()))
        .build();
}
