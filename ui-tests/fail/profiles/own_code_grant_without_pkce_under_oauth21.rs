// legal: pass/grants.rs, fn own_code_grant
use grantor::{
    AuthorizationCodeStore, AuthorizationServer, Code, Grant, GrantType, Granted, No, Redeem, TokenContext, OAuthError, Yes,
    issuer, wire_name,
};
use ui_tests::PgStore;

pub struct MyCodes;
wire_name!(MyCodes = "authorization_code");
impl GrantType for MyCodes {
    type Step = Redeem;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = No;
    type AcceptsPlainPkce = No;
}
impl<S: AuthorizationCodeStore> Grant<S> for MyCodes {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Redeem>, OAuthError> {
        Ok(cx.code().await?.grant())
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(MyCodes)
        .response_type(Code)
        .build();
}
