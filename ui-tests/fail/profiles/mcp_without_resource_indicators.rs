// legal: pass/profiles.rs, fn mcp
use grantor::{AuthorizationCode, AuthorizationServer, Code, Mcp, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Mcp)
        .issuer(issuer!("https://mcp.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
}
