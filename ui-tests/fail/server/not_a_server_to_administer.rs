// legal: pass/server.rs, fn administered
use grantor::ErasedServer;
use ui_tests::PgStore;

fn main() {
    let _ = ErasedServer::administered(PgStore);
}
