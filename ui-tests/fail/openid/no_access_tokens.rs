// legal: pass/openid.rs, fn typical
use grantor::{AuthorizationCode, AuthorizationServer, Code, KeyPair, OpenId, Rs256, SigningKeys, issuer};
use ui_tests::NoAccessTokens;

fn with(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoAccessTokens)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .build();
}

fn main() {}
