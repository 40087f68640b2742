// legal: pass/resource_server.rs, fn verifiers
use grantor::ResourceServer;
use ui_tests::PgStore;

fn main() {
    let _ = ResourceServer::new(PgStore);
}
