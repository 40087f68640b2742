// legal: pass/generic.rs, fn one_more_grant
use grantor::{AuthorizationServer, Grant, SqliteStore, issuer};

pub fn serve<X: Grant<SqliteStore>>(store: SqliteStore, grant: X) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(grant)
        .build();
}

fn main() {}
