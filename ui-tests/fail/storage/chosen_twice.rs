// legal: pass/storage.rs, fn opened
use grantor::{AuthorizationServer, ClientCredentials, SqliteStore, issuer};
use ui_tests::PgStore;

pub fn serve(store: SqliteStore) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .storage(store)
        .grant(ClientCredentials::new())
        .build();
}

fn main() {}
