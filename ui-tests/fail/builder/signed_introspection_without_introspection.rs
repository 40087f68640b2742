// legal: pass/chain.rs, fn jwt_access_tokens
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtIntrospection, KeyPair, SigningKeys, issuer};
use ui_tests::PgStore;

fn server(key: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::fixed(Es256, key).unwrap())
        .enable(JwtIntrospection::new())
        .build();
}

fn main() {}
