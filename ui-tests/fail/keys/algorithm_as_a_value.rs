// legal: pass/keys.rs, fn stored
use grantor::{Algorithm, AuthorizationServer, ClientCredentials, JwtAccessTokens, MasterKeys, SigningKeys, issuer};
use ui_tests::PgStore;

pub fn serve(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Algorithm::Es256))
        .build();
}

fn main() {}
