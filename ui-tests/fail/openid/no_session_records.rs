// legal: pass/openid.rs, fn logout
use grantor::{AuthorizationCode, AuthorizationServer, Code, KeyPair, OpenId, RpInitiatedLogout, Rs256, SigningKeys, issuer};
use ui_tests::NoSessions;

ui_tests::signs_out!();

fn with(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(NoSessions)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .enable(RpInitiatedLogout::new(SignsOut))
        .build();
}

fn main() {}
