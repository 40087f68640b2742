// legal: pass/grants.rs, fn refresh_of_own_grant
use grantor::{
    AuthorizationServer, FamilyStore, Grant, Granted, No, RefreshToken, TokenContext, OAuthError, extension_grant, issuer,
};
use ui_tests::PgStore;

pub struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: No);
impl<S: FamilyStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to_client(cx.scope()?))
    }
}

fn main() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(Otp)
        .grant(RefreshToken::new())
        .build();
}
