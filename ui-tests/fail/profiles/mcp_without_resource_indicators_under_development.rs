// legal: pass/profiles.rs, fn mcp
use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, Mcp, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<Mcp>::new())
        .issuer(issuer!("https://mcp.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
