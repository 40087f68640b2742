// legal: pass/responses.rs, fn code_token
use grantor::{
    AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, CodeToken, Implicit, Respond, Rfc6749, Yes,
    extension_response_type, issuer,
};
use ui_tests::PgStore;

pub struct TokenCode;
extension_response_type!(TokenCode = "token code", code: Yes, access_token: Yes);
impl<S: AuthorizationCodeStore> Respond<S> for TokenCode {}

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(Implicit::new())
        .response_type(CodeToken)
        .response_type(TokenCode)
        .build();
}
