// legal: pass/chain.rs, fn jwt_access_tokens
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, KeyError, KeyPair, SigningKeys, issuer};
use ui_tests::PgStore;

pub fn serve(pair: KeyPair) -> Result<(), KeyError> {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::fixed(Es256, pair)?)
        .enable(JwtAccessTokens::new("https://api.example.com").claims(PgStore))
        .build();
    Ok(())
}

fn main() {}
