// legal: pass/grants.rs, fn own_in_place_of_another
use grantor::{
    AuthorizationServer, Begin, ClientCredentials, FamilyStore, Grant, GrantType, Granted, No, TokenContext, OAuthError, Yes,
    issuer, wire_name,
};
use ui_tests::PgStore;

pub struct MyClientCredentials;
wire_name!(MyClientCredentials = "client_credentials");
impl GrantType for MyClientCredentials {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}
impl<S: FamilyStore> Grant<S> for MyClientCredentials {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(MyClientCredentials)
        .build();
}
