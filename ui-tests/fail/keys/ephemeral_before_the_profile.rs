// legal: pass/keys.rs, fn ephemeral
use grantor::{AuthorizationServer, ClientCredentials, Development, Es256, JwtAccessTokens, OAuth21, SigningKeys, issuer};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .enable(SigningKeys::ephemeral().algorithm(Es256))
        .profile(OAuth21)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .build();
}
