// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, MasterKeys, SigningKeys, issuer};
use ui_tests::NoCodes;

pub fn serve(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(ClientCredentials::new())
        .master_keys(keys)
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Es256))
        .storage(NoCodes)
        .build();
}

fn main() {}
