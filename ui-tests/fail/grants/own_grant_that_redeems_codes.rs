// legal: pass/grants.rs, fn own_code_grant
use grantor::{
    AuthorizationCodeStore, AuthorizationServer, Grant, GrantType, Granted, No, Redeem, TokenContext, OAuthError, Yes, issuer,
    wire_name,
};
use ui_tests::PgStore;

pub struct Codes;
wire_name!(Codes = "urn:example:codes");
impl GrantType for Codes {
    type Step = Redeem;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}
impl<S: AuthorizationCodeStore> Grant<S> for Codes {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Redeem>, OAuthError> {
        Ok(cx.code().await?.grant())
    }
}

fn main() {
    let _server = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore).grant(Codes).build();
}
