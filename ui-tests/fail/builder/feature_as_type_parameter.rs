// legal: pass/generic.rs, fn lists
use grantor::{AuthorizationServer, ClientCredentials, FeatureOn, SqliteStore, issuer};

pub fn serve<X: FeatureOn<SqliteStore>>(store: SqliteStore, feature: X) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(ClientCredentials::new())
        .enable(feature)
        .build();
}

fn main() {}
