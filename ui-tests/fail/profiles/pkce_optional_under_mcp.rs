// legal: pass/profiles.rs, fn mcp
use grantor::{AuthorizationCode, AuthorizationServer, Code, Mcp, ResourceIndicators, Resources, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Mcp)
        .issuer(issuer!("https://mcp.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new().pkce_optional())
        .response_type(Code)
        .enable(ResourceIndicators::new(Resources::new([]).unwrap()))
        .build();
}
