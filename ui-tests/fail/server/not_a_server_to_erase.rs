// legal: pass/server.rs, fn erased
use grantor::ErasedServer;
use ui_tests::PgStore;

fn main() {
    let _ = ErasedServer::new(PgStore);
}
