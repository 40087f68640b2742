// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, MasterKeys, SigningKeys, issuer};
use ui_tests::NoCodes;

fn server(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoCodes)
        .grant(ClientCredentials::new())
        .master_keys(keys)
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Es256))
        .build();
}

fn main() {}
