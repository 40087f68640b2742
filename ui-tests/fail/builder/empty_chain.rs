// legal: pass/chain.rs, fn typical
use grantor::AuthorizationServer;

fn main() {
    let _server = AuthorizationServer::builder()
        .build();
}
