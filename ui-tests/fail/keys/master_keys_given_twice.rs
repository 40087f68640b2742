// legal: pass/keys.rs, fn stored
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, MasterKeys, SigningKeys, issuer};
use ui_tests::PgStore;

pub fn serve(new: MasterKeys, old: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(new)
        .master_keys(old)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Es256))
        .build();
}

fn main() {}
