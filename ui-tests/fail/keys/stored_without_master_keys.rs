// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, SigningKeys, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Es256))
        .build();
}
