// legal: pass/openid.rs, fn front
use grantor::{AuthorizationCode, AuthorizationServer, CodeIdToken, KeyPair, OpenId, Rfc6749, Rs256, SigningKeys, issuer};
use ui_tests::PgStore;

fn with(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(CodeIdToken)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .build();
}

fn main() {}
