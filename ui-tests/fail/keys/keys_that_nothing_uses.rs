// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, Es256, MasterKeys, SigningKeys, issuer};
use ui_tests::PgStore;

fn server(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .master_keys(keys)
        .enable(SigningKeys::stored().algorithm(Es256))
        .build();
}

fn main() {}
