// legal: pass/grants.rs, fn own_refresh_grant
use grantor::{
    AuthorizationServer, Grant, GrantType, Granted, No, OAuthError, RefreshTokenStore, Rotate, TokenContext, Yes, issuer, wire_name,
};
use ui_tests::PgStore;

pub struct Tokens;
wire_name!(Tokens = "urn:example:refresh");
impl GrantType for Tokens {
    type Step = Rotate;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}
impl<S: RefreshTokenStore> Grant<S> for Tokens {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Rotate>, OAuthError> {
        cx.refresh_token().await?.grant(None)
    }
}

fn main() {
    let _server = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore).grant(Tokens).build();
}
