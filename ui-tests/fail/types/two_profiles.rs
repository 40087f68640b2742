// legal: pass/server.rs, fn erased
use grantor::{AuthorizationCode, AuthorizationServer, Code, OAuth21, Rfc6749, issuer};
use ui_tests::PgStore;

pub fn serve(legacy: bool) {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let _server = if legacy {
        chain.profile(Rfc6749).grant(AuthorizationCode::new().pkce_optional()).response_type(Code).build()
    } else {
        chain.profile(OAuth21).grant(AuthorizationCode::new()).response_type(Code).build()
    };
}

fn main() {}
