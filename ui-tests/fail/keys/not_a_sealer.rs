// legal: pass/keys.rs, fn sealed_elsewhere
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, SigningKeys, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored_with("s3cr3t").algorithm(Es256))
        .build();
}
