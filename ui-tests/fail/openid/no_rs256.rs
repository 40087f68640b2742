// legal: pass/openid.rs, fn typical
use grantor::{AuthorizationCode, AuthorizationServer, Code, Es256, MasterKeys, OpenId, SigningKeys, issuer};
use ui_tests::PgStore;

fn with(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::stored().algorithm(Es256))
        .enable(OpenId::new(()))
        .build();
}

fn main() {}
