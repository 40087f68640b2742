// legal: pass/openid.rs, fn logout
use grantor::{AuthorizationCode, AuthorizationServer, BackChannelLogout, Code, KeyPair, OpenId, Rs256, SigningKeys, issuer};
use ui_tests::PgStore;

fn with(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .enable(BackChannelLogout::new())
        .build();
}

fn main() {}
