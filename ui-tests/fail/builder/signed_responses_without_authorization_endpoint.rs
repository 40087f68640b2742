// legal: pass/signed_messages.rs, fn signed_responses
use grantor::{AuthorizationServer, ClientCredentials, Es256, Jarm, JwtAccessTokens, KeyPair, SigningKeys, issuer};
use ui_tests::PgStore;

fn server(key: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::fixed(Es256, key).expect("a key"))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(Jarm::new())
        .build();
}

fn main() {
    let _ = server;
}
