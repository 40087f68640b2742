// legal: pass/responses.rs, fn code_token
use grantor::{
    ApprovalContext, AuthorizationCode, AuthorizationCodeStore, AuthorizationResponse, AuthorizationServer, CodeToken, Implicit,
    Respond, Rfc6749, TokenError, Yes, extension_response_type, issuer,
};
use ui_tests::PgStore;

pub struct TokenCode;
extension_response_type!(TokenCode = "token code", code: Yes, access_token: Yes);
impl<S: AuthorizationCodeStore> Respond<S> for TokenCode {
    async fn respond(&self, cx: &ApprovalContext<'_, S>) -> Result<AuthorizationResponse, TokenError> {
        cx.issue_code_and_token().await
    }
}

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
