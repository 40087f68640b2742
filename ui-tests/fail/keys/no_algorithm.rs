// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, JwtAccessTokens, MasterKeys, SigningKeys, issuer};
use ui_tests::PgStore;

fn server(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .master_keys(keys)
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored())
        .build();
}

fn main() {}
