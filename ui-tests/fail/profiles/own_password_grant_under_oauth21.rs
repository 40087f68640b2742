// legal: pass/profiles.rs, fn rfc6749
use grantor::{
    AuthorizationServer, Begin, FamilyStore, Grant, GrantType, Granted, No, TokenContext, OAuthError, Yes, issuer, wire_name,
};
use ui_tests::PgStore;

pub struct SignIn;
wire_name!(SignIn = "password");
impl GrantType for SignIn {
    type Step = Begin;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}
impl<S: FamilyStore> Grant<S> for SignIn {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn main() {
    let _server = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore).grant(SignIn).build();
}

// shows: RFC9700-2.4-01
