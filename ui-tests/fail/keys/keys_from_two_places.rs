// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, EdDsa, Es256, JwtAccessTokens, KeyPair, MasterKeys, SigningKeys, issuer};
use ui_tests::PgStore;

fn server(keys: MasterKeys, pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .master_keys(keys)
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Es256))
        .enable(SigningKeys::fixed(EdDsa, pair).expect("a key for EdDSA"))
        .build();
}

fn main() {}
