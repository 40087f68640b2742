// legal: pass/grants.rs, fn own_refresh_grant
use grantor::{
    AuthorizationCode, AuthorizationServer, Begin, Code, FamilyStore, Grant, GrantType, Granted, No, OAuthError, TokenContext, Yes,
    issuer, wire_name,
};
use ui_tests::PgStore;

pub struct MyRefresh;
wire_name!(MyRefresh = "refresh_token");
impl GrantType for MyRefresh {
    type Step = Begin;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}
impl<S: FamilyStore> Grant<S> for MyRefresh {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn main() {
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    let _server = chain.grant(AuthorizationCode::new()).grant(MyRefresh).response_type(Code).build();
}
