// legal: pass/keys.rs, fn external
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, KeyError, SigningKeys, issuer};
use ui_tests::PgStore;

fn main() -> Result<(), KeyError> {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::external(Es256, "arn:aws:kms:key")?)
        .build();
    Ok(())
}
