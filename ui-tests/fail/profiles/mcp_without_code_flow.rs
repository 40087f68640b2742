// legal: pass/profiles.rs, fn mcp
use grantor::{AuthorizationServer, ClientCredentials, Mcp, ResourceIndicators, Resources, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Mcp)
        .issuer(issuer!("https://mcp.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(ResourceIndicators::new(Resources::new([]).unwrap()))
        .build();
}
