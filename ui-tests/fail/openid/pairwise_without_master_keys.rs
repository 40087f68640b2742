// legal: pass/openid.rs, fn pairwise
use grantor::{AuthorizationCode, AuthorizationServer, Code, KeyPair, OpenId, Rs256, SigningKeys, issuer};
use ui_tests::PgStore;

fn with(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()).pairwise_subjects())
        .build();
}

fn main() {}
