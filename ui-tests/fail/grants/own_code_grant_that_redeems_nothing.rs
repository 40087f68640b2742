// legal: pass/grants.rs, fn own_code_grant
use grantor::{
    AuthorizationServer, Begin, Code, FamilyStore, Grant, GrantType, Granted, TokenContext, OAuthError, Yes, issuer, wire_name,
};
use ui_tests::PgStore;

pub struct MyCodes;
wire_name!(MyCodes = "authorization_code");
impl GrantType for MyCodes {
    type Step = Begin;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = grantor::No;
}
impl<S: FamilyStore> Grant<S> for MyCodes {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
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
