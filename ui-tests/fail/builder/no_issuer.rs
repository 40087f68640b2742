// legal: pass/chain.rs, fn typical
use grantor::{AuthorizationServer, ClientCredentials};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}
